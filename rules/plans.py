"""plan_step: a step of an emergency plan is done in its time, or people are told, and who owns it before all.

Of a plan that is about a record each step is an obligation of it; else a trouble of our own (`rules.trouble_alerts`).
"""

from rules import still_owed
from rules.events import PlanEnded, PlanStarted, PlanStepDone
from rules.incidents import Incident
from rules.ladders import ROLE
from rules.moments import span_us
from rules.obligations import Obligation, Step
from rules.trouble_alerts import over
from rules.troubles import begin
from rules.turn import Turn

_NAME_CHARS_MAX = 200  # of a step, as an alert names it


def started(turn: Turn, event: PlanStarted) -> None:
    incident = _about(turn, event.incident)
    if incident is not None:
        turn.note(incident, "plan_started", f"{event.by}: {event.plan}")
    for place, step in enumerate(event.steps):
        if step.within_s is None:
            continue
        name, within_us = _name(turn.seq, place), span_us(step.within_s)
        if incident is None:
            text, due_us = f"{event.plan}: {step.do}"[:_NAME_CHARS_MAX], turn.moment_us + within_us
            begin(turn, _key(name), "plan_step", text, turn.moment_us, due_us, owner=step.role, reason="not_done")
        else:
            plan = (Step(within_us, "breach"),)
            turn.open(incident, "plan_step", plan, turn.moment_us, leg=name).owner = step.role


def step_done(turn: Turn, event: PlanStepDone) -> None:
    incident = _about(turn, event.incident)
    if incident is None:
        over(turn, _key(_name(event.started, event.step)), "done")
        return
    turn.note(incident, "plan_step_done", " · ".join(filter(None, (f"{event.by}: {event.step + 1}", event.note))))
    for obligation in _waiting(incident, event.started):
        if obligation.leg == _name(event.started, event.step):
            still_owed.settle(turn, incident, obligation, "met", "done", turn.moment_us - obligation.opened_us)


def ended(turn: Turn, event: PlanEnded) -> None:
    incident = _about(turn, event.incident)
    if incident is None:
        for key in [key for key in turn.state.quiet if key.startswith(_key(f"{event.started}/"))]:
            over(turn, key, "plan_ended")
        return
    turn.note(incident, "plan_ended", " · ".join(filter(None, (event.by, event.note))))
    for obligation in _waiting(incident, event.started):
        still_owed.settle(turn, incident, obligation, "waived", "plan_ended")


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    still_owed.passed(turn, incident, obligation, also=(ROLE + obligation.owner,) if obligation.owner else ())


def _about(turn: Turn, number: str) -> Incident | None:
    incident = turn.state.numbered(number)
    if incident is not None:
        turn.decision.incident = incident.id
        turn.touch(incident)
    return incident


def _waiting(incident: Incident, run: int) -> list[Obligation]:
    mine = (o for o in incident.obligations if o.rule == "plan_step" and o.ended_by is None)
    return [o for o in mine if o.leg.startswith(f"{run}/")]


def _name(run: int, step: int) -> str:
    """The journal's entry that started the plan, and the place of the step in it."""
    return f"{run}/{step}"


def _key(name: str) -> str:
    return f"plan/{name}"
