"""How a leg and a call end, what the outcome is, and when an ended one may ring on."""

from typing import Final

from rules import call_back, claims, hold_checkin, ring_episodes
from rules.events.call import Cause
from rules.incidents import Incident, IncidentOutcome, Leg
from rules.moments import SECOND_US
from rules.state import CLOSED_KEPT_MAX
from rules.turn import Turn
from rules.waits import FORGET, LINGER

LINGER_US: Final = 60 * SECOND_US  # so long a queue may take to offer the waiting caller to the next device
IN_HAND_US: Final = 24 * 3600 * SECOND_US  # a record that somebody works on stays so long after their last deed
KEPT_US: Final = 3600 * SECOND_US  # late events still find an ended call (senders retry for so long)

# the device or the PBX gave up; the caller may still wait
_DEVICE_CAUSES: Final = frozenset({"no_answer", "rejected", "busy", "answered_elsewhere", "unavailable"})
_OUTCOME_OF: Final[dict[Cause, IncidentOutcome]] = {
    "no_answer": "missed",
    "answered_elsewhere": "missed",
    "rejected": "rejected",
    "busy": "failed",
    "congestion": "failed",
    "unavailable": "failed",
    "failed": "failed",
    "transferred": "missed",  # the PBX sent the caller elsewhere: nobody of ours took the call
    "cancelled": "abandoned",
}


def leg_over(turn: Turn, incident: Incident, leg: Leg, cause: Cause) -> None:
    """One leg is gone; the call with it, if nobody is left who could go on."""
    rang = leg.state == "alerting"
    if leg.state != "cleared":
        clear_leg(turn, incident, leg, cause)
    elif leg.cause == "":
        leg.cause = cause
    if incident.closed_us is not None:
        return
    call = incident.call
    if cause == "cancelled" and incident.answered_us is None:
        call.caller_gave_up = True
    elif leg.role != "caller" and cause in _OUTCOME_OF:
        call.last_cause = cause
    left = [other for other in call.legs.values() if other.state != "cleared"] if len(call.legs) > 1 else []
    if not left:
        _last_leg_over(turn, incident, leg, cause, rang=rang)
    elif leg.role == "caller" and _only_rings(incident, left):
        # the caller gave up, the PBX will stop the devices next
        call.caller_gave_up = call.caller_gave_up or cause in ("", "normal")
        ring_episodes.ended(turn, incident, _reason(incident, cause, ringing=True))


def call_over(turn: Turn, incident: Incident, cause: Cause) -> None:
    """The source says that the whole call is over."""
    call = incident.call
    ringing = any(leg.state == "alerting" for leg in call.legs.values())
    for leg in call.legs.values():
        if leg.state != "cleared":
            clear_leg(turn, incident, leg, cause)
    if incident.closed_us is None:
        _close(turn, incident, _reason(incident, cause, ringing=ringing))
    call.ended_by_call = True


def lingered(turn: Turn, incident: Incident) -> None:
    """No new device rang for the caller: the PBX gave up."""
    incident.call.linger_until_us = None
    _close(turn, incident, _reason(incident, incident.call.last_cause, ringing=False))


def lost(turn: Turn, incident: Incident, reason: IncidentOutcome) -> None:
    """It ended while we were not told; how, nobody can say."""
    for leg in incident.call.legs.values():
        leg.state = "cleared"
        leg.held_us = None
    hold_checkin.lost(turn, incident, reason)
    ring_episodes.drop(turn, incident, "not_measurable", reason)
    if incident.answered_us is not None:
        turn.flag(incident, "end_not_seen")
    _close(turn, incident, reason)
    incident.call.ended_by_call = True


def reopen(turn: Turn, incident: Incident) -> None:
    """The PBX had given up on one device and offers the call to another."""
    incident.closed_us = incident.source_closed_us = incident.forget_us = None
    incident.outcome = "open"
    turn.state.closed.pop(incident.id, None)
    call_back.not_needed(turn, incident, "rings_again")
    turn.note(incident, "rings_again")


def answered_after_all(turn: Turn, incident: Incident) -> None:
    """The answer of an ended call was told late."""
    if incident.outcome == "merged":
        return
    turn.note(incident, "revised", f"outcome: {incident.outcome} → answered")
    incident.outcome = "answered"
    call_back.not_needed(turn, incident, "answered")


def beginning_told_late(turn: Turn, incident: Incident) -> None:
    """The end overtook the beginning: the caller did wait."""
    if "beginning_not_seen" not in incident.flags:
        return
    incident.flags = tuple([flag for flag in incident.flags if flag != "beginning_not_seen"])
    incident.outcome = "abandoned"
    turn.note(incident, "revised", "outcome: lost_while_disconnected → abandoned")
    call_back.call_ended(turn, incident)


