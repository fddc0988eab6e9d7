"""A TCP connection to a station or to a device server that passes bytes raw (socket://)."""

import asyncio
import socket
from typing import NoReturn

from adapters.errors import PeerUnavailable
from adapters.radio.transports.transport import OPEN_WITHIN_S, WRITE_WITHIN_S, Heard, Loss

# A peer whose power went says nothing: the kernel asks after 30 s of silence, thrice, 10 s apart.
_KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))


class TcpLine(asyncio.Protocol):
    """Implements Transport."""

    knows_peer = True

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._loss = Loss()
        self._transport: asyncio.Transport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._heard: Heard = lambda _data, _via, _committed: None

    async def open(self, heard: Heard) -> None:
        self._heard = heard
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                self._transport, _ = await loop.create_connection(lambda: self, self._host, self._port)
        except TimeoutError as error:
            raise PeerUnavailable(f"no connection within {OPEN_WITHIN_S:g} s") from error
        except OSError as error:
            raise PeerUnavailable(f"cannot connect: {error.strerror or error}") from error
        line: socket.socket = self._transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in _KEEP_ALIVE:
            line.setsockopt(socket.IPPROTO_TCP, option, seconds)

    async def write(self, data: bytes) -> None:
        if self._transport is None or self._loss:
            await self._loss.wait()
        self._transport.write(data)
        try:
            async with asyncio.timeout(WRITE_WITHIN_S):
                await self._room.wait()
        except TimeoutError as error:
            raise PeerUnavailable(f"it took no bytes for {WRITE_WITHIN_S:g} s") from error

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._heard(data, "", None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._loss.tell(exc if isinstance(exc, OSError) else "the peer closed the connection")
        self._room.set()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()
