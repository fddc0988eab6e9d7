"""An MMDVM repeater as its host publishes it: one JSON object a message, one key a mode."""

from typing import Any

import msgspec

from adapters.errors import NOT_JSON
from adapters.radio.mmdvm_mqtt.normalise import QUIET_MODES, VOICE_MODES, Normaliser
from adapters.radio.mmdvm_mqtt.settings import Settings
from adapters.radio.station import Heard, OnlyListens
from rules.events import RadioEvent, Unparsed

_MESSAGE_BYTES_MAX = 16 * 1024  # the longest there are carry one voice frame
_MODES = (*VOICE_MODES, "FM")


class MmdvmStation(OnlyListens):
    """Implements adapters.radio.station.Station. Who is on the air outlives a lost link: the broker keeps the rest."""

    wake_us: int | None = None

    def __init__(self, settings: Settings) -> None:
        self._source = settings.name
        self._normaliser = Normaliser(
            settings.name, settings.channel_name, network_is_control=settings.network_is_control
        )

    def opened(self) -> None:
        """Nothing is half read: a message comes whole."""

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - MMDVMHost tells its time
        return [Heard(event, data) for event in self._events(data, via)]

    def passed(self, at_us: int) -> list[Heard]:  # noqa: ARG002 - nothing waits
        return []

    def _events(self, data: bytes, via: str) -> list[RadioEvent | Unparsed]:
        if len(data) > _MESSAGE_BYTES_MAX:
            return [self._unparsed("longer than any message of MMDVMHost")]
        try:
            message: Any = msgspec.json.decode(data)
        except NOT_JSON as error:
            return [self._unparsed(f"not JSON: {error}")]
        known = [mode for mode in (*_MODES, *QUIET_MODES) if isinstance(message, dict) and mode in message]
        if not known:
            return [self._unparsed("names no mode of MMDVMHost")]
        events: list[RadioEvent | Unparsed] = []
        for mode in known:
            told = message[mode]
            if not isinstance(told, dict):
                events.append(self._unparsed(f"{mode} holds no object"))
            elif mode in _MODES:
                events += self._normaliser.read(mode, told, via)
        return events

    def _unparsed(self, reason: str) -> Unparsed:
        return Unparsed(source=self._source, reason=reason)
