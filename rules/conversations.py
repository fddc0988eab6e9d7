"""The radio's tracker: what the sources of a channel tell becomes transmissions, and those become hails and replies.

A transmission is judged once it has lasted long enough to be no bumped key; until then, and for a moment after its
end, an id may still name who speaks. What it counts for stands in rules.hails, what control says in rules.replies.
"""

from collections.abc import Callable
from typing import Any

from rules import emergencies, hails, messages, replies, roll_call
from rules.channels import Channel, Transmission
from rules.events import (
    CallAlert,
    CallAnswered,
    ControlTransmitting,
    Emergency,
    LinkChanged,
    MachineAck,
    RadioEvent,
    Status,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)
from rules.events.radio import EndReason
from rules.moments import SECOND_US
from rules.turn import Turn

LATE_ID_US = 2 * SECOND_US  # so long after a transmission an id may still name who spoke, or before it who will
CHANNELS_MAX = 256
_TRANSMISSIONS_MAX = 64  # of one channel
_NOT_IN_TOUCH = frozenset({"offline", "refused", "connecting"})


def take(turn: Turn, event: RadioEvent) -> None:
    """One event of a channel."""
    channel = _channel(turn, event)
    channel.source = event.source
    channel.last_heard_us = max(channel.last_heard_us, turn.moment_us)
    own = event.unit in turn.terms.radio.channel(channel.name).own_units
    if event.unit and not own:
        channel.last_unit = event.unit
        roll_call.heard(turn, event.unit, channel.name, present=not isinstance(event, UnitSeen) or event.present)
    if own and type(event) in _OWN:
        _OWN[type(event)](turn, channel, event)
    else:
        _HANDLERS[type(event)](turn, channel, event)
    _done(turn, channel)


def passed(turn: Turn, channel: Channel, due_us: int) -> None:
    """One of its moments has come."""
    _step(turn, channel, due_us)
    _done(turn, channel)


def link_lost(turn: Turn, event: LinkChanged) -> None:
    """What a source was hearing when its link broke has no end that it could tell."""
    if event.state not in _NOT_IN_TOUCH:
        return
    for channel in turn.state.channels.values():
        hears = [t for t in channel.on_air if event.source in t.sources]
        for transmission in hears:
            _heard_no_more(turn, channel, transmission, event.source, "lost")
        if event.source in channel.control_sources:
            replies.control_off(turn, channel, event.source)
        elif not hears:
            continue
        _done(turn, channel)


def _started(turn: Turn, channel: Channel, event: TransmissionStarted) -> None:
    known = _joinable(channel, event)
    if known is not None and _pressed_anew(turn, known, event):
        _end(turn, channel, known, known.started_us + turn.terms.radio.bump_us, "lost")
        known = None
    if known is None:
        known = _new(turn, channel, event)
    else:
        if event.source not in known.sources:
            known.sources.append(event.source)
        _identify(turn, channel, known, event)
    if event.emergency and not known.emergency:
        known.emergency = True
        emergencies.raised(turn, channel, known.unit, known.called)
    if known.judge_us is not None and known.judge_us <= turn.moment_us:
        _judge(turn, channel, known)


def _new(turn: Turn, channel: Channel, event: TransmissionStarted) -> Transmission:
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


def _joinable(channel: Channel, event: TransmissionStarted) -> Transmission | None:
    """The transmission on the air that this is the beginning of, told once more or by another source."""
    on_air = channel.on_air
    for same in (event.unit, ""):
        for transmission in on_air:
            if transmission.unit == same:
                return transmission
    return on_air[-1] if on_air and not event.unit else None


def _pressed_anew(turn: Turn, known: Transmission, event: TransmissionStarted) -> bool:
    """Who presses again has let go before: that end was lost, and nobody knows when it was; at the latest long ago.

    A source may tell one press twice, so not within `call_gap_s`.
    """
    same = event.unit == known.unit and event.source in known.sources
    return same and turn.moment_us - known.started_us >= max(turn.terms.radio.call_gap_us, turn.terms.radio.bump_us)


def _ended(turn: Turn, channel: Channel, event: TransmissionEnded) -> None:
    heard = [t for t in channel.on_air if event.source in t.sources]
    named = [t for t in heard if event.unit and t.unit == event.unit]
    possible = named or [t for t in heard if not t.unit or not event.unit]
    if not possible:
        if not heard and event.source in channel.control_sources and channel.control_by == "unit":
            replies.control_off(turn, channel, event.source)  # the end names nobody, and nobody else speaks
        return
    transmission = possible[-1]
    _identify(turn, channel, transmission, event)
    if transmission.ended_us is None:
        _heard_no_more(turn, channel, transmission, event.source, event.reason)


def _heard_no_more(turn: Turn, channel: Channel, transmission: Transmission, source: str, reason: EndReason) -> None:
    transmission.sources = [name for name in transmission.sources if name != source]
    if not transmission.sources:
        _end(turn, channel, transmission, turn.moment_us, reason)


