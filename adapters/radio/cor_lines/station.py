"""Levels of modem lines → who transmits: the squelch line a unit, the PTT line control."""

from adapters.radio.cor_lines.settings import Level, Settings
from adapters.radio.station import Heard, OnlyListens
from rules.events import ControlTransmitting, RadioEvent, TransmissionEnded, TransmissionStarted, Unparsed
from rules.events.radio import EndReason

MASKS = {"CTS": 1, "DSR": 2, "RI": 4, "DCD": 8}
_ALL = 15


class Debounced:
    """One line, believed once it has been quiet for a while."""

    def __init__(self, mask: int, active: Level, quiet_us: int) -> None:
        self.on = False  # as believed
        self.settles_us: int | None = None  # when a change will be believed
        self._mask = mask
        self._idle = 0 if active == "high" else mask
        self._quiet_us = quiet_us

    def see(self, lines: int, at_us: int) -> None:
        on = (lines & self._mask) != self._idle
        if on == self.on:
            self.settles_us = None
        elif self.settles_us is None:
            self.settles_us = at_us + self._quiet_us

    def settle(self, at_us: int) -> bool:
        """Whether what is believed changed."""
        if self.settles_us is None or at_us < self.settles_us:
            return False
        self.settles_us = None
        self.on = not self.on
        return True


class CorStation(OnlyListens):
    """Implements adapters.radio.station.Station; `feed` gets a byte of line levels at each change."""

    def __init__(self, settings: Settings) -> None:
        self._source, self._channel = settings.name, settings.channel_name
        quiet_us = settings.debounce_ms * 1000
        self._squelch = Debounced(MASKS[settings.squelch_line], settings.squelch_active, quiet_us)
        ptt = settings.ptt_line
        self._ptt = Debounced(MASKS[ptt], settings.ptt_active, quiet_us) if ptt else None
        self._levels = b""
        self._fresh = False  # opened, and nothing seen yet
        self._lost = False  # it was open when the link was lost, and is not any more

    def opened(self) -> None:
        for line in self._lines():
            line.settles_us = None
        self._fresh = True

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        heard = []
        for levels in data:
            self._levels = bytes([levels])
            if levels > _ALL:
                heard.append(Heard(Unparsed(source=self._source, reason="no levels of modem lines"), self._levels))
                continue
            for line in self._lines():
                line.see(levels, at_us)
            if self._fresh:
                self._lost = self._squelch.on and self._squelch.settles_us is not None
                self._fresh = False
            heard += self._settle(at_us)
        return heard

    @property
    def wake_us(self) -> int | None:
        return min((line.settles_us for line in self._lines() if line.settles_us is not None), default=None)

    def passed(self, at_us: int) -> list[Heard]:
        return self._settle(at_us)

    def _lines(self) -> tuple[Debounced, ...]:
        return (self._squelch,) if self._ptt is None else (self._squelch, self._ptt)

    def _settle(self, at_us: int) -> list[Heard]:
        events: list[RadioEvent] = []
        if self._squelch.settle(at_us):
            events.append(self._heard_or_not())
        if self._ptt is not None and self._ptt.settle(at_us):
            events.append(ControlTransmitting(source=self._source, channel=self._channel, on=self._ptt.on))
        return [Heard(event, self._levels) for event in events]

    def _heard_or_not(self) -> RadioEvent:
        if self._squelch.on:
            return TransmissionStarted(source=self._source, channel=self._channel)
        reason: EndReason = "lost" if self._lost else "end"
        self._lost = False
        return TransmissionEnded(source=self._source, channel=self._channel, reason=reason)
