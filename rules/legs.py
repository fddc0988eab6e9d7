"""What each event of a call does to its leg, and which rule it wakes.

A leg's state only advances, but for held and back: late and repeated events fill in earlier moments,
they never lower a state nor open what is over.
"""

from rules import call_back, endings, hold_checkin, hold_pairs, rescue, three_rings
from rules.events import (
    CallEvent,
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Failed,
    Held,
    Offered,
    Originated,
    Queued,
    Retrieved,
    Transferred,
)
from rules.incidents import Call, Incident, Leg
from rules.merging import merge
from rules.turn import Turn


def originated(turn: Turn, incident: Incident, event: Originated) -> None:
    if event.leg:
        leg_of(turn, incident, event)
    _reached_us(turn, incident)


def offered(turn: Turn, incident: Incident, event: Offered) -> None:
    leg = leg_of(turn, incident, event)
    leg.role = leg.role or "agent"
    if leg.offered_us is None:
        leg.offered_us = turn.moment_us
    _reached_us(turn, incident)


def delivered(turn: Turn, incident: Incident, event: Delivered) -> None:
    """A device rings: the caller's own hears the ring-back tone, a person's starts the clock."""
    leg = leg_of(turn, incident, event)
    if not leg.role:
        leg.role = "agent"
    if leg.state == "cleared" and _rings_again(turn, leg):
        leg = incident.call.legs[leg.id] = Leg(id=leg.id, role=leg.role, device=leg.device, agent=leg.agent)
    moment_us, rang_us = turn.moment_us, leg.delivered_us
    if rang_us is None or moment_us < rang_us:  # an earlier one may be told later
        leg.delivered_us = moment_us
    source_us, rang_source_us = turn.source_us, leg.source_delivered_us
    if source_us is not None and (rang_source_us is None or source_us < rang_source_us):
        leg.source_delivered_us = source_us
    if leg.role == "caller":
        return
    _reached_us(turn, incident)
    call = incident.call
    if leg.state == "initiated":
        rings = incident.closed_us is None or _rings_on(turn, incident, repeated=rang_us is not None)
        leg.state = "alerting" if rings else "cleared"
    first_us = incident.first_human_ring_us
    if first_us is None or moment_us < first_us:
        incident.first_human_ring_us = moment_us
    if leg.state != "alerting":  # told after its end: it rang before
        three_rings.rang_before(turn, incident, leg)
    elif len(call.legs) == 1 or call.transfer_pending or not talking(incident):
        call.transfer_pending = False
        call.linger_until_us = None
        rescue.rings_on(incident)
        anew = incident.answered_us is not None
        three_rings.rings(turn, incident, leg, anew)
    else:  # of a ring group: it may have rung before another answered
        three_rings.rang_before(turn, incident, leg)


def _rings_on(turn: Turn, incident: Incident, *, repeated: bool) -> bool:
    """A new device, after the PBX had given up the call."""
    if repeated or incident.call.ended_by_call:
        return False
    endings.reopen(turn, incident)
    return True


def _rings_again(turn: Turn, leg: Leg) -> bool:
    """After its end, by the source's own time or count: of a source whose legs are devices. Else it is told late."""
    if turn.source_us is not None and leg.source_cleared_us is not None:
        return turn.source_us > leg.source_cleared_us
    return turn.source_seq is not None and leg.cleared_seq is not None and turn.source_seq > leg.cleared_seq


def established(turn: Turn, incident: Incident, event: Established) -> None:
    """Answered: by a person, unless it is the caller's own leg (a queue or a menu took the call)."""
    leg = leg_of(turn, incident, event)
    if leg.established_us is None:
        leg.established_us = turn.moment_us
        leg.source_established_us = turn.source_us
        if event.device:  # of several that rang as one, this is who took it
            leg.device = event.device
        if event.agent:
            leg.agent = event.agent
    elif leg.state != "cleared":
        if leg.role != "caller":
            incident.agent = incident.agent or leg.agent
        return  # told again
    if leg.state in ("initiated", "alerting"):
        leg.state = "connected" if incident.closed_us is None else "cleared"
    if leg.role != "caller":
        person_answered(turn, incident, leg)


def person_answered(turn: Turn, incident: Incident, leg: Leg) -> None:
    """The caller, or whom they were transferred to, has a person now."""
    call = incident.call
    first = incident.answered_us is None
    if not first and not call.transfer_pending and not three_rings.still_rings(incident):
        return
    three_rings.answered(turn, incident, leg)
    if call.transfer_pending or call.linger_until_us is not None:  # a look costs a tenth of a store
        call.transfer_pending = False
        call.linger_until_us = None
    if not first:
        return
    incident.answered_us = turn.moment_us
    if leg.device or len(call.legs) > 1:
        incident.device = leg.device or incident.device or _only_ringing(call)
    if leg.agent:
        incident.agent = leg.agent
    if call.queued:
        call.queued = False
        hold_checkin.over(turn, incident, hold_checkin.QUEUE, "answered")
    if not (call.shows_hold and turn.terms.sources[call.source].shows_hold):
        hold_checkin.not_observable(turn, incident)
    if turn.state.call_backs:
        call_back.call_answered(turn, incident)
    if incident.closed_us is not None:
        endings.answered_after_all(turn, incident)


def _only_ringing(call: Call) -> str:
    """Where an answer names neither leg nor device."""
    devices = {leg.device for leg in call.legs.values() if leg.state == "alerting"}
    return devices.pop() if len(devices) == 1 else ""


