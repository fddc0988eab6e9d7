"""Lines of a tone decoder become calls: DTMF digits joined, the repeat tone expanded, patterns tell who calls."""

from typing import NamedTuple

import msgspec

from adapters.radio.lines import TimedLines, unread
from adapters.radio.selcall_text.codec import Other, Tones, Unread, read_line
from adapters.radio.station import Heard, OnlyListens
from adapters.radio.tone_calls import DIGITS_MAX, ToneSettings, event_of, expanded, is_call
from rules.moments import SECOND_US

LABELS_MAX = 64  # receivers in one stream; more is rubbish


class Settings(ToneSettings, kw_only=True, forbid_unknown_fields=True):
    """`port` carries the lines: a serial device, or socket:// where `multimon-ng … | socat` listens."""

    digit_gap_s: float = 2.0  # DTMF digits with less between them are one sequence; # ends it at once
    labels: dict[str, str] = msgspec.field(default_factory=dict)  # a receiver's --label: its channel


class Run(NamedTuple):
    """DTMF digits of one receiver, so far."""

    digits: str
    raw: bytes
    at_us: int
    stamp_us: int | None
    occurred_us: int | None


class SelcallStation(OnlyListens):
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gap_us = round(settings.digit_gap_s * SECOND_US)
        self._lines = TimedLines()
        self._runs: dict[str, Run] = {}  # by label

    def opened(self) -> None:
        self._lines.clear()
        self._runs.clear()

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        return [one for line in self._lines.feed_at(data, at_us) for one in self._read(line, at_us)]

    @property
    def wake_us(self) -> int | None:
        moments = [run.at_us + self._gap_us for run in self._runs.values()]
        if self._lines.ends_us is not None:
            moments.append(self._lines.ends_us)
        return min(moments, default=None)

    def passed(self, at_us: int) -> list[Heard]:
        heard = [one for line in self._lines.passed(at_us) for one in self._read(line, at_us)]
        for label, run in list(self._runs.items()):
            if at_us >= run.at_us + self._gap_us:
                heard += self._end_run(label)
        return heard

    def _read(self, line: bytes, at_us: int) -> list[Heard]:
        said, rubbish = read_line(line)
        if isinstance(said, Unread):
            return unread(self._settings.name, said.reason, line)
        heard = unread(self._settings.name, "no line of a tone decoder", rubbish)
        if isinstance(said, Other):
            return heard
        raw = line[len(rubbish) :].lstrip(b" ")
        if said.system == "DTMF":
            return heard + self._digits(said, raw, at_us)
        return heard + self._end_run(said.label) + self._sequence(said, said.digits, raw)

    def _digits(self, said: Tones, raw: bytes, at_us: int) -> list[Heard]:
        heard: list[Heard] = []
        run = self._runs.get(said.label)
        if run is not None and self._apart(run, said, at_us):
            heard += self._end_run(said.label)
            run = None
        if run is None:
            if len(self._runs) == LABELS_MAX:
                heard += self._end_run(next(iter(self._runs)))
            occurred_us = said.stamp_us if said.zoned else None
            run = Run("", b"", at_us, said.stamp_us, occurred_us)
        if len(run.digits) < DIGITS_MAX:
            lines = run.raw + b"\n" + raw if run.raw else raw
            run = run._replace(digits=run.digits + said.digits, raw=lines)
        self._runs[said.label] = run._replace(at_us=at_us, stamp_us=said.stamp_us)
        return heard + (self._end_run(said.label) if said.digits.endswith("#") else [])

    def _apart(self, run: Run, said: Tones, at_us: int) -> bool:
        """Too much time between the digits. Where the lines tell it, theirs counts: a network may hold lines back."""
        if run.stamp_us is not None and said.stamp_us is not None:
            return said.stamp_us - run.stamp_us > self._gap_us + SECOND_US  # stamps are whole seconds
        return at_us - run.at_us > self._gap_us

    def _end_run(self, label: str) -> list[Heard]:
        run = self._runs.pop(label, None)
        if run is None:
            return []
        return self._sequence(Tones("DTMF", run.digits, label, run.occurred_us, zoned=True), run.digits, run.raw)

    def _sequence(self, said: Tones, digits: str, raw: bytes) -> list[Heard]:
        settings = self._settings
        spoken = digits if said.system == "DTMF" else expanded(digits)
        channel = settings.labels.get(said.label, settings.channel_name)
        event = event_of(settings, channel, spoken, said.stamp_us if said.zoned else None)
        if event is not None:
            return [Heard(event, raw)]
        return unread(settings.name, f"the tones {digits} match no pattern", raw) if is_call(spoken) else []
