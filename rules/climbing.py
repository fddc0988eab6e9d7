"""What a matter is told next: the ladder's next step, the same step once more, or another who shall take it."""

from typing import NamedTuple

from rules import troubles
from rules.effects import Acknowledgement, Alert, Climb, HandOver
from rules.incidents import Incident
from rules.ladders import PERSON, ROLE, people_of
from rules.matters import breached_by, manner_of
from rules.obligations import Step
from rules.outgoing import LATE_US, alert_id, but_by, publish, whom
from rules.turn import Turn
from rules.waits import OPERATORS

RUNGS_MAX = 2_000  # of one matter: a program that acknowledges and does nothing must not make it grow for ever


class Next(NamedTuple):
    """What follows an alert of a matter."""

    reason: str
    due_us: int  # when
    tell: tuple[str, ...]  # by the words of a ladder
    step: Climb  # where the ladder stands then
    further: tuple[Climb, ...]  # what it has still to come
    wait_us: int | None  # unacknowledged for so long, and it climbs; None: it is at its top
    also: tuple[str, ...] = ()  # told besides, where they can be reached
    acknowledgements: tuple[Acknowledgement, ...] = ()  # that still count
    handed: HandOver | None = None


def climb(turn: Turn, incident: Incident | None, about: Alert, reason: str, due_us: int) -> None:
    """One step up; from its top the last step is told once more. Who handed it over hears that nobody took it."""
    steps = about.climbs
    if not steps and about.manner is None:
        steps = turn.terms.ladder(about.rule, about.severity).climbs
    step, *further = steps or (Climb(0, about.tell, about.acknowledge),)
    giver = about.handed.person if about.handed is not None else ""
    then = Next(
        reason,
        due_us,
        step.tell,
        step,
        tuple(further),
        further[0].after_us if further else None,
        also=(PERSON + giver,) if giver else (),
        acknowledgements=about.acknowledgements if reason == "not_acknowledged" else (),
    )
    follow(turn, incident, about, then)


def follow(turn: Turn, incident: Incident | None, about: Alert, then: Next) -> None:
    """Tell it, and whoever has still to acknowledge what was told before; then wait again.

    `incident`: None of what is no caller's matter.
    """
    if about.rung >= RUNGS_MAX:
        if incident is not None:
            turn.note(incident, "ladder_exhausted", about.id)
        return
    to, unreached = whom(turn, incident, then.tell)
    also = then.also + tuple(PERSON + who for who in about.owing)
    to = but_by(turn, about, tuple(dict.fromkeys(to + turn.terms.reach(also, turn.at_us))))
    alert = copied(turn, about, then.reason, then.due_us)
    alert.id = alert_id(turn, about.obligation, "escalation", about.rung + (about.rung >= 1))  # 1 says: nobody told
    alert.rung, alert.climbs, alert.manner = about.rung + 1, then.further, manner_of(turn.terms, about)
    alert.tell, alert.acknowledge, alert.unreached = then.step.tell, then.step.acknowledge, unreached
    alert.acknowledgements, alert.handed, alert.owing = then.acknowledgements, then.handed, about.owing
    if then.step.acknowledge == "all" and then.handed is None:
        have = {one.person for one in then.acknowledgements}
        told = (who for who in people_of(to) if who not in have)
        alert.owing = tuple(dict.fromkeys((*about.owing, *told)))
    alert.snoozes, alert.deeds, alert.done_by = about.snoozes, about.deeds, about.done_by
    tell(turn, alert, to)
    wait_us = then.wait_us
    if wait_us is not None and climbs_at_once(alert, then.tell):
        wait_us = 0
    watch(turn, incident, alert, wait_us)
    troubles.unreached(turn, unreached)
    if incident is not None:
        turn.touch(incident)


def watch(turn: Turn, incident: Incident | None, alert: Alert, wait_us: int | None) -> None:
    """That somebody acknowledges it within `wait_us`, and that it reaches somebody at all."""
    if wait_us is not None:
        watch_acknowledged(turn, incident, alert, wait_us)
    if not alert.notifiers:
        return
    reach_us = manner_of(turn.terms, alert).notified_within_us
    if incident is not None:
        turn.open(incident, "notify", (Step(reach_us, "breach"),), turn.at_us, alert=alert.id)
    else:
        alert.reach_us = turn.at_us + reach_us
        turn.state.waits.add(alert.reach_us, OPERATORS, alert.obligation, alert)


def watch_acknowledged(turn: Turn, incident: Incident | None, alert: Alert, wait_us: int) -> None:
    """An alert of no caller's matter waits itself; any other has an obligation in the record."""
    if incident is not None:
        turn.open(incident, "acknowledge", (Step(wait_us, "breach"),), turn.at_us, alert=alert.id)
    else:
        alert.climb_us = turn.at_us + wait_us
        turn.state.waits.add(alert.climb_us, OPERATORS, alert.obligation, alert)


def climbs_at_once(alert: Alert, tell: tuple[str, ...]) -> bool:
    """None of the roles and people whom the step names can be reached, and the ladder does not wait for that."""
    if not alert.unreached or alert.manner is None or not alert.manner.climbs_unreached:
        return False
    return all(name in alert.unreached for name in tell if name.startswith((ROLE, PERSON)))


def copied(turn: Turn, about: Alert, reason: str, due_us: int) -> Alert:
    """The same facts, to be told anew; it has no id yet."""
    alert = Alert(
        id="",
        key="",
        site=about.site,
        rule=about.rule,
        kind="escalation",
        severity="emergency" if about.severity == "emergency" else "critical",
        opened_us=about.opened_us,
        due_us=due_us,
        raised_us=turn.at_us,
        incident_id=about.incident_id,
        incident=about.incident,
        obligation=about.obligation,
        call=about.call,
        source=about.source,
        reason=reason,
    )  # no more than fifteen at once, see rules.alerts
    alert.source_call, alert.caller = about.source_call, about.caller
    alert.line, alert.device = about.line, about.device
    alert.ring, alert.certain, alert.late = about.ring, about.certain, turn.at_us - due_us > LATE_US
    alert.unit, alert.unit_name = about.unit, about.unit_name
    alert.channel, alert.calls = about.channel, about.calls
    alert.count, alert.waiting = about.count, about.waiting
    alert.about, alert.stands = about.about, about.stands
    return alert


def tell(turn: Turn, alert: Alert, to: tuple[str, ...]) -> None:
    """Whoever hears of it hears also when it is over."""
    publish(turn, alert, to)
    breached = breached_by(turn, alert)
    if breached is not None:
        breached.told += tuple(target for target in alert.notifiers if target not in breached.told)
        breached.climbed += (alert.id,)