def _end(turn: Turn, channel: Channel, transmission: Transmission, at_us: int, reason: EndReason) -> None:
    transmission.ended_us = max(at_us, transmission.started_us)
    transmission.source_ended_us = turn.source_us
    transmission.reason = reason
    transmission.sources = []
    judge_us = transmission.judge_us
    if judge_us is not None and transmission.ended_us >= judge_us:
        _judge(turn, channel, transmission)
    elif judge_us is not None:
        transmission.judge_us = None
        lasted_us = transmission.ended_us - transmission.started_us
        transmission.taken_for = "tail" if lasted_us >= turn.terms.radio.bump_us else "bump"
        _note_for(turn, channel, transmission, transmission.taken_for)
    if transmission.taken_for == "call":
        hails.transmission_ended(turn, channel, transmission)
        replies.call_ended(turn, channel, transmission.ended_us)


def _judge(turn: Turn, channel: Channel, transmission: Transmission) -> None:
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


def _identified(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> None:
    transmission = _spoken(turn, channel, event)
    if transmission is not None:
        _identify(turn, channel, transmission, event)
    elif isinstance(event, UnitIdentified) and turn.terms.radio.source(event.source).identification_is_call:
        messages.identified(turn, channel, event)
    elif isinstance(event, UnitIdentified):
        channel.early_unit, channel.early_us = event.unit, turn.moment_us


def _spoken(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> Transmission | None:
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


def _identify(turn: Turn, channel: Channel, transmission: Transmission, event: RadioEvent) -> None:
    """What is told of a transmission after its beginning."""
    if event.called and not transmission.called:
        transmission.called, transmission.group = event.called, event.group
        if transmission.taken_for == "others":
            _judge(turn, channel, transmission)
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
            _judge(turn, channel, transmission)
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


def _own_started(turn: Turn, channel: Channel, event: TransmissionStarted) -> None:
    replies.control_on(turn, channel, event, "unit")


def _own_ended(turn: Turn, channel: Channel, event: TransmissionEnded) -> None:
    if event.source in channel.control_sources:
        replies.control_off(turn, channel, event.source)
    else:
        _ended(turn, channel, event)


def _own_text(turn: Turn, channel: Channel, event: Text) -> None:
    messages.own_text(turn, channel, event)


def _own_identified(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> None:
    transmission = _spoken(turn, channel, event)
    if transmission is not None and channel.control_since_us is None:
        _identify(turn, channel, transmission, event)


def _nothing(turn: Turn, channel: Channel, event: RadioEvent) -> None:
    """Proof of delivery, or control's own: no call and no reply."""


def _step(turn: Turn, channel: Channel, due_us: int) -> None:
    if channel.control_confirm_us == due_us:
        replies.confirm(turn, channel)
        return
    if channel.control_since_us is not None and channel.control_watchdog_us == due_us:
        replies.over(turn, channel, due_us)
        return
    for transmission in channel.on_air:
        if transmission.judge_us == due_us:
            _judge(turn, channel, transmission)
            return
        if transmission.watchdog_us == due_us:
            _end(turn, channel, transmission, due_us, "watchdog")
            return
    for hail in channel.hails:
        if due_us in (hail.close_us, hail.repeat_us):
            hails.passed(turn, channel, hail, due_us)
            return


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


def _channel(turn: Turn, event: RadioEvent) -> Channel:
    state = turn.state
    found = state.channels.get(event.channel)
    if found is None:
        if len(state.channels) >= CHANNELS_MAX:
            quiet = [c for c in state.channels.values() if not c.hails] or list(state.channels.values())
            oldest = min(quiet, key=lambda c: (c.last_heard_us, c.id))
            for hail in list(oldest.hails):
                hails.give_up(turn, oldest, hail)
            del state.channels[oldest.name]
            turn.decision.channels_gone += (oldest.name,)
        found = state.channels[event.channel] = Channel(id=state.next_id(), name=event.channel, source=event.source)
    return found


def _done(turn: Turn, channel: Channel) -> None:
    """Let go of what no late id can name any more, and wait for what is next."""
    ended = [t for t in channel.transmissions if t.ended_us is not None]
    if len(ended) > 1:
        horizon_us = turn.at_us - LATE_ID_US
        last = channel.transmissions[-1]
        kept = [t for t in channel.transmissions if t is last or t.ended_us is None or t.ended_us >= horizon_us]
        channel.transmissions = kept[-_TRANSMISSIONS_MAX:]
    turn.state.watch_channel(channel)
    turn.decision.channels += (channel,)


_OWN: dict[type[RadioEvent], Callable[[Turn, Channel, Any], None]] = {
    TransmissionStarted: _own_started,
    TransmissionEnded: _own_ended,
    UnitIdentified: _own_identified,
    UnitSeen: _own_identified,
    Text: _own_text,
    CallAlert: _nothing,
}
_HANDLERS: dict[type[RadioEvent], Callable[[Turn, Channel, Any], None]] = {
    TransmissionStarted: _started,
    TransmissionEnded: _ended,
    UnitIdentified: _identified,
    UnitSeen: _identified,
    CallAlert: messages.call_alert,
    Emergency: messages.emergency,
    Status: messages.status,
    Text: messages.text,
    MachineAck: _nothing,
    ControlTransmitting: replies.control_transmitting,
    CallAnswered: replies.said_answered,
}
