"""A unit's emergency: a record and a breach at once, told to all until somebody acknowledges it."""

from rules import hails, two_calls
from rules.channels import Channel, Hail, HeardCall
from rules.turn import Turn


def raised(turn: Turn, channel: Channel, unit: str, called: str) -> None:
    """The same unit's within `emergency_repeat_s` is the same one: radios send it several times."""
    known = _of(channel, unit)
    if known is not None and turn.moment_us - known.emergency_us < turn.terms.radio.emergency_repeat_us:
        turn.note(hails.incident_of(turn, known), "emergency_repeated")
        return
    hail = hails.waiting(turn, channel, unit, turn.moment_us) or _waiting_still(known)
    if hail is None:
        hail, incident = hails.new(turn, channel, unit, called, turn.moment_us)
        hail.heard.append(HeardCall(turn.moment_us, turn.moment_us))
        incident.calls = 1
    incident = hails.incident_of(turn, hail)
    hail.emergency, hail.emergency_us, hail.answered = True, turn.moment_us, False
    turn.flag(incident, "emergency")
    two_calls.breached_at_once(turn, channel, hail, incident)


def named(turn: Turn, channel: Channel, unit: str) -> None:
    """Who raised it came after it was told."""
    known = _of(channel, "")
    if known is not None:
        hails.name(turn, known, unit)


def ended(turn: Turn, channel: Channel, unit: str) -> None:
    """The unit took it back; it must be acknowledged all the same."""
    known = _of(channel, unit)
    if known is not None:
        turn.note(hails.incident_of(turn, known), "emergency_ended")


def _of(channel: Channel, unit: str) -> Hail | None:
    for hail in reversed(channel.hails):
        if hail.emergency and hail.unit == unit:
            return hail
    return None


def _waiting_still(known: Hail | None) -> Hail | None:
    return known if known is not None and not known.answered else None
