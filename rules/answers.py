"""A person answers: for the caller, or for whom they were transferred to."""

from rules import call_back, endings, hold_checkin, ring_episodes, three_rings
from rules.incidents import Call, Incident, Leg
from rules.turn import Turn


def person_answered(turn: Turn, incident: Incident, leg: Leg) -> None:
    """The caller, or whom they were transferred to, has a person now."""
    call = incident.call
    first = incident.answered_us is None
    if not first and not call.transfer_pending and not ring_episodes.still_rings(incident):
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


def adopt_answer(turn: Turn, incident: Incident) -> None:
    """A call that joined this one may have brought the person who answered it."""
    if incident.answered_us is not None or incident.closed_us is not None:
        return
    for leg in incident.call.legs.values():
        if leg.role == "agent" and leg.state in ("connected", "held") and leg.established_us is not None:
            with turn.back_at(leg.established_us, leg.source_established_us):
                person_answered(turn, incident, leg)
            return


def _only_ringing(call: Call) -> str:
    """Where an answer names neither leg nor device."""
    devices = {leg.device for leg in call.legs.values() if leg.state == "alerting"}
    return devices.pop() if len(devices) == 1 else ""
