"""Two calls that turn out to be one: the older (or the one from outside) takes over the other's ids, legs and holds."""

from rules import call_back, claims, endings, ring_episodes, three_rings
from rules.incidents import Incident
from rules.turn import Turn


def merge(turn: Turn, one: Incident, other: Incident) -> Incident:
    """Join them; the survivor is returned, the other closes as "merged"."""
    keep, gone = _order(one, other)
    state = turn.state
    for name in gone.call.ids:
        if name not in keep.call.ids:
            keep.call.ids.append(name)
        state.know_call(keep, name)
    for id_, leg in gone.call.legs.items():
        keep.call.legs.setdefault(id_, leg)
        state.know_leg(keep, id_)
    gone.call.legs = {}
    _move_obligations(turn, keep, gone)
    call_back.not_needed(turn, gone, "merged")
    _adopt(turn, keep, gone)
    claims.joined(keep, gone)
    gone.merged_into = keep.number
    if gone.closed_us is None:
        endings.close_as(turn, gone, "merged")
    gone.outcome = "merged"
    turn.note(gone, "merged", keep.number)
    turn.note(keep, "merged", gone.number)
    turn.touch(gone)
    turn.touch(keep)
    return keep


def _order(one: Incident, other: Incident) -> tuple[Incident, Incident]:
    """Live before ended, from outside before internal, then the older."""
    first, second = (one, other) if one.id < other.id else (other, one)
    rank_first = (first.closed_us is not None, first.direction != "inbound")
    rank_second = (second.closed_us is not None, second.direction != "inbound")
    return (first, second) if rank_first <= rank_second else (second, first)


def _move_obligations(turn: Turn, keep: Incident, gone: Incident) -> None:
    """Holds go on, a consulted telephone's verdict is the survivor's; one caller has one running three_rings."""
    three_rings.joined(turn, keep, gone)
    if ring_episodes.episode(keep) is not None:
        ring_episodes.drop(turn, gone, "waived", "merged")
    for obligation in list(gone.obligations):
        if obligation.rule in ("hold_checkin", "three_rings") and obligation.reason != "merged":
            gone.obligations = [o for o in gone.obligations if o is not obligation]
            keep.obligations.append(obligation)
            obligation.incident = keep.id
            turn.decision.obligations.append(obligation)


def _adopt(turn: Turn, keep: Incident, gone: Incident) -> None:
    """Facts the survivor lacks."""
    keep.caller = keep.caller or gone.caller
    keep.called = keep.called or gone.called
    keep.trunk = keep.trunk or gone.trunk
    keep.queue = keep.queue or gone.queue
    keep.holds += gone.holds
    keep.hold_us += gone.hold_us
    keep.call.queued = keep.call.queued or gone.call.queued
    if keep.first_offered_us is None:
        keep.first_offered_us = gone.first_offered_us
    if keep.first_human_ring_us is None:
        keep.first_human_ring_us = gone.first_human_ring_us
    turn.touch(keep)
