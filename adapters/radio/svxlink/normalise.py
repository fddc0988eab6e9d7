"""What one channel's receivers and transmitters do, as transmissions of units and of control."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from adapters.radio.svxlink.codec import NAMES_MAX, Squelch, Transmitter
from adapters.radio.tone_calls import ToneSettings
from rules.events import ControlTransmitting, RadioEvent, TransmissionEnded, TransmissionStarted
from rules.events.radio import EndReason
from rules.moments import SECOND_US

# Who is heard on the transmitter: a person; the station itself; or the very unit that a repeater receives.
KeyedBy = Literal["control", "automatic", "repeating"]


class Settings(ToneSettings, kw_only=True, forbid_unknown_fields=True):
    """`port` is STATE_PTY."""

    ptt_port: str = ""  # PTT_PTY: T and R
    dtmf_port: str = ""  # DTMF_CTRL_PTY, where events.tcl does not tell the digits
    log_port: str = ""  # SvxLink's log, by a pipe and socat: five-tone ids stand only there
    dtmf_id: bool = True  # digits that a unit sends are its id
    sel5_tones: int = 5  # of an id; what SvxLink hears after them is speech
    automatic_within_s: float = 0.2  # transmitting so soon after a unit is SvxLink itself (roger beep), no person
    control_rx: tuple[str, ...] = ()  # receivers (name or RX_ID) that are control's microphone: only they show a reply

    def ports(self) -> dict[str, str]:
        named = {"": self.port, "ptt_port": self.ptt_port, "dtmf_port": self.dtmf_port, "log_port": self.log_port}
        return {via: port for via, port in named.items() if port}


class Moment(NamedTuple):
    """When something was told: by our clock, and by SvxLink's where it said."""

    at_us: int
    occurred_us: int | None


class Channel:
    """Any open receiver is an open channel: a transmission begins with the first and ends with the last."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: set[str] = set()
        self._on: set[str] = set()
        self._control_open: set[str] = set()
        self._told_open = False
        self._keyed: KeyedBy | None = None  # None: the transmitter is off
        self._closed: Moment | None = None
        self._unsure = False  # the link was away: what was open may have ended unheard

    def opened(self) -> None:
        self._unsure = self._told_open
        for heard in (self._open, self._on, self._control_open):
            heard.clear()
        self._keyed = None

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def closed_within(self, moment: Moment, within_us: int) -> bool:
        """The squelch closed no longer than `within_us` before `moment`."""
        if self._closed is None:
            return False
        if moment.occurred_us is not None and self._closed.occurred_us is not None:
            return moment.occurred_us - self._closed.occurred_us <= within_us
        return moment.at_us - self._closed.at_us <= within_us

    def squelch(self, told: Sequence[Squelch], moment: Moment) -> list[RadioEvent]:
        """What one line told of its receivers, all at once: when one takes over from another nothing ends."""
        for one in told:
            control = bool({one.name, one.id} & set(self._settings.control_rx))
            heard = self._control_open if control else self._open
            _switch(heard, one.name or f"id {one.id}", on=one.open)
        return self._transmission(moment) + self._control(moment)

    def transmitter(self, told: Sequence[Transmitter], moment: Moment) -> list[RadioEvent]:
        for one in told:
            _switch(self._on, one.name, on=one.on)
        return self._control(moment)

    def _transmission(self, moment: Moment) -> list[RadioEvent]:
        if self.is_open == self._told_open:
            self._unsure = self._unsure and not self.is_open
            return []
        self._told_open = self.is_open
        source, channel = self._settings.name, self._settings.channel_name
        if self.is_open:
            return [TransmissionStarted(source=source, channel=channel, occurred_us=moment.occurred_us)]
        self._closed = moment
        reason: EndReason = "lost" if self._unsure else "end"
        self._unsure = False
        return [TransmissionEnded(source=source, channel=channel, occurred_us=moment.occurred_us, reason=reason)]

    def _control(self, moment: Moment) -> list[RadioEvent]:
        is_on = bool(self._control_open or self._on)
        if is_on == (self._keyed is not None):
            return []
        if is_on:
            self._keyed = self._keyed_by(moment)
        keyed: KeyedBy | None = self._keyed
        if not is_on:
            self._keyed = None
        if keyed in (None, "repeating"):
            return []
        return [
            ControlTransmitting(
                source=self._settings.name,
                channel=self._settings.channel_name,
                occurred_us=moment.occurred_us,
                on=is_on,
                automatic=keyed == "automatic",
            )
        ]

    def _keyed_by(self, moment: Moment) -> KeyedBy:
        if self._control_open:
            return "control"
        if self.is_open:
            return "repeating"
        within_us = round(self._settings.automatic_within_s * SECOND_US)
        if self._settings.control_rx or self.closed_within(moment, within_us):
            return "automatic"
        return "control"


def _switch(heard: set[str], name: str, *, on: bool) -> None:
    if not on:
        heard.discard(name)
    elif len(heard) < NAMES_MAX:
        heard.add(name)
