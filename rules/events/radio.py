"""What a base station can tell of its radio channel, past tense.

The rules of this file:
* `channel` is the radio channel as the site names it; several sources may hear the same one.
* `unit` is who speaks, as the radio system writes it (`100-4002`, `03001`, `2345678`, `UNIT07`); "" where the source
  cannot tell, or not yet: a `UnitIdentified` may follow.
* `called` is the unit or talkgroup that is called; `group` says that it is a talkgroup.
* `id` is the message's own id where the protocol has one: the same id again is the same message.
* What one press of a key makes (id at press, id at release, position) are several events here; that they are one
  transmission is for `rules.conversations` to find.
"""

from typing import Literal

import msgspec

EndReason = Literal["end", "lost", "timeout", "watchdog"]


class RadioEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True, gc=False):
    """What every event of a channel may carry; `occurred_us` is the source's own clock, None where it has none."""

    source: str
    channel: str
    unit: str = ""
    called: str = ""
    group: bool = False
    id: str = ""
    occurred_us: int | None = None


class TransmissionStarted(RadioEvent, frozen=True):
    """A unit's carrier is heard."""

    emergency: bool = False


class TransmissionEnded(RadioEvent, frozen=True):
    """It is gone: released, or `lost` in the noise, cut off by the station's `timeout`, or by our own `watchdog`."""

    reason: EndReason = "end"


class UnitIdentified(RadioEvent, frozen=True):
    """Who transmits: sent at press or at release, by selective calling tones, or beside a position."""

    phase: Literal["", "press", "release"] = ""


class UnitSeen(RadioEvent, frozen=True):
    """A unit showed that it is there, without anybody speaking: a registration, a position, an answered check."""

    present: bool = True  # False: it signed off


class CallAlert(RadioEvent, frozen=True):
    """A page: the unit asks to be called."""


class Emergency(RadioEvent, frozen=True):
    """A unit's emergency key; `active` False: ended by the unit."""

    active: bool = True


class Status(RadioEvent, frozen=True):
    """A status code, as the system writes it; the site's table tells what it means."""

    status: str


class Text(RadioEvent, frozen=True):
    """A text message."""

    text: str


class MachineAck(RadioEvent, frozen=True):
    """A machine confirmed (`ok`) or refused a message: proof of delivery, never a reply by a person."""

    ok: bool = True


class ControlTransmitting(RadioEvent, frozen=True):
    """Control's own transmitter goes on or off; `unit` is control's, `called` whom it speaks to, where told.

    `automatic`: the station itself speaks (a roger beep, an announcement): it may leave a squelch tail, and a call may
    collide with it, but nobody replied.
    """

    on: bool
    automatic: bool = False


class CallAnswered(RadioEvent, frozen=True):
    """The station says that control answered the call."""


class Recorded(RadioEvent, frozen=True):
    """A recording was kept under `id`: `occurred_us` is when its sound began, `called` the talkgroup."""

    seconds: float
    silent: bool = False  # nothing in it is louder than silence
