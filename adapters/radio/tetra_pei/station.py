"""A TETRA terminal by its AT commands: calls and who has the word, statuses, texts both ways with their reports."""

import re
from collections.abc import Iterable
from typing import Any

from adapters.radio.sent_texts import SentTexts
from adapters.radio.settings import RadioSettings
from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from adapters.radio.tetra_pei import codec, sds
from adapters.radio.tetra_pei.calls import CTXG_FIELDS_MIN, Calls, unit_name
from adapters.radio.tetra_pei.codec import Line
from adapters.radio.tetra_pei.parts import Key, Parts, Whole
from adapters.radio.turns import Turns
from rules.events import Emergency, MachineAck, RadioEvent, Status, Text, UnitSeen, Unparsed

ANSWER_US = 2_000_000
TEXT_SERVICE, STATUS_SERVICE = "12", "13"
EMERGENCY_STATUS = b"\x00\x00"  # EN 300 392-2 table 14.72
_SEND_TEXTS = "AT+CTSDS=12,0,0,0,1"
# No echo; then what is to come to this line: voice calls, statuses, texts by their protocols; and texts may be sent.
ENABLING = (
    "ATE0",
    "AT+CTSP=2,0,0",
    "AT+CTSP=2,2,20",
    *(f"AT+CTSP=1,3,{service}" for service in (2, 9, 130, 131, 137, 138)),
    _SEND_TEXTS,
)
_SENT, _NOT_SENT = "4", "5"
_REFERENCES = 256
# Answers to commands, results, echoes and the start-up's remains of them.
_REPLY = re.compile(r"OK|ERROR.*|\+?CM[ES] ERROR.*|AT.*|[+*%][A-Z].*|>.*|NO CARRIER|RING|CONNECT.*", re.IGNORECASE)
_FINAL = re.compile(r"(OK)|ERROR.*|\+?CM[ES] ERROR.*", re.IGNORECASE)


