"""The part of a station that every protocol over a stream shares: scan, read, and what to do when the wire pauses."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from adapters.radio.scanner import Framed, Unread
from adapters.radio.settings import RadioSettings
from adapters.radio.station import CannotSend, Heard
from rules.events import RadioEvent, Unparsed

F = TypeVar("F", bound=Framed)
# No frame of these protocols takes so long on the slowest line, nor do networks hold a piece back for longer.
PAUSE_US = 3_000_000


class Cutter(Protocol[F]):
    """Cuts a stream into frames, however it comes: a `Scanner`, or a reader of the kind's own."""

    @property
    def pending(self) -> bool:
        """Whether a frame is half read."""

    def clear(self) -> None: ...
    def feed(self, data: bytes) -> list[F | Unread]: ...
    def end(self) -> list[F | Unread]:
        """What is half read will not be whole."""


class StreamStation(ABC, Generic[F]):
    """A kind says what a frame means; where it can, also what to send."""

    def __init__(self, settings: RadioSettings, scanner: Cutter[F]) -> None:
        self.source = settings.name
        self.channel = settings.channel_name
        self._scanner = scanner
        self._paused_us: int | None = None

    @abstractmethod
    def read(self, frame: F, at_us: int) -> Iterable[RadioEvent | Unparsed]:
        """What the frame tells; nothing where it is understood and means nothing to us."""

    def opened(self) -> None:
        self._scanner.clear()
        self._paused_us = None

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        heard = self._hear(self._scanner.feed(data), at_us)
        self._paused_us = at_us + PAUSE_US if self._scanner.pending else None
        return heard

    @property
    def wake_us(self) -> int | None:
        return self._paused_us

    def passed(self, at_us: int) -> list[Heard]:
        if self._paused_us is None or at_us < self._paused_us:
            return []
        self._paused_us = None
        return self._hear(self._scanner.end(), at_us)

    def to_send(self) -> list[bytes]:
        return []

    def query(self) -> bytes:
        return b""

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002, ARG002 - the port's words
        raise CannotSend("this kind of station takes no texts")

    def unparsed(self, reason: str) -> Unparsed:
        return Unparsed(source=self.source, reason=reason)

    def _soonest(self, *times_us: int | None) -> int | None:
        """The earliest of what a kind waits for and of what is half read."""
        return min((time for time in (self._paused_us, *times_us) if time is not None), default=None)

    def _hear(self, found: list[F | Unread], at_us: int) -> list[Heard]:
        heard: list[Heard] = []
        for piece in found:
            if isinstance(piece, Unread):
                heard.append(Heard(self.unparsed(piece.reason), piece.raw))
            else:
                heard += [Heard(event, piece.raw) for event in self.read(piece, at_us)]
        return heard
