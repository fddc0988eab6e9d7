"""A DMR module on its UART: receptions with ids, its own transmitter, texts both ways, call alerts."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Literal

from adapters.radio.dmr_module import codec, messages
from adapters.radio.dmr_module.air import Air
from adapters.radio.dmr_module.codec import Frame
from adapters.radio.dmr_module.messages import ShortText
from adapters.radio.dmr_module.settings import Settings
from adapters.radio.scanner import Unread
from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from adapters.radio.turns import Turns
from rules.events import CallAlert, MachineAck, RadioEvent, Text, UnitSeen, Unparsed

ANSWER_US = 10_000_000
ANSWERS_MAX = 16  # a module that asks faster than we write is not served each time
_CALL_ALERT, _STUN, _REVIVE = 2, 4, 5
_TEXT_WAITS, _SENT, _NOT_SENT = 0x05, 0x08, 0x09
_NO_REPORT = frozenset((0x00, 0x06, 0x07))  # of the status: nothing, repeater silent, channel busy
# Channels, levels, keys, versions: answered, and nothing to us. NiceRF's older modules number from 1.
_SILENT = frozenset((*range(0x22, 0x40), 0xAA))
_SILENT_NICERF = _SILENT | frozenset(range(0x01, 0x22))
_FETCH = b"\x01"
_SAME_MAX = 3  # times: who writes again may write the same


class DmrStation(StreamStation[Frame]):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, codec.scanner(settings.checksum))
        self._where: dict[str, Any] = {"source": self.source, "channel": self.channel}
        self._dialect = settings.dialect
        self._own_units = settings.own_units
        payload = settings.checksum == "payload" or (settings.checksum == "either" and settings.dialect == "nicerf")
        self._span: Literal["payload", "frame"] = "payload" if payload else "frame"
        self._silent = _SILENT_NICERF if settings.dialect == "nicerf" else _SILENT
        self._air = Air(self._where, settings.dialect)
        self._turns = Turns(ANSWER_US)
        self._answers: deque[bytes] = deque(maxlen=ANSWERS_MAX)
        self._last_text: ShortText | None = None  # that was fetched since we heard that one waits
        self._same = 0  # so often it came again

    def opened(self) -> None:
        super().opened()
        self._air.clear()
        self._turns.clear()
        self._answers.clear()
        self._last_text = None

    def read(self, frame: Frame, at_us: int) -> Iterable[RadioEvent | Unparsed]:
        if frame.mode == codec.WRITE and frame.result == codec.SET:
            return []  # what a host writes, as a tap on the line hears it
        if frame.command == codec.SEND_TEXT:
            return self._text_taken(frame.result)
        if frame.result != codec.OK:
            return []  # a refusal of something that nobody waits for
        match frame.command:
            case codec.STATUS if frame.data:
                return self._status(frame.data[0], at_us)
            case codec.RECEPTION if speaker := messages.speaker(frame.data):
                return self._air.reception(speaker, at_us)
            case codec.TEXT if text := messages.short_text(frame.data, self._own_units):
                return self._fetched(text)
            case codec.ENHANCEMENT if enhancement := messages.enhancement(frame.data):
                return self._enhancement(*enhancement)
        return [] if frame.command in self._silent else [self.unparsed(f"unknown command {frame.command:02X}")]

    @property
    def wake_us(self) -> int | None:
        return self._soonest(self._turns.wake_us, self._air.wake_us)

    def passed(self, at_us: int) -> list[Heard]:
        self._turns.passed(at_us)
        heard = super().passed(at_us)
        return heard + [Heard(event, b"") for event in self._air.passed(at_us)]

    def to_send(self) -> list[bytes]:
        answers = list(self._answers)
        self._answers.clear()
        return answers + self._turns.to_send()

    def query(self) -> bytes:
        """NiceRF's number for it is not known."""
        return b"" if self._dialect == "nicerf" else self._command(codec.VERSION, b"\x01")

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002
        if self._dialect == "nicerf":
            raise CannotSend("how NiceRF's modules send texts is not known")
        if not (unit.isdigit() and unit.isascii() and 0 < int(unit) <= messages.UNIT_MAX):
            raise CannotSend(f"{unit!r} is no DMR id: 1 to {messages.UNIT_MAX}")
        data = messages.text_to(int(unit), text)
        if len(data) > codec.DATA_BYTES_MAX:
            raise CannotSend("the text is longer than a frame")
        return self._turns.text(self._command(codec.SEND_TEXT, data), unit, id)

    def _hear(self, found: list[Frame | Unread], at_us: int) -> list[Heard]:
        """Some modules send zeros between their frames."""
        return super()._hear([piece for piece in found if piece.raw.strip(b"\0")], at_us)

    def _command(self, command: int, data: bytes) -> bytes:
        return codec.frame(command, data, self._span)

    def _status(self, code: int, at_us: int) -> list[RadioEvent | Unparsed]:
        if self._dialect == "prize":
            self._answers.append(self._command(codec.STATUS, b"\x01"))  # it wants each report confirmed
        if code == _TEXT_WAITS:
            self._last_text = None
            self._answers.append(self._command(codec.TEXT, _FETCH))
            return []
        if code in (_SENT, _NOT_SENT):
            return self._acknowledged(ok=code == _SENT)
        events = self._air.status(code, at_us)
        if events is None:
            return [] if code in _NO_REPORT else [self.unparsed(f"unknown status {code:02X}")]
        return [*events]

    def _fetched(self, text: ShortText) -> list[RadioEvent | Unparsed]:
        """An older one may have waited before it, whose notice nobody heard: more are fetched until none is given, an
        empty one, or the same again and again, as by a module that keeps its last.
        """
        if not (text.unit or text.text):
            return []
        again = text == self._last_text
        self._same = self._same + 1 if again else 0
        if self._same > _SAME_MAX:
            return []
        self._last_text = text
        self._answers.append(self._command(codec.TEXT, _FETCH))
        return [] if again else [Text(**self._where, **text._asdict())]

    def _enhancement(self, function: int, unit: str) -> list[RadioEvent | Unparsed]:
        if function == _CALL_ALERT:
            return [CallAlert(**self._where, unit=unit)]
        return [] if function in (_STUN, _REVIVE) else [UnitSeen(**self._where, unit=unit)]

    def _text_taken(self, result: int) -> list[RadioEvent | Unparsed]:
        """Prize's firmware tells by its status whether it was sent; of others this is all that comes."""
        if result == codec.OK and self._dialect == "prize":
            return []
        return self._acknowledged(ok=result == codec.OK)

    def _acknowledged(self, *, ok: bool) -> list[RadioEvent | Unparsed]:
        asked = self._turns.answered()
        if asked is None:
            return [MachineAck(**self._where, ok=ok)]
        return [MachineAck(**self._where, unit=asked.unit, id=asked.id, ok=ok)]
