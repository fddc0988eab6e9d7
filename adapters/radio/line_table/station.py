"""Lines of text → events, by the user's table."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import rules.events
from adapters.radio.line_table.begun import Begun, Line
from adapters.radio.line_table.settings import LineRow, Settings
from adapters.radio.station import CannotSend, Heard
from rules.events import ControlTransmitting, RadioEvent, Unparsed
from rules.moments import SECOND_US, span_us

_PAUSE_US = 3 * SECOND_US  # a line whose end does not come is a line
_LETTERS_BY_CHANCE = 9  # of random bytes two in five can be printed: so many in a row, one time in a thousand
_MILLISECONDS_FROM = 100_000_000_000  # seconds since 1970 are fewer for the next 3000 years


class Row(NamedTuple):
    pattern: re.Pattern[str]
    event: type[RadioEvent] | None
    fixed: dict[str, Any]


class TableStation:
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        self._source, self._channel = settings.name, settings.channel_name
        self._encoding = settings.encoding
        self._zone = ZoneInfo(settings.timezone or "UTC")
        self._rows = [_row(row) for row in settings.lines]
        self._end = re.compile(re.escape(settings.line_end.encode(settings.encoding)) or rb"[\r\n]")
        self._max = settings.line_bytes_max
        self._begun = Begun(settings.line_bytes_max, datagrams=settings.port.startswith("udp:"))
        self._pause_us: int | None = None
        self._ask = settings.ask.encode(settings.encoding)
        self._ask_every_us = span_us(settings.ask_every_s)
        self._ask_us: int | None = None
        self._to_send: list[bytes] = []
        self._answers: dict[bool, str] = {}  # the last one about control, and the last one about units

    def opened(self) -> None:
        self._begun.clear()
        self._pause_us = None
        self._ask_us = 0 if self._ask else None
        self._to_send.clear()
        self._answers.clear()

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        first, *more = self._end.split(data)
        heard = self._goes_on(first)
        for piece in more:
            heard += self._read(self._begun.end())
            heard += self._goes_on(piece)
        self._pause_us = at_us + _PAUSE_US if self._begun else None
        return heard

    def _goes_on(self, piece: bytes) -> list[Heard]:
        too_long = self._begun.add(piece)
        if too_long is None:
            return []
        why = f"a line of more than {self._max} bytes"
        return [Heard(Unparsed(source=self._source, reason=why), too_long.raw)]

    @property
    def wake_us(self) -> int | None:
        return min((at for at in (self._pause_us, self._ask_us) if at is not None), default=None)

    def passed(self, at_us: int) -> list[Heard]:
        if self._ask_us is not None and at_us >= self._ask_us:
            self._ask_us = at_us + self._ask_every_us
            self._to_send = [self._ask]
        if self._pause_us is None or at_us < self._pause_us:
            return []
        self._pause_us = None
        return self._read(self._begun.end())

    def to_send(self) -> list[bytes]:
        asked, self._to_send = self._to_send, []
        return asked

    def query(self) -> bytes:
        return b""

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002, ARG002 - the port's words
        raise CannotSend("a line-table only listens")

    def _read(self, line: Line) -> list[Heard]:
        """As a whole; else each datagram by itself: none costs another one what it says."""
        words = line.raw.decode(self._encoding, "replace").strip()
        if not words:
            return []
        heard = self._matched(words, line)
        if heard is None and len(line.pieces) > 1:
            alone = [one for piece in line.each() for one in self._read(piece)]
            if not all(isinstance(one.event, Unparsed) for one in alone):
                return alone
        if heard is not None or line.cut:
            return heard or []
        return [Heard(Unparsed(source=self._source, reason="no line of the table matches"), line.raw)]

    def _matched(self, words: str, line: Line) -> list[Heard] | None:
        """None where no row does."""
        for part in (*([] if line.cut else [words]), *_behind_rubbish(words)):
            for row in self._rows:
                if found := row.pattern.fullmatch(part):
                    if row.event is None or self._is_old(row.event, part):
                        return []
                    return [Heard(self._event(row.event, row.fixed, found), line.raw)]
        return None

    def _is_old(self, event: type[RadioEvent], line: str) -> bool:
        """The same answer as before to what is asked all the time."""
        if not self._ask:
            return False
        about = event is ControlTransmitting
        before = self._answers.get(about)
        self._answers[about] = line
        return before == line

    def _event(self, kind: type[RadioEvent], fixed: dict[str, Any], found: re.Match[str]) -> RadioEvent:
        told = {name: value for name, value in found.groupdict().items() if value is not None}
        occurred_us = self._moment_us(told.pop("at", ""))
        fields = fixed | {name: value for name, value in told.items() if name in kind.__struct_fields__}
        return kind(source=self._source, channel=self._channel, occurred_us=occurred_us, **fields)

    def _moment_us(self, at: str) -> int | None:
        """Seconds or milliseconds since 1970, or ISO 8601; None where it is neither."""
        try:
            seconds = float(at)
        except ValueError:
            pass
        else:
            return (
                span_us(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds) if 0 <= seconds < 1e15 else None
            )
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return span_us((moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).timestamp())


def _behind_rubbish(line: str) -> Iterator[str]:
    """What stands behind noise that had no line's end: it ends with what is no text, and a few letters by chance."""
    begins = next((at for at in range(len(line), 0, -1) if not _is_text(line[at - 1])), 0)
    if begins:
        yield from (line[at:] for at in range(begins, min(begins + _LETTERS_BY_CHANCE, len(line))))


def _is_text(character: str) -> bool:
    return character.isprintable() and character != "\ufffd"


def _row(row: LineRow) -> Row:
    if row.event == "Nothing":
        return Row(re.compile(row.match), None, {})
    event: type[RadioEvent] = getattr(rules.events, row.event)
    fixed = {name: value for name in event.__struct_fields__ if (value := getattr(row, name, None)) is not None}
    return Row(re.compile(row.match), event, fixed)