def close_as(turn: Turn, incident: Incident, outcome: IncidentOutcome) -> None:
    """Close without judging anything: what it had to say lives on elsewhere."""
    incident.closed_us = turn.moment_us
    incident.source_closed_us = turn.source_us
    incident.outcome = outcome
    if incident.call.linger_until_us is not None:
        incident.call.linger_until_us = None
    forget_us = incident.forget_us = turn.at_us + KEPT_US
    state = turn.state
    state.waits.add(forget_us, FORGET, incident.id, incident)
    state.closed[incident.id] = incident
    turn.decision.incidents.append(incident)
    if len(state.closed) > CLOSED_KEPT_MAX:
        forget(turn, state.oldest_closed())


def forget_passed(turn: Turn, incident: Incident) -> None:
    """Its hour is over: it may go, unless something of it is still open; its ids are anybody's in any case."""
    if _is_open(turn, incident) or claims.in_hand(incident, turn.at_us, IN_HAND_US):
        turn.state.let_go_of_ids(incident)
        incident.forget_us = turn.at_us + KEPT_US
        turn.state.waits.add(incident.forget_us, FORGET, incident.id, incident)
        turn.touch(incident)
        return
    forget(turn, incident)


def _is_open(turn: Turn, incident: Incident) -> bool:
    """Whoever was not called back in time may be called a day long, and that is told."""
    waits = turn.at_us - (incident.closed_us or 0) < IN_HAND_US
    return any(
        o.state == "open" or (o.rule == "call_back" and o.ended_by is None and waits) for o in incident.obligations
    )


def forget(turn: Turn, incident: Incident) -> None:
    turn.state.forget(incident)
    turn.decision.forgotten += (incident.id,)


def count_hold(turn: Turn, incident: Incident, leg: Leg) -> None:
    if leg.held_us is not None:
        incident.hold_us += max(0, turn.moment_us - leg.held_us)
        leg.held_us = None


def clear_leg(turn: Turn, incident: Incident, leg: Leg, cause: Cause) -> None:
    if leg.state == "held":
        count_hold(turn, incident, leg)
    leg.state = "cleared"
    leg.source_cleared_us = turn.source_us
    if leg.cleared_seq != turn.source_seq:
        leg.cleared_seq = turn.source_seq
    if cause:
        leg.cause = cause
    if incident.holds:
        hold_checkin.over(turn, incident, leg.id, "hung_up")


def _last_leg_over(turn: Turn, incident: Incident, leg: Leg, cause: Cause, *, rang: bool) -> None:
    call = incident.call
    if call.transfer_pending:  # the caller's own leg is not told here, and somebody else is about to ring
        _linger(turn, incident)
        return
    if incident.answered_us is not None and not ring_episodes.still_rings(incident):
        _close(turn, incident, "answered")
        call.ended_by_call = True
        return
    gave_up = cause in _DEVICE_CAUSES and not call.caller_gave_up
    if gave_up and not any(other.role == "caller" for other in call.legs.values()):
        if len(call.legs) > 1 or call.queued:
            _linger(turn, incident)
        else:
            _close(turn, incident, _reason(incident, cause, ringing=False))
        return
    _close(turn, incident, _reason(incident, cause, ringing=rang and leg.role != "caller"))
    call.ended_by_call = True


def _only_rings(incident: Incident, left: list[Leg]) -> bool:
    if incident.answered_us is not None or incident.call.transfer_pending:
        return False
    return all(leg.state in ("initiated", "alerting") for leg in left)


def _linger(turn: Turn, incident: Incident) -> None:
    incident.call.linger_until_us = turn.at_us + LINGER_US
    turn.state.waits.add(incident.call.linger_until_us, LINGER, incident.id, incident)


def _reason(incident: Incident, cause: Cause, *, ringing: bool) -> IncidentOutcome:
    """How an unanswered call ended."""
    call = incident.call
    if call.caller_gave_up:
        return "abandoned"
    if cause == "busy" and call.last_cause == "rejected":
        cause = "rejected"  # a caller whom somebody rejected hears the busy tone
    if cause in _OUTCOME_OF:
        return _OUTCOME_OF[cause]
    if ringing or call.queued:
        return "abandoned"
    if call.last_cause in _OUTCOME_OF:
        return _OUTCOME_OF[call.last_cause]
    # with nothing seen of its beginning nobody can say that a caller waited in vain
    return "abandoned" if incident.first_offered_us is not None else "lost_while_disconnected"


def _close(turn: Turn, incident: Incident, outcome: IncidentOutcome) -> None:
    """The call is over: whatever still waits for it is judged, and a missed caller is to be called back."""
    if incident.holds or incident.call.queued:
        hold_checkin.all_over(turn, incident, "hung_up")
    if incident.answered_us is None:
        if incident.first_offered_us is None and outcome == "lost_while_disconnected":
            turn.flag(incident, "beginning_not_seen")
        ring_episodes.ended(turn, incident, outcome)
    elif outcome != "answered":
        if ring_episodes.still_rings(incident):  # transferred, and nobody took it
            ring_episodes.ended(turn, incident, outcome)
        outcome = "answered"
    if incident.call.queued:
        incident.call.queued = False
    close_as(turn, incident, outcome)
    if outcome in call_back.UNANSWERED:
        call_back.call_ended(turn, incident)
