"""Control's side of a channel: its own transmissions, what of them is a reply, and with whom it speaks.

A reply begins after the call it answers has ended, and lasts; it is dated at its start, or where the call's end was
only heard after that, at that end. A machine's acknowledgement is none.
"""

from rules import hails, promise, two_calls
from rules.channels import Channel, Hail
from rules.events import CallAnswered, ControlTransmitting, RadioEvent
from rules.incidents import Incident
from rules.settings import ReplyBy
from rules.turn import Turn
from rules.two_calls import Reply


def control_transmitting(turn: Turn, channel: Channel, event: ControlTransmitting) -> None:
    if event.on:
        control_on(turn, channel, event, "ptt", automatic=event.automatic)
    else:
        control_off(turn, channel, event.source)


def control_on(turn: Turn, channel: Channel, event: RadioEvent, by: ReplyBy, *, automatic: bool = False) -> None:
    """Control transmits: its own station says so, or a receiver hears its unit. `automatic`: nobody speaks."""
    if event.source not in channel.control_sources:
        channel.control_sources.append(event.source)
    if event.called and not event.group:
        channel.control_called = event.called
    radio = turn.terms.radio
    counts = not automatic and by in radio.source(event.source).replies
    if channel.control_since_us is not None and (automatic or not channel.control_automatic):
        if counts and not channel.control_replies:
            channel.control_by, channel.control_replies = by, True
        return
    channel.control_automatic = automatic
    channel.control_since_us = turn.moment_us
    channel.control_source_us = turn.source_us
    channel.control_by = by
    channel.control_replies = counts
    channel.control_called = event.called if not event.group else ""
    channel.control_confirm_us = None if automatic else turn.moment_us + radio.reply_min_us
    channel.control_watchdog_us = turn.moment_us + radio.watchdog_us
    for transmission in channel.on_air:
        if transmission.judge_us is not None:  # both keyed at the same time: nobody heard the other
            transmission.taken_for, transmission.judge_us = "collision", None


def control_off(turn: Turn, channel: Channel, source: str) -> None:
    left = [name for name in channel.control_sources if name != source]
    if left:
        channel.control_sources = left
    elif channel.control_since_us is None:
        channel.control_until_us = turn.moment_us  # its beginning was not seen
    else:
        over(turn, channel, turn.moment_us)


def over(turn: Turn, channel: Channel, at_us: int) -> None:
    """Control's transmission has ended: by its key, or by our watchdog."""
    if channel.control_confirm_us is not None and at_us >= channel.control_confirm_us:
        confirm(turn, channel)
    if channel.control_confirm_us is not None:
        _was_a_bump(turn, channel, at_us)
    elif not channel.control_automatic:  # long enough to be speech
        channel.exchange_until_us = at_us + turn.terms.radio.conversation_us
    channel.control_confirm_us = channel.control_since_us = None
    channel.control_until_us = at_us
    channel.control_sources = []
    channel.control_called = ""
    channel.control_automatic = False


def call_ended(turn: Turn, channel: Channel, ended_us: int) -> None:
    """Its end is heard when control speaks already: the squelch closed late, and what control goes on to say counts."""
    since_us, radio = channel.control_since_us, turn.terms.radio
    if since_us is not None and since_us < ended_us <= since_us + radio.squelch_us and not channel.control_automatic:
        channel.control_confirm_us = ended_us + radio.reply_min_us


def _was_a_bump(turn: Turn, channel: Channel, at_us: int) -> None:
    """Control's key, pressed for a moment: whom it interrupted goes on calling."""
    for transmission in channel.on_air:
        if transmission.taken_for == "collision" and transmission.started_us < (channel.control_since_us or 0):
            transmission.taken_for = ""
            transmission.judge_us = max(transmission.started_us + turn.terms.radio.bump_us, at_us)