def adopt_answer(turn: Turn, incident: Incident) -> None:
    """A call that joined this one may have brought the person who answered it."""
    if incident.answered_us is not None or incident.closed_us is not None:
        return
    for leg in incident.call.legs.values():
        if leg.role == "agent" and leg.state in ("connected", "held") and leg.established_us is not None:
            with turn.back_at(leg.established_us, leg.source_established_us):
                person_answered(turn, incident, leg)
            return


def held(turn: Turn, incident: Incident, event: Held) -> None:
    leg = leg_of(turn, incident, event)
    _held(turn, incident, leg, event)
    hold_pairs.held(turn, incident, leg, parked=event.parked)


def _held(turn: Turn, incident: Incident, leg: Leg, event: Held) -> None:
    if _told_late(turn, leg, event):
        hold_checkin.held_before(turn, incident, leg)
        return
    if leg.state == "held":
        return
    if leg.state == "cleared" or incident.closed_us is not None:
        hold_checkin.held_before_the_end(turn, incident, leg)
        return
    leg.state = "held"
    leg.held_us = turn.moment_us
    leg.source_held_us = turn.source_us
    leg.held_seq = event.source_seq
    incident.holds += 1
    hold_checkin.held(turn, incident, leg, parked=event.parked)


def retrieved(turn: Turn, incident: Incident, event: Retrieved) -> None:
    named = leg_of(turn, incident, event)
    for leg in _meant(incident, named):
        _retrieve(turn, incident, leg, event)
        hold_pairs.retrieved(turn, incident, leg)


def _told_late(turn: Turn, leg: Leg, event: Held) -> bool:
    """Its return came first: the source's own time tells, or, where it sends none, its count."""
    came_back = leg.source_retrieved_us
    if came_back is not None and turn.source_us is not None:
        return turn.source_us <= came_back
    return leg.retrieved_seq is not None and event.source_seq is not None and event.source_seq < leg.retrieved_seq


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
        hold_checkin.retrieved_before_the_end(turn, incident, leg)
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


def queued(turn: Turn, incident: Incident, event: Queued) -> None:
    if event.leg:
        leg = leg_of(turn, incident, event)
        leg.role = leg.role or "caller"
    _reached_us(turn, incident)
    if incident.closed_us is None and incident.answered_us is None:
        incident.call.queued = True
        hold_checkin.queued(turn, incident)


def dequeued(turn: Turn, incident: Incident, event: Dequeued) -> None:
    incident.call.queued = False
    if event.cause == "cancelled" and incident.answered_us is None:
        incident.call.caller_gave_up = True
    elif event.cause == "no_answer":
        incident.call.last_cause = event.cause
    hold_checkin.over(turn, incident, hold_checkin.QUEUE, "dequeued")


def diverted(turn: Turn, incident: Incident, event: Diverted) -> None:
    """Picked up by `to_leg`, or sent on: this leg rings no more, the call goes on."""
    if event.leg:
        leg = leg_of(turn, incident, event)
        if leg.state in ("initiated", "alerting"):
            endings.clear_leg(turn, incident, leg, event.cause or "answered_elsewhere")
    turn.note(incident, "diverted", event.to_leg or event.called)
    if not event.to_leg:
        return
    incident = _join_leg(turn, incident, event.to_leg)
    taker = incident.call.legs[event.to_leg]
    taker.role = "agent"
    adopt_answer(turn, incident)


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
    current = three_rings.episode(incident)
    if taker.established_us is None or current is None or current.leg != taker.id:
        return
    if current.ended_by is None:
        with turn.back_at(taker.established_us, taker.source_established_us):
            three_rings.settle(turn, incident, current, "met", "")


def gone(turn: Turn, incident: Incident, event: Failed | ConnectionCleared) -> None:
    """A leg is over; where none is named, the whole call."""
    if event.leg == "":
        endings.call_over(turn, incident, event.cause)
        return
    endings.leg_over(turn, incident, leg_of(turn, incident, event), event.cause)


def leg_of(turn: Turn, incident: Incident, event: CallEvent) -> Leg:
    """The event's leg, with what the event tells of it; "" is the one leg of a source that names none."""
    legs, name = incident.call.legs, event.leg
    found = legs.get(name)
    if found is None:
        found = legs[name] = Leg(
            id=name, role=event.role, device=event.device, agent=event.agent, uncertain=event.uncertain
        )
        if turn.terms.leg_ids_unique:
            turn.state.know_leg(incident, name)
        return found
    if event.role:
        found.role = event.role
    if event.device and not found.device:
        found.device = event.device
    if event.agent and not found.agent:
        found.agent = event.agent
    if turn.uncertain:
        found.uncertain = True
    return found


def talking(incident: Incident) -> bool:
    """A person is on the call now."""
    for leg in incident.call.legs.values():  # noqa: SIM110 - asked of every ring: a generator costs more than it reads
        if leg.state in ("connected", "held") and leg.role != "caller":
            return True
    return False


def _reached_us(turn: Turn, incident: Incident) -> None:
    if incident.first_offered_us is None or turn.moment_us < incident.first_offered_us:
        incident.first_offered_us = turn.moment_us
        if incident.outcome == "lost_while_disconnected":
            endings.beginning_told_late(turn, incident)
        if turn.terms.rings_from_offer and incident.closed_us is None and incident.answered_us is None:
            three_rings.offered(turn, incident)


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
