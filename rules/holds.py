"""What a hold and a return do to their leg; those that are told late too."""

from rules import endings, hold_checkin, hold_pairs, holds_told_late
from rules.calls import of_a_call
from rules.events import Held, Retrieved
from rules.incidents import Incident, Leg
from rules.legs import leg_of
from rules.turn import Turn


@of_a_call
def held(turn: Turn, incident: Incident, event: Held) -> None:
    leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
    follows = hold_checkin.follows(turn, incident, leg, parked=event.parked)
    _held(turn, incident, leg, event, follows=follows)
    if follows:
        hold_pairs.told(turn, incident, leg, 1)


def _held(turn: Turn, incident: Incident, leg: Leg, event: Held, *, follows: bool) -> None:
    if _told_late(turn, leg, event):
        holds_told_late.held_before(turn, incident, leg)
        return
    if leg.state == "held":
        return
    if leg.state == "cleared" or incident.closed_us is not None:
        holds_told_late.held_before_the_end(turn, incident, leg)
        return
    leg.state = "held"
    leg.held_us = turn.moment_us
    leg.source_held_us = turn.source_us
    leg.held_seq = event.source_seq
    incident.holds += 1
    hold_checkin.held(turn, incident, leg, follows=follows)


def _told_late(turn: Turn, leg: Leg, event: Held) -> bool:
    """Its return came first: the source's own time tells, or, where it sends none, its count."""
    came_back = leg.source_retrieved_us
    if came_back is not None and turn.source_us is not None:
        return turn.source_us <= came_back
    return leg.retrieved_seq is not None and event.source_seq is not None and event.source_seq < leg.retrieved_seq


@of_a_call
def retrieved(turn: Turn, incident: Incident, event: Retrieved) -> None:
    named = leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
    for leg in _meant(incident, named):
        _retrieve(turn, incident, leg, event)
        hold_pairs.told(turn, incident, leg, -1)


def _meant(incident: Incident, named: Leg) -> list[Leg]:
    """A source that names the leg only now and then, on hold or on return, means the one that is held."""
    if named.state == "held":
        return [named]
    held = [leg for leg in incident.call.legs.values() if leg.state == "held" and "" in (leg.id, named.id)]
    return held or [named]


def _retrieve(turn: Turn, incident: Incident, leg: Leg, event: Retrieved) -> None:
    if turn.source_us is not None and turn.source_us > (leg.source_retrieved_us or 0):
        leg.source_retrieved_us = turn.source_us
    seq = event.source_seq
    if seq is not None and seq > (leg.retrieved_seq or -1):
        leg.retrieved_seq = seq
    if leg.state == "cleared":
        holds_told_late.retrieved_before_the_end(turn, incident, leg)
    if leg.state != "held":
        return
    if turn.source_us is not None and turn.source_us < (leg.source_held_us or 0):
        return  # of an earlier hold, told late
    if turn.source_us is None and seq is not None and seq < (leg.held_seq or 0):
        return
    endings.count_hold(turn, incident, leg)
    leg.state = "connected"
    if leg.role == "caller":
        incident.call.transfer_pending = False  # fetched from the car park: nobody else is to ring
    hold_checkin.retrieved(turn, incident, leg.id)
