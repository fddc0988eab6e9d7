"""Holds and returns of one leg that were told out of order: paired anew by the source's own times, and judged so.

While they come in order, `rules.hold_checkin` judges each as it comes, and nothing is done here.
"""

from typing import Final, Literal, NamedTuple

from rules.alerts import clear
from rules.hold_checkin import begin
from rules.holds_told_late import judge_again
from rules.incidents import Incident, Leg
from rules.obligations import Obligation, Outcome
from rules.source_clock import measured
from rules.turn import Turn

MARKS_MAX: Final = 100  # of one leg; nobody is put on hold more often


class Pair(NamedTuple):
    """By the source's clock."""

    began: int
    until: int | None  # None: it goes on


def told(turn: Turn, incident: Incident, leg: Leg, sign: Literal[1, -1]) -> None:
    """A hold that is ours to watch (1), or a return (-1)."""
    at, marks = turn.source_us, leg.hold_marks
    if at is None or turn.uncertain or at * sign in marks or len(marks) >= MARKS_MAX:
        return
    if not marks or abs(marks[-1]) <= at:
        leg.hold_marks = (*marks, at * sign)
    else:
        leg.hold_marks = tuple(sorted((*marks, at * sign), key=abs))
        leg.holds_overtook = True
    turn.touch(incident)
    if leg.holds_overtook and turn.clock_trusted(incident.call.source):
        _judge(turn, incident, leg)


def _judge(turn: Turn, incident: Incident, leg: Leg) -> None:
    mine = [o for o in incident.obligations if o.rule == "hold_checkin" and o.leg == leg.id]
    if any(o.reason == "checked_in" for o in mine):
        return  # the desk's own deeds part the periods
    pairs = _pairs(leg)
    disproved = [o for o in mine if _put_right(turn, incident, o, pairs)]
    if disproved:
        clear(turn, incident, disproved, "corrected")
    known = {o.source_opened_us for o in mine}
    for pair in pairs:
        if pair.until is not None and pair.began not in known:
            _record(turn, incident, leg, pair.began, pair.until)
        elif pair.until is None and pair.began not in known:
            _go_on(turn, incident, leg, pair.began)


def _pairs(leg: Leg) -> list[Pair]:
    """The holds in order; of two without a return between them the first began it."""
    pairs: list[Pair] = []
    began: int | None = None
    for mark in leg.hold_marks:
        if mark > 0:
            began = mark if began is None else began
        elif began is not None:
            pairs.append(Pair(began, -mark))
            began = None
    if began is not None:
        pairs.append(Pair(began, None))
    return pairs


def _put_right(turn: Turn, incident: Incident, obligation: Obligation, pairs: list[Pair]) -> bool:
    """Judge it by the hold that it is of, if that is over. Whether that takes back what was told of it."""
    opened = obligation.source_opened_us
    before = [pair for pair in pairs if opened is not None and pair.began <= opened]
    if opened is None or not before or not obligation.plan:
        return False
    began, until = before[-1]
    if until is None:
        return False  # they wait still: it is judged at their return
    if (opened - began) % obligation.plan[-1].after_us != 0 or opened > until:
        until = opened - 1  # no period of this hold
    elapsed_us = until - opened
    breached = elapsed_us >= obligation.plan[-1].after_us
    right = "waived" if elapsed_us < 0 else "breached" if breached else "met"
    if (obligation.state == right and obligation.source_ended_us == until) or right == obligation.state == "waived":
        return False
    told = obligation.reason != "hold_told_late"
    took_back = judge_again(turn, incident, obligation, until)
    obligation.source_ended_us = until
    return took_back and told


def _record(turn: Turn, incident: Incident, leg: Leg, began: int, until: int) -> None:
    """A hold that went unnoticed, as its events overtook others."""
    opened_us = turn.moment_us - ((turn.source_us or 0) - began)
    obligation = begin(turn, incident, leg.id, opened_us, began)
    if obligation is None:
        return
    elapsed_us = until - began
    verdict: Outcome = "met" if elapsed_us < obligation.plan[-1].after_us else "breached"
    turn.end(incident, obligation, verdict, "hold_told_late")
    obligation.source_ended_us = until
    measured(turn, incident, obligation, elapsed_us, "source")


def _go_on(turn: Turn, incident: Incident, leg: Leg, began: int) -> None:
    """A hold that overtook the return before it, and passed for the one that was over: they wait again."""
    if leg.state != "connected" or began <= (leg.source_retrieved_us or 0):
        return
    opened_us = turn.moment_us + began - (turn.source_us or 0)
    leg.state, leg.held_us, leg.source_held_us = "held", opened_us, began
    incident.holds += 1
    begin(turn, incident, leg.id, opened_us, began)
