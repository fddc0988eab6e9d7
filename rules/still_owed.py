"""What can still be done when it is late: a call-back, a promise, a step of a plan. Told then, taken back when done."""

from rules.alerts import breach, clear
from rules.escalation import breach_was_told
from rules.incidents import Incident
from rules.moments import cut_s
from rules.obligations import Obligation, Outcome
from rules.turn import Turn


def passed(turn: Turn, incident: Incident, obligation: Obligation, *, also: tuple[str, ...] = ()) -> None:
    """It is late. `also`: words of a ladder, told besides."""
    obligation.step = len(obligation.plan)
    obligation.state = "breached"
    obligation.ended_us = turn.at_us
    turn.decision.obligations.append(obligation)
    turn.touch(incident)
    breach_was_told(turn, incident, breach(turn, incident, obligation, also=also))


def settle(  # noqa: PLR0917 - the positions of a record
    turn: Turn,
    incident: Incident,
    obligation: Obligation,
    in_time: Outcome,
    reason: str,
    lasted_us: int | None = None,
) -> None:
    """It is done, or need not be any more: `in_time` is the verdict of what was not late."""
    turn.end(incident, obligation, "breached" if obligation.state == "breached" else in_time, reason)
    if lasted_us is not None:
        obligation.seconds = cut_s(max(0, lasted_us))
    clear(turn, incident, [obligation], reason)
