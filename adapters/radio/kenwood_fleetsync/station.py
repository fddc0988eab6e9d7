"""A Kenwood base by FleetSync or NEXEDGE: who presses and releases, positions, texts out with their confirmation."""

import re
from collections.abc import Iterable
from typing import Any

from adapters.radio.kenwood_fleetsync import codec
from adapters.radio.kenwood_fleetsync.codec import Packet
from adapters.radio.kenwood_fleetsync.normalise import packet_events, sentence_events
from adapters.radio.kenwood_fleetsync.settings import Settings
from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from adapters.radio.turns import Turns
from rules.events import MachineAck, RadioEvent, Unparsed

ANSWER_US = 30_000_000  # it tries several times before it says that nobody answered
SHORT_TEXT_BYTES, TEXT_BYTES_MAX = 48, 4096
_FLEETSYNC = re.compile(r"(\d{3})-(\d{4})")
_NEXEDGE = re.compile(r"[UG]?\d{5}")


class KenwoodStation(StreamStation[Packet]):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, codec.scanner())
        self._encoding = settings.encoding
        self._turns = Turns(ANSWER_US)
        self._where: dict[str, Any] = {"source": self.source, "channel": self.channel}

    def opened(self) -> None:
        super().opened()
        self._turns.clear()

    def read(self, frame: Packet, at_us: int) -> Iterable[RadioEvent | Unparsed]:  # noqa: ARG002
        if frame.body in (b"0", b"1"):
            return [self._acknowledged(ok=frame.body == b"0")]
        if frame.fields:
            found = sentence_events(frame.fields, self._where)
        elif frame.body or len(frame.raw) > 1:
            found = packet_events(frame.body, self._where)
        else:
            return []  # a line's end
        return [self.unparsed(found)] if isinstance(found, str) else found

    def _acknowledged(self, *, ok: bool) -> MachineAck:
        """It does not say what it confirms: the one message that waits, or nothing of ours (another's poll)."""
        asked = self._turns.answered()
        if asked is None:
            return MachineAck(**self._where, ok=ok)
        return MachineAck(**self._where, unit=asked.unit, id=asked.id, ok=ok)

    @property
    def wake_us(self) -> int | None:
        return self._soonest(self._turns.wake_us)

    def passed(self, at_us: int) -> list[Heard]:
        self._turns.passed(at_us)
        return super().passed(at_us)

    def to_send(self) -> list[bytes]:
        return self._turns.to_send()

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002
        try:
            data = text.encode(self._encoding)
        except UnicodeEncodeError as error:
            raise CannotSend(
                f"the text has characters that {self._encoding} has not: see the setting encoding"
            ) from error
        if not data or any(byte < 0x20 for byte in data):
            raise CannotSend("a text is one line of at least one character")
        if len(data) > TEXT_BYTES_MAX:
            raise CannotSend(f"a text has at most {TEXT_BYTES_MAX} bytes")
        length = b"F" if len(data) <= SHORT_TEXT_BYTES else b"G"
        if match := _FLEETSYNC.fullmatch(unit):
            body = length + f"{match[1]}{match[2]}".encode() + data
        elif _NEXEDGE.fullmatch(unit):
            body = b"g" + length + (unit if unit[0] in "UG" else f"U{unit}").encode() + data
        else:
            raise CannotSend(f"{unit!r} is neither a FleetSync unit (100-4002) nor a NEXEDGE one (03001)")
        return self._turns.text(codec.packet(body), unit, id)
