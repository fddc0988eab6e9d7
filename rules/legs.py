"""What each event of a call does to its leg, and which rule it wakes; holds and transfers have files of their own.

A leg's state only advances, but for held and back: late and repeated events fill in earlier moments,
they never lower a state nor open what is over.
"""

from rules import endings, hold_checkin, rescue, rings_told_late, three_rings
from rules.answers import person_answered
from rules.calls import of_a_call
from rules.events import (
    ConnectionCleared,
    Delivered,
    Dequeued,
    Established,
    Failed,
    Offered,
    Originated,
    Queued,
)
from rules.events.call import Role
from rules.incidents import Incident, Leg
from rules.turn import Turn


@of_a_call
def originated(turn: Turn, incident: Incident, event: Originated) -> None:
    if event.leg:
        leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
    _reached_us(turn, incident)


@of_a_call
def offered(turn: Turn, incident: Incident, event: Offered) -> None:
    leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent, "agent")
    if leg.offered_us is None:
        leg.offered_us = turn.moment_us
    _reached_us(turn, incident)


@of_a_call
def delivered(turn: Turn, incident: Incident, event: Delivered) -> None:
    """A device rings: the caller's own hears the ring-back tone, a person's starts the clock."""
    leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent, "agent")
    if leg.state == "cleared" and _rings_again(turn, leg):
        leg = incident.call.legs[leg.id] = Leg(id=leg.id, role=leg.role, device=leg.device, agent=leg.agent)
    rang_us = leg.delivered_us
    if rang_us is None or turn.moment_us < rang_us:  # an earlier one may be told later
        leg.delivered_us = turn.moment_us
    source_us, rang_source_us = turn.source_us, leg.source_delivered_us
    if source_us is not None and (rang_source_us is None or source_us < rang_source_us):
        leg.source_delivered_us = source_us
    if leg.role != "caller":
        _rings_at_a_person(turn, incident, leg, repeated=rang_us is not None)


def _rings_at_a_person(turn: Turn, incident: Incident, leg: Leg, *, repeated: bool) -> None:
    _reached_us(turn, incident)
    if leg.state == "initiated":
        rings = incident.closed_us is None or _rings_on(turn, incident, repeated=repeated)
        leg.state = "alerting" if rings else "cleared"
    first_us = incident.first_human_ring_us
    if first_us is None or turn.moment_us < first_us:
        incident.first_human_ring_us = turn.moment_us
    call = incident.call
    if leg.state != "alerting":  # told after its end: it rang before
        rings_told_late.rang_before(turn, incident, leg)
    elif len(call.legs) == 1 or call.transfer_pending or not talking(incident):
        if call.transfer_pending or call.linger_until_us is not None:  # a look costs a tenth of a store
            call.transfer_pending = False
            call.linger_until_us = None
        if incident.flags:
            rescue.rings_on(incident)
        three_rings.rings(turn, incident, leg, incident.answered_us is not None)
    else:  # of a ring group: it may have rung before another answered
        rings_told_late.rang_before(turn, incident, leg)


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


@of_a_call
def established(turn: Turn, incident: Incident, event: Established) -> None:
    """Answered: by a person, unless it is the caller's own leg (a queue or a menu took the call)."""
    leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
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


@of_a_call
def queued(turn: Turn, incident: Incident, event: Queued) -> None:
    if event.leg:
        leg_of(turn, incident, event.leg, event.role, event.device, event.agent, "caller")
    _reached_us(turn, incident)
    if incident.closed_us is None and incident.answered_us is None:
        incident.call.queued = True
        hold_checkin.queued(turn, incident)


@of_a_call
def dequeued(turn: Turn, incident: Incident, event: Dequeued) -> None:
    incident.call.queued = False
    if event.cause == "cancelled" and incident.answered_us is None:
        incident.call.caller_gave_up = True
    elif event.cause == "no_answer":
        incident.call.last_cause = event.cause
    hold_checkin.over(turn, incident, hold_checkin.QUEUE, "dequeued")


@of_a_call
def gone(turn: Turn, incident: Incident, event: Failed | ConnectionCleared) -> None:
    """A leg is over; where none is named, the whole call."""
    cause = event.cause
    if not cause and type(event) is Failed:
        cause = "unavailable"  # why, nobody told; that the caller gave up it was not
    if event.leg == "":
        endings.call_over(turn, incident, cause)
        return
    leg = leg_of(turn, incident, event.leg, event.role, event.device, event.agent)
    endings.leg_over(turn, incident, leg, cause)


def leg_of(  # noqa: PLR0917 - of an event, read where its class is known: of any class costs ten times as much
    turn: Turn, incident: Incident, id_: str, role: Role, device: str, agent: str, presumed: Role = ""
) -> Leg:
    """The event's leg, with what the event tells of it; "" is the one leg of a source that names none.

    `presumed`: whose it is where nobody has told.
    """
    legs = incident.call.legs
    found = legs.get(id_)
    if found is None:
        found = legs[id_] = Leg(id=id_, role=role or presumed, device=device, agent=agent, uncertain=turn.uncertain)
        if turn.terms.leg_ids_unique:
            turn.state.know_leg(incident, id_)
        return found
    if role:
        found.role = role
    elif presumed and not found.role:
        found.role = presumed
    if device and not found.device:
        found.device = device
    if agent and not found.agent:
        found.agent = agent
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
