"""A receiver's audio becomes transmissions by its level, and calls by its tones."""

from adapters.radio.lines import unread
from adapters.radio.station import Heard, OnlyListens
from adapters.radio.tone_calls import DIGITS_MAX, event_of, expanded, is_call
from adapters.radio.vox.codec import BLOCK_S, Block, Pcm, mean_square
from adapters.radio.vox.settings import Settings
from adapters.radio.vox.tones import SYSTEMS, Dtmf, FiveTone
from adapters.radio.vox.wav import Format, read_header
from rules.events import TransmissionEnded, TransmissionStarted
from rules.moments import SECOND_US

_STALL_US = SECOND_US // 4  # a stream that pauses so much longer than hang_ms has ended: its sender is squelched
_DRIFT_US = SECOND_US // 2  # between our clock and the count of samples, before the count is set anew
_LEVEL_BLOCKS = 4  # 20 ms: what SvxLink's VOX_FILTER_DEPTH takes too


class VoxStation(OnlyListens):
    """Implements adapters.radio.station.Station. Moments are counted in samples from the first one on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threshold = 10 ** (settings.threshold_dbfs / 10)
        self._start_blocks = max(1, round(settings.start_ms / 1000 / BLOCK_S))
        self._hang_blocks = round(settings.hang_ms / 1000 / BLOCK_S)
        self._digit_gap_us = round(settings.digit_gap_s * SECOND_US)
        self._open = False  # as told: it outlives a lost link, so that what was begun is ended
        self.opened()

    def opened(self) -> None:
        self._listen(self._settings.rate)
        self._head = None if self._settings.is_datagrams else bytearray()
        self._powers = [0.0] * _LEVEL_BLOCKS
        self._loud_blocks = self._quiet_blocks = 0
        self._digits, self._digit_us = "", 0
        self._now_us: int | None = None  # of the last block's end
        self._fed_us = 0

    def _listen(self, rate: int, channels: int = 1) -> None:
        settings = self._settings
        self._pcm = Pcm(rate, channels, datagrams=settings.is_datagrams)
        sizes = (self._pcm.rate, self._pcm.block_samples)
        self._dtmf = Dtmf(*sizes) if settings.dtmf else None
        system = SYSTEMS.get(settings.five_tone)
        self._five_tone = FiveTone(system, settings.tone_ms, settings.tones_min, *sizes) if system else None

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        heard: list[Heard] = []
        if self._head is not None:
            data, heard = self._after_header(self._head, data)
        now_us = at_us if self._now_us is None else self._now_us
        if at_us != self._fed_us and not self._open and abs(at_us - now_us) > _DRIFT_US:
            now_us = at_us
        self._fed_us = at_us
        for block in self._pcm.feed(data):
            now_us = self._now_us = now_us + self._pcm.block_us
            heard += self._hear(block, now_us)
        self._now_us = now_us
        return heard

    def _after_header(self, head: bytearray, data: bytes) -> tuple[bytes, list[Heard]]:
        """The samples behind a WAV header at the beginning of the stream, whose rate and channels then hold."""
        head += data
        header = read_header(head)
        if header is None:
            return b"", []
        self._head = None
        if isinstance(header, Format):
            self._listen(header.rate, header.channels)
            return bytes(head[header.size :]), []
        told = unread(self._settings.name, header.reason, bytes(head[:44])) if header.reason else []
        return bytes(head), told

    @property
    def wake_us(self) -> int | None:
        tones = self._digits or (self._five_tone is not None and self._five_tone.begun)
        if not self._open and not tones:
            return None
        return self._fed_us + round(self._settings.hang_ms * 1000) + _STALL_US

    def passed(self, at_us: int) -> list[Heard]:
        wake_us = self.wake_us
        if wake_us is None or at_us < wake_us:
            return []
        return self._tones_end() + (self._close(self._now_us) if self._open else [])

    def _hear(self, block: Block, now_us: int) -> list[Heard]:
        self._powers = [*self._powers[1:], mean_square(block)]
        loud = sum(self._powers) / _LEVEL_BLOCKS > self._threshold
        heard = self._level(now_us, loud=loud)
        heard += self._tones(block if loud else None, now_us)
        if self._open and self._quiet_blocks >= self._hang_blocks:
            heard += self._tones_end() + self._close(now_us - self._quiet_blocks * self._pcm.block_us)
        return heard

    def _level(self, now_us: int, *, loud: bool) -> list[Heard]:
        self._loud_blocks = self._loud_blocks + 1 if loud else 0
        self._quiet_blocks = 0 if loud else self._quiet_blocks + 1
        if self._open or self._loud_blocks < self._start_blocks:
            return []
        self._open = True
        began_us = now_us - self._loud_blocks * self._pcm.block_us
        settings = self._settings
        return [
            Heard(TransmissionStarted(source=settings.name, channel=settings.channel_name, occurred_us=began_us), b"")
        ]

    def _close(self, ended_us: int | None) -> list[Heard]:
        self._open = False
        self._loud_blocks = 0
        settings = self._settings
        return [
            Heard(TransmissionEnded(source=settings.name, channel=settings.channel_name, occurred_us=ended_us), b"")
        ]

    def _tones(self, block: Block | None, now_us: int) -> list[Heard]:
        heard: list[Heard] = []
        if self._five_tone is not None and (sequence := self._five_tone.hear(block)):
            heard += self._sequence(self._settings.five_tone, sequence, expanded(sequence), self._now_us)
        if self._dtmf is None:
            return heard
        if self._digits and now_us - self._digit_us > self._digit_gap_us:
            heard += self._digits_end()
        if key := self._dtmf.hear(block):
            self._digits, self._digit_us = (self._digits + key)[:DIGITS_MAX], now_us
            if key == "#":
                heard += self._digits_end()
        return heard

    def _tones_end(self) -> list[Heard]:
        heard = self._digits_end()
        if self._five_tone is not None and (sequence := self._five_tone.end()):
            heard += self._sequence(self._settings.five_tone, sequence, expanded(sequence), self._now_us)
        return heard

    def _digits_end(self) -> list[Heard]:
        digits, self._digits = self._digits, ""
        return self._sequence("DTMF", digits, digits, self._digit_us) if digits else []

    def _sequence(self, system: str, digits: str, spoken: str, heard_us: int | None) -> list[Heard]:
        """Audio has no bytes worth keeping: as proof stand the tones, as they were sent."""
        raw = f"{system}: {digits}".encode()
        event = event_of(self._settings, self._settings.channel_name, spoken, heard_us)
        if event is not None:
            return [Heard(event, raw)]
        reason = f"the tones {digits} match no pattern"
        return unread(self._settings.name, reason, raw) if is_call(spoken) else []
