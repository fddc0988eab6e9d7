"""plan_step: a step of an emergency plan that is about a record is done in its time, or people are told.

A plan that is about no record is kept in the journal alone, and its page shows what is late.
"""

from rules.alerts import breach as tell_breach
from rules.alerts import clear
from rules.escalation import breach_was_told
from rules.events import PlanEnded, PlanStarted, PlanStepDone
from rules.incidents import Incident
from rules.moments import span_us
from rules.obligations import Obligation, Step
from rules.turn import Turn


def started(turn: Turn, event: PlanStarted) -> None:
    incident = _about(turn, event.incident)
    if incident is None:
        return
    turn.note(incident, "plan_started", f"{event.by}: {event.plan}")
    for place, step in enumerate(event.steps):
        if step.within_s is not None:
            plan = (Step(span_us(step.within_s), "breach"),)
            turn.open(incident, "plan_step", plan, turn.moment_us, leg=_name(turn.seq, place))


def step_done(turn: Turn, event: PlanStepDone) -> None:
    incident = _about(turn, event.incident)
    if incident is None:
        return
    turn.note(incident, "plan_step_done", " · ".join(filter(None, (f"{event.by}: {event.step + 1}", event.note))))
    for obligation in _waiting(incident, event.started):
        if obligation.leg == _name(event.started, event.step):
            turn.end(incident, obligation, "breached" if obligation.state == "breached" else "met", "done")
            obligation.seconds = max(0, turn.moment_us - obligation.opened_us) // 1000 / 1000
            clear(turn, incident, [obligation], "done")


def ended(turn: Turn, event: PlanEnded) -> None:
    incident = _about(turn, event.incident)
    if incident is None:
        return
    turn.note(incident, "plan_ended", " · ".join(filter(None, (event.by, event.note))))
    for obligation in _waiting(incident, event.started):
        turn.end(incident, obligation, "breached" if obligation.state == "breached" else "waived", "plan_ended")
        clear(turn, incident, [obligation], "plan_ended")


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """Too late; it can still be done, and is then taken back."""
    obligation.step = len(obligation.plan)
    obligation.state = "breached"
    obligation.ended_us = turn.at_us
    turn.decision.obligations.append(obligation)
    turn.touch(incident)
    breach_was_told(turn, incident, tell_breach(turn, incident, obligation))


def _about(turn: Turn, number: str) -> Incident | None:
    incident = turn.state.by_number.get(number)
    if incident is not None and incident.merged_into:
        incident = turn.state.by_number.get(incident.merged_into, incident)
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
