"""The radio's tracker: what the sources of a channel tell becomes transmissions, and those become hails and replies.

A transmission is judged once it has lasted long enough to be no bumped key (rules.transmissions). What it counts for
stands in rules.hails, what control says in rules.replies.
"""

from collections.abc import Callable
from typing import Any

from rules import emergencies, hails, messages, replies, roll_call, transmissions
from rules.channels import Channel
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
from rules.turn import Turn

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
            transmissions.heard_no_more(turn, channel, transmission, event.source, "lost")
        if event.source in channel.control_sources:
            replies.control_off(turn, channel, event.source)
        elif not hears:
            continue
        _done(turn, channel)


def _started(turn: Turn, channel: Channel, event: TransmissionStarted) -> None:
    known = transmissions.joinable(channel, event)
    if known is not None and transmissions.pressed_anew(turn, known, event):
        transmissions.end(turn, channel, known, known.started_us + turn.terms.radio.bump_us, "lost")
        known = None
    if known is None:
        known = transmissions.begin(turn, channel, event)
    else:
        if event.source not in known.sources:
            known.sources.append(event.source)
        transmissions.identify(turn, channel, known, event)
    if event.emergency and not known.emergency:
        known.emergency = True
        emergencies.raised(turn, channel, known.unit, known.called)
    if known.judge_us is not None and known.judge_us <= turn.moment_us:
        transmissions.judge(turn, channel, known)


def _ended(turn: Turn, channel: Channel, event: TransmissionEnded) -> None:
    heard = [t for t in channel.on_air if event.source in t.sources]
    named = [t for t in heard if event.unit and t.unit == event.unit]
    possible = named or [t for t in heard if not t.unit or not event.unit]
    if not possible:
        if not heard and event.source in channel.control_sources and channel.control_by == "unit":
            replies.control_off(turn, channel, event.source)  # the end names nobody, and nobody else speaks
        return
    transmission = possible[-1]
    transmissions.identify(turn, channel, transmission, event)
    if transmission.ended_us is None:
        transmissions.heard_no_more(turn, channel, transmission, event.source, event.reason)


def _identified(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> None:
    transmission = transmissions.spoken(turn, channel, event)
    if transmission is not None:
        transmissions.identify(turn, channel, transmission, event)
    elif isinstance(event, UnitIdentified) and turn.terms.radio.source(event.source).identification_is_call:
        messages.identified(turn, channel, event)
    elif isinstance(event, UnitIdentified):
        channel.early_unit, channel.early_us = event.unit, turn.moment_us


def _own_started(turn: Turn, channel: Channel, event: TransmissionStarted) -> None:
    replies.control_on(turn, channel, event, "unit")


def _own_ended(turn: Turn, channel: Channel, event: TransmissionEnded) -> None:
    if event.source in channel.control_sources:
        replies.control_off(turn, channel, event.source)
    else:
        _ended(turn, channel, event)


def _own_identified(turn: Turn, channel: Channel, event: UnitIdentified | UnitSeen) -> None:
    transmission = transmissions.spoken(turn, channel, event)
    if transmission is not None and channel.control_since_us is None:
        transmissions.identify(turn, channel, transmission, event)


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
            transmissions.judge(turn, channel, transmission)
            return
        if transmission.watchdog_us == due_us:
            transmissions.end(turn, channel, transmission, due_us, "watchdog")
            return
    for hail in channel.hails:
        if due_us in (hail.close_us, hail.repeat_us):
            hails.passed(turn, channel, hail, due_us)
            return


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
        horizon_us = turn.at_us - transmissions.LATE_ID_US
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
    Text: messages.own_text,
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
