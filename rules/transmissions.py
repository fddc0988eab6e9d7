"""A transmission: begun, ended, judged once it has outlived a bumped key, and named by an id that comes late."""

from rules import emergencies, hails, messages, replies
from rules.channels import Channel, Transmission
from rules.events import RadioEvent, TransmissionStarted, UnitIdentified, UnitSeen
from rules.events.radio import EndReason
from rules.moments import SECOND_US
from rules.turn import Turn

LATE_ID_US = 2 * SECOND_US  # so long after a transmission an id may still name who spoke, or before it who will


def begin(turn: Turn, channel: Channel, event: TransmissionStarted) -> Transmission:
    radio, now_us = turn.terms.radio, turn.moment_us
    unit = event.unit
    if not unit and channel.early_unit and now_us - channel.early_us <= LATE_ID_US:
        unit = channel.early_unit
    channel.early_unit = ""
    until_us, exchange_us = channel.control_until_us, channel.exchange_until_us
    transmission = Transmission(
        id=turn.state.next_id(),
        source=event.source,
        sources=[event.source],
        unit=unit,
        called=event.called,
        group=event.group,
        started_us=now_us,
        watchdog_us=now_us + radio.watchdog_us,
        tail=until_us is not None and now_us < until_us + radio.tail_us,
        exchange=exchange_us is not None and now_us < exchange_us and channel.partner in ("", unit or channel.partner),
    )
    if channel.control_since_us is not None:
        transmission.taken_for = "collision"
        _note_for(turn, channel, transmission, "collision")
    else:
        transmission.judge_us = now_us + radio.bump_us
        if transmission.tail and until_us is not None:
            transmission.judge_us = max(transmission.judge_us, until_us + radio.tail_us)
    channel.transmissions.append(transmission)
    return transmission


def joinable(channel: Channel, event: TransmissionStarted) -> Transmission | None:
    """The transmission on the air that this is the beginning of, told once more or by another source."""
    on_air = channel.on_air
    for same in (event.unit, ""):
        for transmission in on_air:
            if transmission.unit == same:
                return transmission
    return on_air[-1] if on_air and not event.unit else None


def pressed_anew(turn: Turn, known: Transmission, event: TransmissionStarted) -> bool:
    """Who presses again has let go before: that end was lost, and nobody knows when it was; at the latest long ago.

    A source may tell one press twice, so not within `call_gap_s`.
    """
    same = event.unit == known.unit and event.source in known.sources
    return same and turn.moment_us - known.started_us >= max(turn.terms.radio.call_gap_us, turn.terms.radio.bump_us)


def heard_no_more(turn: Turn, channel: Channel, transmission: Transmission, source: str, reason: EndReason) -> None:
    transmission.sources = [name for name in transmission.sources if name != source]
    if not transmission.sources:
        end(turn, channel, transmission, turn.moment_us, reason)


def end(turn: Turn, channel: Channel, transmission: Transmission, at_us: int, reason: EndReason) -> None:
    transmission.ended_us = max(at_us, transmission.started_us)
    transmission.source_ended_us = turn.source_us
    transmission.reason = reason
    transmission.sources = []
    judge_us = transmission.judge_us
    if judge_us is not None and transmission.ended_us >= judge_us:
        judge(turn, channel, transmission)
    elif judge_us is not None:
        transmission.judge_us = None
        lasted_us = transmission.ended_us - transmission.started_us
        transmission.taken_for = "tail" if lasted_us >= turn.terms.radio.bump_us else "bump"
        _note_for(turn, channel, transmission, transmission.taken_for)
    if transmission.taken_for == "call":
        hails.transmission_ended(turn, channel, transmission)
        replies.call_ended(turn, channel, transmission.ended_us)


def judge(turn: Turn, channel: Channel, transmission: Transmission) -> None:
    """It has lasted long enough to mean something."""
    transmission.judge_us = None
    if transmission.exchange and channel.exchange_until_us is not None:
        transmission.taken_for = "exchange"
        transmission.hail = channel.partner_incident
        channel.exchange_until_us = None
        _note_for(turn, channel, transmission, "exchange")
    elif messages.for_control(turn, channel, transmission.source, transmission.called, "transmission"):
        hails.transmission_counts(turn, channel, transmission)
    else:
        transmission.taken_for = "others"


def spoken(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> Transmission | None:
    """What this id speaks of: the transmission on the air, or the one that has just ended."""
    recent = [t for t in channel.transmissions if t.ended_us is None or turn.moment_us - t.ended_us <= LATE_ID_US]
    if isinstance(event, UnitSeen):  # a position: only of what the same receiver hears
        recent = [t for t in recent if t.source == event.source]
    on_air = [t for t in recent if t.ended_us is None]
    ended = [t for t in recent if t.ended_us is not None]
    own, unknown = _latest(on_air, event.unit), _latest(on_air, "")
    just_ended = _latest(ended, event.unit, "")
    if isinstance(event, UnitIdentified) and event.phase == "release":
        return own or just_ended or unknown
    return own or unknown or just_ended


def _latest(transmissions: list[Transmission], *units: str) -> Transmission | None:
    return next((t for t in reversed(transmissions) if t.unit in units), None)


def identify(turn: Turn, channel: Channel, transmission: Transmission, event: RadioEvent) -> None:
    """What is told of a transmission after its beginning."""
    if event.called and not transmission.called:
        transmission.called, transmission.group = event.called, event.group
        if transmission.taken_for == "others":
            judge(turn, channel, transmission)
    if not event.unit or transmission.unit:
        return
    transmission.unit = event.unit
    if transmission.emergency:
        emergencies.named(turn, channel, event.unit)
    if event.unit in turn.terms.radio.channel(channel.name).own_units:
        _was_control(turn, channel, transmission, event)
        return
    if transmission.exchange and channel.partner not in ("", event.unit):
        transmission.exchange = False  # somebody else than the unit that control spoke with
        if transmission.taken_for == "exchange":
            transmission.hail = 0
            judge(turn, channel, transmission)
            if channel.control_until_us is not None:  # that unit may still answer
                channel.exchange_until_us = channel.control_until_us + turn.terms.radio.conversation_us
    if transmission.taken_for == "call":
        hails.unit_known(turn, channel, transmission)


def _was_control(turn: Turn, channel: Channel, transmission: Transmission, event: RadioEvent) -> None:
    """The id says that it was control who spoke: as if it had been known from the start."""
    if transmission.taken_for == "call":
        hails.take_out(turn, channel, transmission)
    transmission.taken_for, transmission.judge_us = "control", None
    if channel.control_since_us is not None:
        return
    now_us, until_us = turn.moment_us, transmission.ended_us
    turn.moment_us = transmission.started_us
    replies.control_on(turn, channel, event, "unit")
    turn.moment_us = now_us
    if until_us is not None:
        replies.over(turn, channel, until_us)
    else:
        transmission.ended_us = now_us  # control's transmission goes on in its place


def _note_for(turn: Turn, channel: Channel, transmission: Transmission, what: str) -> None:
    """Kept in the record that it is a part of, where there is one."""
    hail = hails.waiting(turn, channel, transmission.unit, transmission.started_us)
    incident = turn.state.incidents.get(transmission.hail or (hail.incident if hail is not None else 0))
    if incident is None:
        return
    turn.decision.incident = incident.id
    turn.note(incident, what, transmission.unit)
    if what == "collision":
        turn.flag(incident, "collision")
        turn.touch(incident)
