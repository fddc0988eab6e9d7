"""hold_checkin: a caller who waits on hold, parked or (if wished) in a queue is greeted again every 30 s.

One obligation is one period; the next begins when this one was met by a check-in, or breached at its
due moment. Each holding leg has a chain of its own. Retrieving ends it; so does the end of the call.
"""

from rules.alerts import breach as tell_breach
from rules.alerts import clear
from rules.escalation import breach_was_told
from rules.incidents import Incident, Leg
from rules.obligations import Obligation
from rules.source_clock import measured
from rules.turn import Turn

QUEUE = "queue"  # stands for the leg while the caller waits in a queue


def held(turn: Turn, incident: Incident, leg: Leg, *, follows: bool) -> None:
    """`follows`: this hold is one of ours to watch."""
    answered_us = incident.answered_us
    if answered_us is not None and turn.moment_us - answered_us < turn.terms.min_talk_us:
        turn.flag(incident, "held_straight_after_answer")
    if follows:
        _open(turn, incident, leg.id, turn.moment_us, turn.source_us)


def queued(turn: Turn, incident: Incident) -> None:
    if turn.terms.rules.hold_checkin.follow_queue and running(incident, QUEUE) is None:
        begin(turn, incident, QUEUE, turn.moment_us, turn.source_us)


def retrieved(turn: Turn, incident: Incident, leg: str) -> None:
    """The caller is spoken to again: the chain ends."""
    current = running(incident, leg)
    if current is None:
        return
    if _disproved(turn, incident, current):
        return
    _meet(turn, incident, current, "retrieved")


def over(turn: Turn, incident: Incident, leg: str, reason: str) -> None:
    """The leg or the call is gone: nobody waits any more."""
    for obligation in reversed(incident.obligations):
        if obligation.rule == "hold_checkin" and obligation.leg == leg and obligation.state == "open":
            turn.end(incident, obligation, "waived", reason)
            _finish(turn, incident, obligation, reason)
            return


def all_over(turn: Turn, incident: Incident, reason: str) -> None:
    for obligation in tuple(incident.obligations):  # a copy: what asked for an acknowledgement leaves the list
        if obligation.rule == "hold_checkin" and obligation.state == "open":
            turn.end(incident, obligation, "waived", reason)
            _finish(turn, incident, obligation, reason)


def lost(turn: Turn, incident: Incident, reason: str) -> None:
    """What became of the waiting caller was not seen."""
    for current in [o for o in incident.obligations if o.rule == "hold_checkin" and o.state == "open"]:
        _take_back_unseen(turn, incident, current, reason)
        turn.end(incident, current, "not_measurable", reason)
        _finish(turn, incident, current, reason)


def checked_in(turn: Turn, incident: Incident, by: str) -> None:
    """A button or the API says the caller was greeted; the next period begins."""
    waiting = [o for o in incident.obligations if o.rule == "hold_checkin" and o.state == "open"]
    if not waiting:
        return
    turn.note(incident, "checked_in", by)
    for current in waiting:
        _meet(turn, incident, current, "checked_in")
        begin(turn, incident, current.leg, turn.moment_us, None)


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """A period is over without a greeting; the caller still waits, so the next begins at its due moment."""
    turn.breach(incident, obligation)
    breach_was_told(turn, incident, tell_breach(turn, incident, obligation))
    every_us = max(1, obligation.plan[-1].after_us)
    # after an outage one breach stands for all the periods nobody could watch
    periods = 1 + (turn.at_us - obligation.due_us) // every_us
    opened_us = obligation.opened_us + periods * every_us
    source_us = obligation.source_opened_us
    if source_us is not None:
        source_us += periods * every_us
    begin(turn, incident, obligation.leg, opened_us, source_us)


def not_observable(turn: Turn, incident: Incident) -> None:
    """The call was answered where no hold can be seen: said so, nothing is called compliant."""
    if applies(turn, incident) and not any(o.rule == "hold_checkin" for o in incident.obligations):
        turn.record(incident, "hold_checkin", "not_observable", "source_shows_no_hold")


def applies(turn: Turn, incident: Incident) -> bool:
    terms = turn.terms
    return (incident.direction != "internal" or "internal" in terms.rings_apply_to) and terms.holds(incident.line)


def ours(incident: Incident, leg: Leg) -> bool:
    """Whether our side pressed hold; when the outside party does, nobody of theirs waits for us."""
    outside = "agent" if incident.direction == "outbound" else "caller"
    return leg.role != outside


