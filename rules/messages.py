"""What reaches a channel without a voice: pages, texts, statuses, emergencies, bare ids. Each message counts once."""

from typing import Literal

from rules import emergencies, hails, promise, replies
from rules.channels import Channel
from rules.events import CallAlert, Emergency, RadioEvent, Status, Text, UnitIdentified
from rules.moments import SECOND_US
from rules.turn import Turn

REPEATED_US = 600 * SECOND_US  # the same id again so soon is the same message: told by another gateway, or sent again
MESSAGES_MAX = 256  # ids of one channel
CalledBy = Literal["transmission", "call_alert", "text"]
_TEXT_CHARS_MAX = 200  # of a text in the time line; the journal has all of it


def for_control(turn: Turn, channel: Channel, source: str, called: str, what: CalledBy) -> bool:
    """Whether a call to `called` is one to control, as its source is configured."""
    hails_by = turn.terms.radio.source(source).hails
    terms = turn.terms.radio.channel(channel.name)
    ours = called in terms.own_units or called in terms.talkgroups
    if what == "transmission":
        if "channel" in hails_by:
            return True
        by_unit = "own_unit" in hails_by and called in terms.own_units
        return by_unit or ("talkgroup" in hails_by and called in terms.talkgroups)
    return what in hails_by and (ours or not called or "channel" in hails_by)


def call_alert(turn: Turn, channel: Channel, event: CallAlert) -> None:
    if _repeated(turn, channel, event) or not for_control(turn, channel, event.source, event.called, "call_alert"):
        return
    hails.message_counts(turn, channel, event.unit, event.called, "call_alert")


def emergency(turn: Turn, channel: Channel, event: Emergency) -> None:
    speaks = {transmission.unit for transmission in channel.on_air}
    unit = event.unit or (speaks.pop() if len(speaks) == 1 else "")
    if not event.active:
        emergencies.ended(turn, channel, unit)
    elif not _repeated(turn, channel, event):
        emergencies.raised(turn, channel, unit, event.called)


def status(turn: Turn, channel: Channel, event: Status) -> None:
    """What the code means is the site's to say."""
    if _repeated(turn, channel, event):
        return
    code = turn.terms.radio.statuses.get(event.status)
    means = code.means if code is not None else "note"
    said = f"{event.status} {code.text}" if code is not None else event.status
    own = event.unit in turn.terms.radio.channel(channel.name).own_units
    if means == "promise" and own:
        _promised(turn, event.called)
    elif means == "emergency" and not own:
        emergencies.raised(turn, channel, event.unit, event.called)
    elif means == "call" and not own:
        hails.message_counts(turn, channel, event.unit, event.called, "status_call")
    hail = hails.waiting(turn, channel, event.unit, turn.moment_us)
    if hail is not None:
        turn.note(hails.incident_of(turn, hail), "status", said[:_TEXT_CHARS_MAX])


def text(turn: Turn, channel: Channel, event: Text) -> None:
    if _repeated(turn, channel, event) or not for_control(turn, channel, event.source, event.called, "text"):
        return
    hails.message_counts(turn, channel, event.unit, event.called, "text")
    hail = hails.waiting(turn, channel, event.unit, turn.moment_us)
    if hail is not None:
        turn.note(hails.incident_of(turn, hail), "text_said", event.text[:_TEXT_CHARS_MAX])


def own_text(turn: Turn, channel: Channel, event: Text) -> None:
    """Control wrote to a unit: a reply, the keeping of a promise, or a promise."""
    if _repeated(turn, channel, event) or not event.called:
        return
    promise.spoken_to(turn, event.called, turn.moment_us)
    if "text" in turn.terms.radio.source(event.source).replies:
        replies.reply(turn, channel, event.called, "text")
    code = turn.terms.radio.promise.text_code
    if code and event.text.startswith(code):
        _promised(turn, event.called)


def identified(turn: Turn, channel: Channel, event: UnitIdentified) -> None:
    """From a source that shows no carrier an id is a call; the one at release only ends it."""
    if channel.control_since_us is not None:
        return
    if event.phase == "release":
        hail = hails.waiting(turn, channel, event.unit, turn.moment_us)
        if hail is not None:
            hails.goes_on(turn, channel, hail)
            return
    until_us = channel.exchange_until_us
    if until_us is not None and turn.moment_us < until_us and channel.partner in ("", event.unit):
        channel.exchange_until_us = None
        incident = turn.state.incidents.get(channel.partner_incident)
        if incident is not None:
            turn.note(incident, "exchange", event.unit)
        return
    if for_control(turn, channel, event.source, event.called, "transmission"):
        hails.message_counts(turn, channel, event.unit, event.called, "identified")


def _promised(turn: Turn, unit: str) -> None:
    incident = promise.latest_of(turn, unit)
    if incident is not None:
        turn.decision.incident = incident.id
        turn.note(incident, "promise_given")
        promise.given(turn, incident)


def _repeated(turn: Turn, channel: Channel, event: RadioEvent) -> bool:
    if not event.id:
        return False
    key = f"{type(event).__name__}/{event.unit}/{event.id}"
    known_us = channel.messages.get(key)
    if known_us is not None and turn.moment_us - known_us < REPEATED_US:
        return True
    channel.messages.pop(key, None)
    channel.messages[key] = turn.moment_us
    while len(channel.messages) > MESSAGES_MAX:
        del channel.messages[next(iter(channel.messages))]
    return False
