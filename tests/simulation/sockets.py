"""A socket of memory, for a library that reads and writes by itself."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any


class Socket:
    """What a library that reads and writes by itself takes for a non-blocking socket; the loop watches it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self.heard: Callable[[bytes], None] = lambda _data: None
        self.carries: Callable[[], bool] = lambda: True  # False: the cable is cut without a word
        self._loop = loop
        self._number = number
        self._unread = b""
        self._over = False  # the peer hung up
        self._closed = False
        self._watchers: dict[bool, Callable[[], object] | None] = {}  # by whether it waits for room to write

    # What the library asks.

    def fileno(self) -> int:
        return -1 if self._closed else self._number

    def setblocking(self, _on: bool) -> None: ...

    def recv(self, size: int) -> bytes:
        if not self._unread and not self._over:
            raise BlockingIOError
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    def send(self, data: Any) -> int:
        if self._over:
            raise BrokenPipeError(32, "Broken pipe")
        if self.carries():
            self._loop.call_soon(self.heard, bytes(data))
        return len(data)

    def close(self) -> None:
        self._closed = self._over = True
        self._watchers.clear()

    # What the peer does.

    def arrive(self, data: bytes) -> None:
        if not self._over and self.carries():
            self._unread += data
            self._wake(False)

    def hang_up(self) -> None:
        self._over = True
        self._wake(False)

    # What the loop does.

    def watch(self, callback: Callable[[], object] | None, *, writes: bool) -> None:
        self._watchers[writes] = callback
        self._wake(writes)

    def _wake(self, writes: bool) -> None:
        is_ready = writes or self._unread or self._over
        if is_ready and self._watchers.get(writes) and not self._closed:  # no selector tells of a closed file
            self._loop.call_soon(self._look, writes)

    def _look(self, writes: bool) -> None:
        """As a level-triggered selector would: again and again while it is ready."""
        if (callback := self._watchers.get(writes)) is not None and (writes or self._unread or self._over):
            with contextlib.suppress(asyncio.CancelledError):  # aiomqtt, ended while it connected; a loop only logs it
                callback()
            self._wake(writes)