class TetraStation(StreamStation[Line]):
    def __init__(self, settings: RadioSettings) -> None:
        super().__init__(settings, codec.scanner())
        self._where: dict[str, Any] = {"source": self.source, "channel": self.channel}
        self._calls = Calls(self._where)
        self._parts = Parts()
        self._turns = Turns(ANSWER_US)
        self._sent = SentTexts(_REFERENCES)
        self._last_sent = 0

    def opened(self) -> None:
        super().opened()
        self._calls.clear()
        self._turns.clear()
        for line in ENABLING:
            self._turns.ask(_line(line))

    def read(self, frame: Line, at_us: int) -> Iterable[RadioEvent | Unparsed]:
        match frame.name:
            case "CTSDSR":
                return self._short_data(frame, at_us)
            case "CTICN":
                return self._calls.began(frame.fields)
            case "CTXG":
                if len(frame.fields) < CTXG_FIELDS_MIN:  # torn: to take it for a grant to us would be a reply
                    return [self.unparsed("a grant that ends too soon")]
                return self._calls.granted(frame.fields)
            case "CDTXC":
                return self._calls.ceased(frame.fields)
            case "CTCR":
                return self._calls.released(frame.fields)
            case "CMGS":
                return self._message_sent(frame.fields)
            case "CME ERROR" | "CMS ERROR":
                return self._answered(ok=False)
            case "":
                return self._reply(frame.text)
        return []

    @property
    def wake_us(self) -> int | None:
        return self._soonest(self._turns.wake_us, self._parts.wake_us)

    def passed(self, at_us: int) -> list[Heard]:
        heard = super().passed(at_us)
        self._turns.passed(at_us)
        return heard + [Heard(self._text(whole), whole.raw) for whole in self._parts.passed(at_us)]

    def to_send(self) -> list[bytes]:
        return self._turns.to_send()

    def query(self) -> bytes:
        return _line("AT")

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002
        if not (unit.isdigit() and unit.isascii() and len(unit) <= 17):
            raise CannotSend(f"{unit!r} is no TETRA identity: digits, at most 17")
        reference = self._sent.number(id)
        data = sds.text_message(text, reference)
        bits = len(data) * 8
        if bits > sds.TEXT_BITS_MAX:
            raise CannotSend(f"a text of {bits} bits: at most {sds.TEXT_BITS_MAX} fit into one message")
        self._last_sent = reference
        return self._turns.text(_message(unit, data), unit, id)

    def _reply(self, text: str) -> list[RadioEvent | Unparsed]:
        if final := _FINAL.fullmatch(text):
            return [*self._answered(ok=bool(final[1]))]
        return [] if not text or _REPLY.fullmatch(text) else [self.unparsed("unknown line")]

    def _answered(self, *, ok: bool) -> list[RadioEvent]:
        """A command was taken; or not, and where it was a text, that went nowhere."""
        asked = self._turns.answered()
        if ok or asked is None or not asked.id:
            return []
        return [MachineAck(**self._where, unit=asked.unit, id=asked.id, ok=False)]

    def _message_sent(self, fields: tuple[str, ...]) -> list[RadioEvent]:
        """+CMGS: instance[, status[, reference]]: without a status it only names the instance."""
        status = fields[1] if len(fields) > 1 else ""
        if status not in (_SENT, _NOT_SENT):
            return []
        reference = int(fields[2]) if len(fields) > 2 and fields[2].isdigit() else self._last_sent
        return [self._ack("", reference, ok=status == _SENT)]

    def _ack(self, unit: str, reference: int, *, ok: bool) -> MachineAck:
        id = self._sent.id(reference)  # noqa: A001
        return MachineAck(**self._where, unit=unit, id=str(reference) if id is None else id, ok=ok)

    def _short_data(self, frame: Line, at_us: int) -> list[RadioEvent | Unparsed]:
        """+CTSDSR: service, [calling], [type], called, [type], bits[, e2e]; short forms have no calling party."""
        fields = frame.fields
        if frame.data is None:
            return [self.unparsed("a message without its data")]
        calling, called = (fields[1], fields[3]) if len(fields) >= 5 else ("", fields[1] if len(fields) > 1 else "")
        who = {**self._where, "unit": unit_name(calling), "called": unit_name(called)}
        if fields[0] == STATUS_SERVICE:
            return self._status(who, frame.data)
        if fields[0] != TEXT_SERVICE:
            return [self.unparsed(f"a message of service {fields[0]}")]
        return self._message(who, sds.parse(frame.data, _bits(fields, frame.data)), frame, at_us)

    def _status(self, who: dict[str, Any], data: bytes) -> list[RadioEvent | Unparsed]:
        if report := sds.parse_short_report(data):
            return [self._ack(who["unit"], report.reference, ok=bool(report.ok))]
        status = Status(**who, status=data.hex().upper())
        return [Emergency(**who), status] if data == EMERGENCY_STATUS else [status]

    def _message(
        self, who: dict[str, Any], found: sds.Message | sds.Report | sds.Location | str, frame: Line, at_us: int
    ) -> list[RadioEvent | Unparsed]:
        if isinstance(found, str):
            return [self.unparsed(found)]
        if isinstance(found, sds.Location):
            return [UnitSeen(**who)]
        if isinstance(found, sds.Report):
            return [] if found.ok is None else [self._ack(who["unit"], found.reference, ok=found.ok)]
        if found.report_wanted and who["unit"].isdigit():
            self._turns.ask(_message(frame.fields[1], sds.report(found)))
        if found.parts == 1:
            reference = "" if found.reference is None else str(found.reference)
            return [Text(**who, text=found.text, id=reference)]
        key = Key(who["unit"], who["called"], found.whole)
        return [self._text(whole) for whole in self._parts.add(key, found, frame.raw, at_us)]

    def _text(self, whole: Whole) -> Text:
        key = whole.key
        return Text(**self._where, unit=key.unit, called=key.called, text=whole.text, id=str(key.whole))


def _bits(fields: tuple[str, ...], data: bytes) -> int | None:
    """How long the message was told to be; None where that cannot be true, as terminals are known to tell."""
    place = 5 if len(fields) > 5 else len(fields) - 1
    if len(fields) > 6 and fields[place] in ("", "0", "1"):  # encryption stands before the length in some
        place = 6
    bits = int(fields[place]) if fields[place].isdigit() else 0
    return bits if 0 <= len(data) * 8 - bits < 8 else None


def _line(command: str) -> bytes:
    return command.encode("ascii") + b"\r\n"


def _message(unit: str, data: bytes) -> bytes:
    """AT+CMGS=<called>,<bits> and the octets in hex, ended by Ctrl-Z (TS 100 392-5 §6.13.2)."""
    return _line(f"AT+CMGS={unit},{len(data) * 8}") + data.hex().upper().encode() + b"\x1a"
