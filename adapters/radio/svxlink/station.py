"""A SvxLink: its state lines, its transmitter and the digits it hears, joined to the events of one channel."""

from collections.abc import Sequence

from adapters.radio.lines import Lines, TimedLines, unread
from adapters.radio.station import Heard, OnlyListens
from adapters.radio.svxlink.codec import (
    Command,
    Digit,
    Sel5,
    Squelch,
    Transmitter,
    Unread,
    Word,
    read_digits,
    read_line,
    read_ptt,
)
from adapters.radio.svxlink.normalise import Channel, Moment, Settings
from adapters.radio.tone_calls import DIGITS_MAX, event_of, expanded, is_call
from rules.moments import SECOND_US

_DIGIT_PAUSE_US = 2 * SECOND_US  # between two digits of one sequence
_COMMAND_AFTER_US = SECOND_US  # SvxLink reads a command without # as the squelch closes


class SvxlinkStation(OnlyListens):
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._channel = Channel(settings)
        self._lines, self._log_lines = TimedLines(), Lines()
        self._digits: dict[str, str] = {}  # by port: two of them may tell the same digit
        self._digits_end_us: int | None = None
        self._identified: set[tuple[type, str, str]] = set()  # in this transmission
        self._heard_squelch = False

    def opened(self) -> None:
        self._lines.clear()
        self._log_lines.clear()
        self._channel.opened()
        self._digits.clear()
        self._digits_end_us = None

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        heard: list[Heard] = []
        if via in ("ptt_port", "dtmf_port"):
            read = read_ptt if via == "ptt_port" else read_digits
            for raw, word in read(data):
                if word is None:
                    heard += unread(self._settings.name, f"unknown on {via}", raw)
                else:
                    heard += self._take([word], Moment(at_us, None), raw, via)
            return heard
        if via == "log_port":  # the rest of the log is told better by the state lines, and sooner
            for line in self._log_lines.feed(data):
                statement, _ = read_line(line)
                words = [] if isinstance(statement, Unread) else statement.words
                sequences = [word for word in words if isinstance(word, Sel5)]
                heard += self._take(sequences, Moment(at_us, None), line, via)
            return heard
        return [one for line in self._lines.feed_at(data, at_us) for one in self._read(line, at_us)]

    @property
    def wake_us(self) -> int | None:
        moments = [at for at in (self._lines.ends_us, self._digits_end_us) if at is not None]
        return min(moments, default=None)

    def passed(self, at_us: int) -> list[Heard]:
        heard = [one for line in self._lines.passed(at_us) for one in self._read(line, at_us)]
        if self._digits_end_us is not None and at_us >= self._digits_end_us:
            heard += self._end_digits(None)
        return heard

    def _read(self, line: bytes, at_us: int) -> list[Heard]:
        statement, rubbish = read_line(line)
        if isinstance(statement, Unread):
            return unread(self._settings.name, statement.reason, line)
        heard = unread(self._settings.name, "no state line of SvxLink", rubbish)
        raw = line[len(rubbish) :]
        return heard + self._take(statement.words, Moment(at_us, statement.occurred_us), raw, "")

    def _take(self, words: Sequence[Word], moment: Moment, raw: bytes, via: str) -> list[Heard]:
        heard: list[Heard] = []
        if squelches := [word for word in words if isinstance(word, Squelch)]:
            heard += self._squelch(squelches, moment, raw)
        if transmitters := [word for word in words if isinstance(word, Transmitter)]:
            heard += [Heard(event, raw) for event in self._channel.transmitter(transmitters, moment)]
        for word in words:
            if isinstance(word, Digit):
                heard += self._digit(word.digit, moment, raw, via)
            elif isinstance(word, Command) and self._by_a_unit(moment):
                heard += self._sequence(word.digits, moment.occurred_us, raw)
            elif isinstance(word, Sel5):
                heard += self._five_tone(word.digits, moment, raw)
        return heard

    def _five_tone(self, tones: str, moment: Moment, raw: bytes) -> list[Heard]:
        """DTMF and speech sound like sequences with letters to SvxLink: an id is made of digits."""
        digits = expanded(tones)[: self._settings.sel5_tones]
        is_id = digits.isdecimal() and len(digits) == self._settings.sel5_tones
        return self._sequence(digits, moment.occurred_us, raw) if is_id and self._by_a_unit(moment) else []

    def _squelch(self, told: Sequence[Squelch], moment: Moment, raw: bytes) -> list[Heard]:
        self._heard_squelch = True
        was_open = self._channel.is_open
        heard = [Heard(event, raw) for event in self._channel.squelch(told, moment)]
        if was_open and not self._channel.is_open:
            heard = self._end_digits(moment.occurred_us) + heard
        elif self._channel.is_open and not was_open:
            self._identified.clear()
        return heard

    def _by_a_unit(self, moment: Moment) -> bool:
        """Digits without an open receiver were keyed at the desk; unless squelch is something we are not told of."""
        if not self._settings.dtmf_id:
            return False
        return (
            not self._heard_squelch or self._channel.is_open or self._channel.closed_within(moment, _COMMAND_AFTER_US)
        )

    def _digit(self, digit: str, moment: Moment, raw: bytes, via: str) -> list[Heard]:
        if not self._by_a_unit(moment):
            return []
        run = self._digits[via] = (self._digits.get(via, "") + digit)[:DIGITS_MAX]
        self._digits_end_us = moment.at_us + _DIGIT_PAUSE_US
        if digit != "#":
            return []
        del self._digits[via]
        return self._sequence(run, moment.occurred_us, raw)

    def _end_digits(self, occurred_us: int | None) -> list[Heard]:
        self._digits_end_us = None
        runs, self._digits = self._digits, {}
        return [heard for run in runs.values() for heard in self._sequence(run, occurred_us, run.encode())]

    def _sequence(self, digits: str, occurred_us: int | None, raw: bytes) -> list[Heard]:
        spoken = expanded(digits)
        event = event_of(self._settings, self._settings.channel_name, spoken, occurred_us)
        if event is None:
            reason = f"the tones {digits} match no pattern"
            return unread(self._settings.name, reason, raw) if is_call(spoken) else []
        told = (type(event), event.unit, event.called)
        if told in self._identified:
            return []
        if self._heard_squelch:
            self._identified.add(told)
        return [Heard(event, raw)]
