"""A call goes to others: a ringing leg is picked up or sent on, an answered call is transferred."""

from rules import endings, ring_episodes, three_rings
from rules.answers import adopt_answer
from rules.calls import of_a_call
from rules.events import Diverted, Transferred
from rules.incidents import Incident, Leg
from rules.legs import leg_of
from rules.merging import merge
from rules.turn import Turn


@of_a_call
def diverted(turn: Turn, incident: Incident, event: Diverted) -> None:
    """Picked up by `to_leg`, or sent on: this leg rings no more, the call goes on."""
    if event.leg:
        leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
        if leg.state in ("initiated", "alerting"):
            endings.clear_leg(turn, incident, leg, event.cause or "answered_elsewhere")
    turn.note(incident, "diverted", event.to_leg or event.called)
    if not event.to_leg:
        return
    incident = _join_leg(turn, incident, event.to_leg)
    taker = incident.call.legs[event.to_leg]
    taker.role = "agent"
    adopt_answer(turn, incident)


@of_a_call
def transferred(turn: Turn, incident: Incident, event: Transferred) -> None:
    """Whom the caller goes to has three rings: the next device to ring, or one that rings or talks already."""
    turn.note(incident, "transferred", "attended" if event.attended else event.called or "blind")
    if incident.closed_us is not None:
        return
    if event.attended and event.to_leg:
        incident = _join_leg(turn, incident, event.to_leg)
        incident.call.legs[event.to_leg].role = "agent"
    taker = _taker(turn, incident, event)
    if taker is None:
        incident.call.transfer_pending = not event.attended
    elif not taker.taken_over:
        _take_over(turn, incident, taker)


def _taker(turn: Turn, incident: Incident, event: Transferred) -> Leg | None:
    """The leg the caller was transferred to, if it rang already: consulted first, or its ring overtook the transfer."""
    if event.to_leg:
        named = incident.call.legs.get(event.to_leg)
        return named if named is not None and (event.attended or named.delivered_us is not None) else None
    if event.attended:
        return None
    for leg in incident.call.legs.values():
        if leg.id == event.leg or leg.role == "caller" or not _rang_after_answer(incident, leg):
            continue
        ring_us = leg.source_delivered_us
        later = ring_us is not None and turn.source_us is not None and ring_us >= turn.source_us
        if leg.state == "alerting" or (later and leg.state == "connected"):
            return leg
    return None


def _rang_after_answer(incident: Incident, leg: Leg) -> bool:
    answered_us = incident.answered_us
    return leg.delivered_us is not None and answered_us is not None and leg.delivered_us > answered_us


def _take_over(turn: Turn, incident: Incident, taker: Leg) -> None:
    """Judge the rings the taker had, from when it began to ring."""
    if taker.delivered_us is None or not _rang_after_answer(incident, taker):
        return  # it never rang, or with the others at the beginning
    taker.taken_over = True
    if any(o.rule == "three_rings" and o.leg == taker.id for o in incident.obligations):
        return  # judged already as the call it was
    with turn.back_at(taker.delivered_us, taker.source_delivered_us):
        three_rings.rings(turn, incident, taker, anew=True)
    current = ring_episodes.episode(incident)
    if taker.established_us is None or current is None or current.leg != taker.id:
        return
    if current.ended_by is None:
        with turn.back_at(taker.established_us, taker.source_established_us):
            ring_episodes.settle(turn, incident, current, "met", "")


def _join_leg(turn: Turn, incident: Incident, leg: str) -> Incident:
    """Make `leg` one of this call's, joining the call it was thought to be of."""
    if leg in incident.call.legs:
        return incident
    other = turn.state.by_leg.get((incident.call.source, leg))
    if other is not None and other is not incident:
        incident = merge(turn, incident, other)
    if leg not in incident.call.legs:
        incident.call.legs[leg] = Leg(id=leg, role="agent")
        turn.state.know_leg(incident, leg)
    return incident
