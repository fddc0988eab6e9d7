"""A connection that aiohttp serves, watched from outside: aiohttp itself waits for ever for a request's headers.

Nor does it bound them all together, and for each piece that it refuses it keeps what was in it for long.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from aiohttp import web

HEADERS_S: Final = 10.0  # from a request's first byte to the end of its headers
HEADERS_BYTES_MAX: Final = 64 * 1024
_EMPTY_LINE: Final = b"\r\n\r\n"  # the end of the headers


def refusal(status: str, words: str, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(words)}\r\n"
    return f"{head}{headers}Connection: close\r\n\r\n{words}".encode()


_TOO_SLOW: Final = refusal("408 Request Timeout", "The headers of the request were not whole in time.\n")
_TOO_LONG: Final = refusal("431 Request Header Fields Too Large", "The headers of the request are too long.\n")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(Protocol):
    """Whom a connection tells that it ends."""

    def leave(self, connection: "HandedOver") -> None: ...
    def count_cut(self, reason: str) -> None: ...


class HandedOver(asyncio.Protocol):
    """Stands between the transport and aiohttp's own protocol, and passes everything on.

    `working`: it waits for us, and not we for it; `answered`: at least once. Who is neither gives way first.
    """

    def __init__(self, theirs: asyncio.Protocol, door: Door) -> None:
        self.working = False
        self.answered = False
        self._theirs = theirs
        self._door = door
        self._in_hand = False
        self._patience: asyncio.TimerHandle | None = None
        self._head_bytes: int | None = 0  # of the headers that are awaited, so far; None: they are whole
        self._head_last = b""  # the last of them: the empty line may come in pieces

    def take(self, transport: asyncio.Transport, data: bytes) -> None:
        """From here on it is aiohttp's; `data` was read from it already."""
        self._transport = transport
        transport.set_protocol(self)
        self._theirs.connection_made(transport)
        self._expect_headers()
        if data:
            self.data_received(data)
        transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        if not self._in_hand and self._patience is None:
            self._expect_headers()
        if self._head_is_too_long(data):
            self._refuse(_TOO_LONG, "long")
        else:
            self._theirs.data_received(data)

    def eof_received(self) -> bool | None:
        return self._theirs.eof_received()

    def pause_writing(self) -> None:
        self._theirs.pause_writing()

    def resume_writing(self) -> None:
        self._theirs.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop_waiting()
        self._door.leave(self)
        self._theirs.connection_lost(error)

    def begun(self) -> None:
        """A request's headers are whole."""
        self._in_hand = True
        self._stop_waiting()

    def ended(self) -> None:
        self._in_hand = self.working = False
        self.answered = True

    def abort(self) -> None:
        self._transport.abort()

    def _head_is_too_long(self, data: bytes) -> bool:
        """Behind the end of the headers comes what has bounds of its own."""
        if self._head_bytes is None:
            return False
        before = len(self._head_last)
        seen = self._head_last + data
        self._head_last = seen[1 - len(_EMPTY_LINE) :]
        end = seen.find(_EMPTY_LINE)
        head_bytes = self._head_bytes + (len(seen) if end < 0 else end) - before
        self._head_bytes = head_bytes if end < 0 else None
        return head_bytes > HEADERS_BYTES_MAX

    def _expect_headers(self) -> None:
        self._head_bytes, self._head_last = 0, b""
        self._patience = asyncio.get_running_loop().call_later(HEADERS_S, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _too_slow(self) -> None:
        if not self._transport.is_closing():
            self._refuse(_TOO_SLOW, "slow")

    def _refuse(self, answer: bytes, reason: str) -> None:
        self._door.count_cut(reason)
        self._transport.write(answer)
        self._transport.close()


@web.middleware
async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stands before all others: aiohttp calls it once the headers are whole."""
    if _has_left(request):
        return web.Response(status=400)  # nobody reads this
    connection = _connection_of(request)
    if connection is not None:
        connection.begun()
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _let_go(error)
    except (ConnectionError, RuntimeError):  # RuntimeError: aiohttp was asked to read on after the end
        if not _has_left(request):
            raise
        return web.Response(status=400)
    finally:
        if connection is not None:
            connection.ended()
        _forget(request)


def at_work(request: web.Request) -> None:
    """Nothing of the request is waited for any more: from here on we owe an answer."""
    connection = _connection_of(request)
    if connection is not None:
        connection.working = True


def _let_go(error: web.HTTPException) -> web.Response:
    """The same answer. Raised on, aiohttp would hold the error in a frame that the error's own traceback holds, and in
    its other frames all that was read: of bodies without end a third of a megabyte each, until the collector came.
    """
    return web.Response(status=error.status, reason=error.reason, headers=error.headers, body=error.body)


def _forget(request: web.Request) -> None:
    """A body that broke off keeps its error, the error its traceback, and that the frames that had read of it."""
    broken = request.content.exception()
    if broken is not None:
        broken.__traceback__ = None


def _has_left(request: web.Request) -> bool:
    return request.transport is None


def _connection_of(request: web.Request) -> HandedOver | None:
    """None for one that has gone; and in tests that serve the application without a Doorway."""
    transport = request.transport
    protocol = None if transport is None else transport.get_protocol()
    return protocol if isinstance(protocol, HandedOver) else None