def confirm(turn: Turn, channel: Channel) -> None:
    """It has lasted long enough to be a reply, and was one from its start."""
    since_us = channel.control_since_us
    assert since_us is not None  # noqa: S101 - confirm_us is set with it
    channel.control_confirm_us = None
    heard = [hail for hail in channel.hails if channel.may_answer(hail, turn.terms.radio.squelch_us)]
    reply = Reply(since_us, channel.control_by, channel.control_sources[0], channel.control_source_us)
    _answer(turn, channel, heard, reply, channel.control_called)
    if channel.control_called:
        promise.spoken_to(turn, channel.control_called, since_us)
    _set_partner(channel, heard, since_us, turn.terms.radio.window_us)


def said_answered(turn: Turn, channel: Channel, event: CallAnswered) -> None:
    """The station says that control answered."""
    if "answered" in turn.terms.radio.source(event.source).replies:
        reply(turn, channel, event.unit, "answered")


def reply(turn: Turn, channel: Channel, unit: str, by: ReplyBy) -> None:
    """A reply that is no transmission; "" answers all that wait."""
    heard = [hail for hail in channel.hails if not hail.answered and unit in ("", hail.unit)]
    _answer(turn, channel, heard, Reply(turn.moment_us, by, channel.source, turn.source_us), unit)


def answered_by_hand(turn: Turn, incident: Incident, by: str) -> None:
    """Somebody at the desk says so. What the rule takes for a reply is configured; the record keeps it in any case."""
    channel = turn.state.channels.get(incident.channel)
    hail = hails.by_incident(channel, incident.id) if channel is not None else None
    turn.note(incident, "answered_by_hand", by)
    if incident.outcome == "missed":
        incident.outcome, incident.answered_us = "answered", turn.moment_us  # too late for the verdict
    if channel is None or hail is None or hail.answered:
        return
    replies = turn.terms.radio.channel(channel.name).replies
    if "board" not in replies and replies:
        return
    answer(turn, channel, hail, Reply(turn.moment_us, "board"))
    turn.state.watch_channel(channel)
    turn.decision.channels += (channel,)


def answer(turn: Turn, channel: Channel, hail: Hail, reply: Reply) -> None:
    incident = hails.incident_of(turn, hail)
    incident.answered_us = reply.at_us
    two_calls.answered(turn, incident, reply)
    turn.note(incident, "answered", reply.by)
    if hail.emergency:  # somebody must still acknowledge it, and its repeats are the same emergency
        hail.answered = True
        hail.close_us = max(turn.at_us, hail.emergency_us + turn.terms.radio.emergency_repeat_us)
    else:
        hails.remove(channel, hail)
    hails.close(turn, incident, "answered", reply.at_us)


def _answer(turn: Turn, channel: Channel, heard: list[Hail], reply: Reply, called: str) -> None:
    """One reply to all of them; to whom it was said is not certain where several units waited for it."""
    if not called and len({hail.unit for hail in heard if hail.unit}) > 1:
        reply = reply._replace(certain=False, reason="several_waiting")
    for hail in heard:
        last_us = hail.last_end_us or 0
        late = reply._replace(at_us=last_us, source_us=None) if last_us > reply.at_us else reply
        answer(turn, channel, hail, late)


def _set_partner(channel: Channel, heard: list[Hail], since_us: int, window_us: int) -> None:
    """With whom control speaks: whom it answered or named, else the same as a while ago, else nobody we know."""
    if len(heard) == 1:
        channel.partner, channel.partner_incident = heard[0].unit, heard[0].incident
    elif heard:
        channel.partner, channel.partner_incident = "", 0
    elif channel.control_called:
        if channel.control_called != channel.partner:
            channel.partner, channel.partner_incident = channel.control_called, 0
    else:
        last, until_us = channel.last, channel.control_until_us
        spoke_us = max(until_us or 0, (last.ended_us or 0) if last is not None and last.taken_for == "exchange" else 0)
        if since_us - spoke_us >= window_us:
            channel.partner, channel.partner_incident = "", 0