def running(incident: Incident, leg: str) -> Obligation | None:
    for obligation in reversed(incident.obligations):
        if obligation.rule == "hold_checkin" and obligation.leg == leg and obligation.state == "open":
            return obligation
    return None


def follows(turn: Turn, incident: Incident, leg: Leg, *, parked: bool) -> bool:
    """Whether a hold of this leg is one of ours to watch."""
    wanted = turn.terms.rules.hold_checkin.follow_park if parked else ours(incident, leg)
    return wanted and applies(turn, incident)


def begin(turn: Turn, incident: Incident, leg: str, opened_us: int, source_us: int | None) -> Obligation | None:
    if not applies(turn, incident):
        return None
    return _open(turn, incident, leg, opened_us, source_us)


def _open(turn: Turn, incident: Incident, leg: str, opened_us: int, source_us: int | None) -> Obligation:
    return turn.open(incident, "hold_checkin", turn.terms.hold_plan, opened_us, source_us, leg, not turn.uncertain)


def _meet(turn: Turn, incident: Incident, current: Obligation, reason: str) -> None:
    elapsed_us, clock = turn.measure(current, incident.call.source, turn.at_us)
    late = elapsed_us >= current.plan[-1].after_us
    unseen = ""
    if turn.uncertain and (_take_back_unseen(turn, incident, current, "end_not_seen") or late):
        unseen = "end_not_seen"
    elif not late and not current.certain:
        unseen = "beginning_not_seen"  # they have waited longer than we saw
    if unseen:
        turn.end(incident, current, "not_measurable", unseen)
        _finish(turn, incident, current, reason)
        return
    if late:
        current.state = "breached"
        current.step = len(current.plan)
        breach_was_told(turn, incident, tell_breach(turn, incident, current))
        turn.end(incident, current, "breached", reason)
    else:
        turn.end(incident, current, "met", reason)
        current.certain = not turn.uncertain
    measured(turn, incident, current, elapsed_us, clock)
    _finish(turn, incident, current, reason)


def _take_back_unseen(turn: Turn, incident: Incident, current: Obligation, reason: str) -> bool:
    """Breaches told of this wait while its source was out of touch: it may have ended before them."""
    unseen = [o for o in incident.obligations if o.leg == current.leg and _waits_on(o) and not o.certain]
    for obligation in unseen:
        obligation.revised += 1
        turn.note(incident, "revised", f"hold_checkin: breached → not_measurable: {reason}")
        turn.end(incident, obligation, "not_measurable", reason)
    clear(turn, incident, unseen, reason)
    return bool(unseen)


def _finish(turn: Turn, incident: Incident, current: Obligation, reason: str) -> None:
    """Take back what was told of this period and of the breached ones before it in the same wait."""
    told = [current] if current.step or current.revised else []
    for obligation in incident.obligations:
        if obligation.leg == current.leg and obligation.state == "breached" and _waits_on(obligation):
            obligation.ended_by = turn.seq
            elapsed_us, clock = turn.measure(obligation, incident.call.source, turn.at_us)
            measured(turn, incident, obligation, elapsed_us, clock)
            turn.decision.obligations.append(obligation)
            told.append(obligation)
    if told:
        clear(turn, incident, told, reason)


def _waits_on(obligation: Obligation) -> bool:
    """Breached, and the caller was left waiting on."""
    return obligation.rule == "hold_checkin" and obligation.state == "breached" and obligation.ended_by is None


def _disproved(turn: Turn, incident: Incident, current: Obligation) -> bool:
    """A trusted clock shows that the caller was retrieved before the last breach, which was told too soon."""
    until = turn.source_us
    if until is None or current.source_opened_us is None or until >= current.source_opened_us:
        return False
    if not turn.clock_trusted(incident.call.source):
        return False
    wrong = [
        o
        for o in incident.obligations
        if o.leg == current.leg and _waits_on(o) and (o.source_opened_us or 0) + o.plan[-1].after_us > until
    ]
    turn.end(incident, current, "waived", "corrected")
    for obligation in wrong:
        obligation.revised += 1
        turn.note(incident, "revised", "hold_checkin: breached → met: corrected")
        began = obligation.source_opened_us or until
        in_it = until >= began
        turn.end(incident, obligation, "met" if in_it else "waived", "corrected")
        if in_it:
            measured(turn, incident, obligation, until - began, "source")
    left = [o for o in incident.obligations if o.leg == current.leg and _waits_on(o)]
    for obligation in left:
        obligation.ended_by = turn.seq
        turn.decision.obligations.append(obligation)
    clear(turn, incident, [*left, current, *wrong], "corrected" if wrong else "retrieved")
    return True
