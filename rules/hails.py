"""A unit that calls control: its calls are counted here, whoever they turn out to be from, until it is answered.

The count follows from the transmissions that a hail holds, so an id that comes late moves its transmission to
where it would have been counted, and every order of the same ids ends in the same counts.
"""

from rules import claims, two_calls
from rules.channels import Channel, Hail, HeardCall, Transmission
from rules.incidents import Call, Incident, IncidentOutcome
from rules.moments import SECOND_US
from rules.state import CLOSED_KEPT_MAX
from rules.turn import Turn
from rules.waits import FORGET_RADIO

KEPT_US = 12 * 3600 * SECOND_US  # so long the desk may complete a closed record
_HEARD_MAX = 32  # of one hail; older calls are only counted
_HAILS_MAX = 256  # of one channel; the oldest is given up


def transmission_counts(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    """It was long enough, and meant for control."""
    transmission.taken_for = "call"
    heard = HeardCall(transmission.started_us, transmission.ended_us, transmission.id, transmission.source_ended_us)
    hail = _of(turn, channel, transmission.unit, transmission.called, source=transmission.source, heard=heard)
    transmission.hail = hail.incident


def message_counts(turn: Turn, channel: Channel, unit: str, called: str, what: str) -> None:
    """A page, a text, a status or a bare id that asks for control."""
    heard = HeardCall(turn.moment_us, turn.moment_us, source_ended_us=turn.source_us)
    hail = _of(turn, channel, unit, called, source=channel.source, heard=heard)
    turn.note(turn.state.incidents[hail.incident], what)


def goes_on(turn: Turn, channel: Channel, hail: Hail) -> None:
    """Its last call has lasted until now: the id at release says so."""
    hail.heard[-1].ended_us = turn.moment_us
    _refresh(turn, channel, hail)


def transmission_ended(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    hail = by_incident(channel, transmission.hail)
    if hail is None:
        return
    for heard in hail.heard:
        if heard.transmission == transmission.id:
            heard.ended_us, heard.source_ended_us = transmission.ended_us, transmission.source_ended_us
    _refresh(turn, channel, hail)
    two_calls.call_ended(turn, channel, hail, incident_of(turn, hail))


def unit_known(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    """The id of a counted transmission came after it was counted."""
    hail = by_incident(channel, transmission.hail)
    if hail is None:
        _name_closed(turn, channel, transmission)
        return
    if hail.unit == transmission.unit:
        return
    if hail.emergency and not hail.unit:
        name(turn, hail, transmission.unit)
        return
    if not hail.folded and all(heard.transmission == transmission.id for heard in hail.heard):
        other = waiting(turn, channel, transmission.unit, transmission.started_us)
        if other is None:
            _give_up_former(turn, channel, transmission.unit)
            name(turn, hail, transmission.unit)
        else:
            transmission.hail = _join(turn, channel, hail, other)
        return
    take_out(turn, channel, transmission)
    transmission_counts(turn, channel, transmission)


def take_out(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    """It belongs elsewhere. A hail of which nothing is left never was one."""
    hail = by_incident(channel, transmission.hail)
    transmission.hail = 0
    if hail is None:
        return
    hail.heard = [heard for heard in hail.heard if heard.transmission != transmission.id]
    if hail.heard or hail.folded or hail.emergency:
        _refresh(turn, channel, hail)
        return
    incident = incident_of(turn, hail)
    two_calls.over(turn, incident, "waived", "not_a_hail")
    remove(channel, hail)
    close(turn, incident, "abandoned")
    turn.note(incident, "not_a_hail", transmission.unit)


def waiting(turn: Turn, channel: Channel, unit: str, at_us: int) -> Hail | None:
    """The unanswered hail that a call of `unit` at that moment belongs to: its silence was not too long."""
    for hail in reversed(channel.hails):
        if hail.unit == unit and not hail.answered:
            last_us = hail.last_end_us
            if last_us is None or at_us < last_us + turn.terms.radio.window_us:
                return hail
    return None


def new(turn: Turn, channel: Channel, unit: str, called: str, opened_us: int) -> tuple[Hail, Incident]:
    """A record of its own for a unit that begins to call."""
    _give_up_former(turn, channel, unit)
    if len(channel.hails) >= _HAILS_MAX:
        give_up(turn, channel, channel.hails[0])
    state = turn.state
    incident = Incident(
        id=state.next_id(),
        number=state.numbers.next(opened_us),
        site=turn.terms.rules.site,
        call=Call(source=channel.source, ids=[]),
        medium="radio",
        direction="inbound",
        caller=unit,
        called=called,
        opened_us=opened_us,
        unit=unit,
        channel=channel.name,
        talkgroup=called,
    )
    state.add(incident)
    hail = Hail(incident=incident.id, unit=unit)
    channel.hails.append(hail)
    return hail, incident


def by_incident(channel: Channel, incident: int) -> Hail | None:
    for hail in channel.hails:
        if hail.incident == incident:
            return hail
    return None


def incident_of(turn: Turn, hail: Hail) -> Incident:
    """Also says that the entry belongs to it, and that it changes."""
    incident = turn.state.incidents[hail.incident]
    turn.decision.incident = incident.id
    turn.touch(incident)
    return incident


def close(turn: Turn, incident: Incident, outcome: IncidentOutcome, at_us: int | None = None) -> None:
    """The record stays among the live ones for a while, so that the desk can complete it."""
    state = turn.state
    incident.closed_us = turn.moment_us if at_us is None else at_us
    incident.outcome = outcome
    incident.forget_us = turn.at_us + KEPT_US
    state.waits.add(incident.forget_us, FORGET_RADIO, incident.id, incident)
    state.closed[incident.id] = incident
    turn.touch(incident)
    if len(state.closed) > CLOSED_KEPT_MAX:
        oldest = state.oldest_closed()
        state.forget(oldest)
        turn.decision.forgotten += (oldest.id,)


def give_up(turn: Turn, channel: Channel, hail: Hail) -> None:
    """Nobody answered, and the unit is silent."""
    incident = incident_of(turn, hail)
    remove(channel, hail)
    close(turn, incident, two_calls.given_up(turn, hail, incident))


def _give_up_former(turn: Turn, channel: Channel, unit: str) -> None:
    """The unit begins anew after a silence."""
    for former in [hail for hail in channel.hails if hail.unit == unit and not (hail.answered or hail.emergency)]:
        give_up(turn, channel, former)


def remove(channel: Channel, hail: Hail) -> None:
    channel.hails = [other for other in channel.hails if other is not hail]


def passed(turn: Turn, channel: Channel, hail: Hail, due_us: int) -> None:
    """Its own moments: told again, or given up."""
    if hail.repeat_us == due_us:
        two_calls.tell_again(turn, hail, incident_of(turn, hail))
    elif hail.close_us == due_us:
        hail.close_us = _begins_again(channel, hail, due_us)
        if hail.close_us is not None:
            return
        if hail.emergency and hail.repeat_us is not None:
            return  # told until somebody acknowledges it
        if hail.answered:
            remove(channel, hail)
        else:
            give_up(turn, channel, hail)


def _begins_again(channel: Channel, hail: Hail, due_us: int) -> int | None:
    """When it is known whether what is on the air is one more of its calls, begun just in time."""
    judged = [
        t.judge_us
        for t in channel.on_air
        if t.judge_us is not None and t.judge_us > due_us and t.unit in ("", hail.unit) and t.started_us < due_us
    ]
    return max(judged, default=None)


def _of(turn: Turn, channel: Channel, unit: str, called: str, *, source: str, heard: HeardCall) -> Hail:
    """The hail that a call belongs to, with the call in it."""
    hail = waiting(turn, channel, unit, heard.started_us)
    if hail is None:
        hail, incident = new(turn, channel, unit, called, heard.started_us)
        incident.call.source = source
        hail.heard.append(heard)
        two_calls.begin(turn, channel, incident)
    else:
        hail.heard.append(heard)
    _refresh(turn, channel, hail)
    return hail


def _refresh(turn: Turn, channel: Channel, hail: Hail) -> None:
    """Count anew, and let the rule see it."""
    radio = turn.terms.radio
    hail.heard.sort(key=lambda heard: heard.started_us)
    calls = hail.calls(radio.call_gap_us, radio.call_longest_us)
    if len(hail.heard) > _HEARD_MAX and len(calls) > 1:
        hail.folded += 1
        del hail.heard[: len(calls[0])]
    elif len(hail.heard) > _HEARD_MAX:
        hail.heard[0].ended_us = hail.heard[1].ended_us
        del hail.heard[1]
    incident = incident_of(turn, hail)
    incident.calls = hail.folded + len(hail.calls(radio.call_gap_us, radio.call_longest_us))
    two_calls.counted(turn, channel, hail, incident)


def name(turn: Turn, hail: Hail, unit: str) -> None:
    incident = incident_of(turn, hail)
    hail.unit = incident.unit = incident.caller = unit
    turn.note(incident, "unit_known", unit)


def _name_closed(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    """It was answered before anybody knew who called."""
    incident = turn.state.incidents.get(transmission.hail)
    if incident is None or incident.unit or incident.calls != 1:
        return
    turn.decision.incident = incident.id
    incident.unit = incident.caller = transmission.unit
    if channel.partner_incident == incident.id:
        channel.partner = transmission.unit
    turn.note(incident, "unit_known", transmission.unit)
    turn.touch(incident)


def _join(turn: Turn, channel: Channel, unknown: Hail, known: Hail) -> int:
    """Two records are of one unit: the older one stays, or the emergency. Returns its incident."""
    older_unknown = unknown.incident < known.incident and not known.emergency
    keep, gone = (unknown, known) if older_unknown else (known, unknown)
    keep.unit = known.unit
    keep.heard += gone.heard
    keep.folded += gone.folded
    kept, merged = incident_of(turn, keep), incident_of(turn, gone)
    kept.unit = kept.caller = known.unit
    merged.merged_into = kept.number
    two_calls.over(turn, merged, "waived", "merged")
    remove(channel, gone)
    close(turn, merged, "merged")
    claims.joined(kept, merged)
    turn.note(merged, "merged", kept.number)
    turn.note(kept, "merged", merged.number)
    for transmission in channel.transmissions:
        if transmission.hail == gone.incident:
            transmission.hail = keep.incident
    _refresh(turn, channel, keep)
    return keep.incident
