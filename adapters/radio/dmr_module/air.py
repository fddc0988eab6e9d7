"""Who is on the air, from a module's reports of a reception and its status."""

from typing import Any, NamedTuple

from adapters.radio.dmr_module.settings import Dialect
from rules.events import ControlTransmitting, RadioEvent, TransmissionEnded, TransmissionStarted, UnitIdentified
from rules.events.radio import EndReason

SILENCE_US = 2_000_000  # of a module that reports its status ten times a second
_REPEATS = 2  # so many reports in one state show that it repeats them

# What the status says. Wonder's SDK repeats a state; the firmware of Prize's phones tells each change once.
_IDLE, _RECEIVES, _RECEIVED, _TRANSMITS, _TRANSMITTED = "idle", "receives", "received", "transmits", "transmitted"
_MIXED = {0x0A: _RECEIVES, 0x0B: _RECEIVED, 0x0C: _RECEIVES, 0x0D: _RECEIVED}  # digital, then analogue
_REPEATED = {0x01: _IDLE, 0x02: _RECEIVED, 0x03: _TRANSMITS, 0x04: _TRANSMITTED, **_MIXED}
_CHANGES = {0x01: _RECEIVES, 0x02: _RECEIVED, 0x03: _TRANSMITS, 0x04: _TRANSMITTED, **_MIXED}


class Speaker(NamedTuple):
    unit: str = ""
    called: str = ""
    group: bool = False


class Air:
    def __init__(self, where: dict[str, Any], dialect: Dialect) -> None:
        self._where = where
        self._states = _CHANGES if dialect == "prize" else _REPEATED
        self._repeats = dialect == "wonder"
        self._speaker: Speaker | None = None
        self._transmitting = False
        self._reports = 0  # of the status, since somebody is on the air
        self._last_us = 0

    def clear(self) -> None:
        self._speaker, self._transmitting, self._reports = None, False, 0

    def reception(self, speaker: Speaker, at_us: int) -> list[RadioEvent]:
        """It names who is heard; again for the same one changes nothing."""
        self._last_us = at_us
        who = {**self._where, **speaker._asdict()}
        before, self._speaker = self._speaker, speaker
        if before is None:
            self._reports = 0
            return [TransmissionStarted(**who)]
        if before == speaker:
            return []
        if not before.unit:
            return [UnitIdentified(**who)]
        return [TransmissionEnded(**self._where, **before._asdict(), reason="lost"), TransmissionStarted(**who)]

    def status(self, code: int, at_us: int) -> list[RadioEvent] | None:
        """None: no status of the air."""
        state = self._states.get(code)
        if state is None:
            return None
        self._last_us = at_us
        self._reports += 1
        if state == _TRANSMITS:
            return self._transmit()
        events: list[RadioEvent] = []
        if self._transmitting:
            events.append(self._fall_silent())
        if state == _RECEIVES and self._speaker is None:
            self._speaker, self._reports = Speaker(), 0
            events.append(TransmissionStarted(**self._where))
        if state in (_IDLE, _RECEIVED) and self._speaker is not None:
            events.append(self._end())
        return events

    @property
    def wake_us(self) -> int | None:
        """A module that repeats its status and says nothing any more has nobody on the air."""
        busy = self._transmitting or self._speaker is not None
        return self._last_us + SILENCE_US if self._repeats and busy and self._reports >= _REPEATS else None

    def passed(self, at_us: int) -> list[RadioEvent]:
        if self.wake_us is None or at_us < self.wake_us:
            return []
        events: list[RadioEvent] = []
        if self._transmitting:
            events.append(self._fall_silent())
        if self._speaker is not None:
            events.append(self._end("lost"))
        return events

    def _transmit(self) -> list[RadioEvent]:
        events: list[RadioEvent] = []
        if self._speaker is not None:  # it cannot hear while it transmits
            events.append(self._end("lost"))
        if not self._transmitting:
            self._transmitting, self._reports = True, 1
            events.append(ControlTransmitting(**self._where, on=True))
        return events

    def _fall_silent(self) -> ControlTransmitting:
        self._transmitting = False
        return ControlTransmitting(**self._where, on=False)

    def _end(self, reason: EndReason = "end") -> TransmissionEnded:
        speaker, self._speaker = self._speaker or Speaker(), None
        return TransmissionEnded(**self._where, **speaker._asdict(), reason=reason)
