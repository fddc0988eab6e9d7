"""Cuts a stream into frames and unreadable rest: any split gives the same, memory is bounded.

After a failed start it looks again ONE byte further, so garbage never costs a whole valid frame.
"""

from collections.abc import Callable
from typing import Generic, NamedTuple, Protocol, TypeVar

UNREAD_BYTES_MAX = 512


class Framed(Protocol):
    @property
    def raw(self) -> bytes: ...


class Unread(NamedTuple):
    """Bytes that are no frame; what adjoins is joined, up to UNREAD_BYTES_MAX."""

    raw: bytes
    reason: str


F = TypeVar("F", bound=Framed)
# What begins in the buffer at this place: a frame; "" or a reason: none; None: more bytes are needed to tell.
# `last`: no more will come.
Match = Callable[[bytearray, int, bool], F | str | None]


class Scanner(Generic[F]):
    def __init__(self, match: Match[F], frame_bytes_max: int) -> None:
        self._match = match
        self._frame_bytes_max = frame_bytes_max
        self._buffer = bytearray()
        self._unread = bytearray()
        self._reason = ""

    @property
    def pending(self) -> bool:
        """Something is half read, or unread and not yet told."""
        return bool(self._buffer or self._unread)

    def clear(self) -> None:
        self._buffer.clear()
        self._unread.clear()
        self._reason = ""

    def feed(self, data: bytes) -> list[F | Unread]:
        self._buffer += data
        return self._scan(last=False)

    def end(self) -> list[F | Unread]:
        """No more will come, or not soon: what waits for its end is looked through again without it."""
        found = self._scan(last=True)
        self._tell_unread(found)
        return found

    def _scan(self, *, last: bool) -> list[F | Unread]:
        found: list[F | Unread] = []
        buffer = self._buffer
        at = 0
        while at < len(buffer):
            match = self._match(buffer, at, last)
            if match is None:
                if not last and len(buffer) - at < self._frame_bytes_max:
                    break
                match = "cut off"
            if isinstance(match, str):
                self._reject(buffer[at], match, found)
                at += 1
            else:
                self._tell_unread(found)
                found.append(match)
                at += len(match.raw)
        del buffer[:at]
        return found

    def _reject(self, byte: int, reason: str, found: list[F | Unread]) -> None:
        self._unread.append(byte)
        self._reason = self._reason or reason
        if len(self._unread) == UNREAD_BYTES_MAX:
            self._tell_unread(found)

    def _tell_unread(self, found: list[F | Unread]) -> None:
        if self._unread:
            found.append(Unread(bytes(self._unread), self._reason or "not a frame"))
            self._unread.clear()
            self._reason = ""
