"""Datagrams (udp://): we listen at the address and answer who sent last, or (?connect) speak to the address.

Which of both holds without ?listen or ?connect, the kind of station decides.
"""

import asyncio
import socket
from typing import Any, NoReturn

from adapters.errors import PeerRefused, PeerUnavailable
from adapters.radio.transports.transport import Heard, Loss


class Datagrams(asyncio.DatagramProtocol):
    """Implements Transport."""

    knows_peer = False

    def __init__(self, host: str, port: int, *, listens: bool) -> None:
        self._address = host, port
        self._listens = listens
        self._loss = Loss()
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: Any = None  # who sent last, in the socket's own form; while we listen
        self._heard: Heard = lambda _data, _via, _committed: None

    async def open(self, heard: Heard) -> None:
        self._heard = heard
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self,
                local_addr=self._address if self._listens else None,
                remote_addr=None if self._listens else self._address,
            )
        except PermissionError as error:
            raise PeerRefused(f"we may not listen on port {self._address[1]}: take one above 1023") from error
        except socket.gaierror as error:
            raise PeerUnavailable(f"{self._address[0]} is not known: {error.strerror}") from error
        except OSError as error:
            verb = "listen on" if self._listens else "speak to"
            raise PeerUnavailable(f"cannot {verb} {self._address[0]}:{self._address[1]}: {error.strerror}") from error

    async def write(self, data: bytes) -> None:
        """A datagram may get lost; and so does one of ours before anybody has spoken to us."""
        if self._loss:
            await self._loss.wait()
        if self._transport is not None and (self._peer is not None or not self._listens):
            self._transport.sendto(data, self._peer)

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._listens:
            self._peer = addr
        self._heard(data, "", None)

    def error_received(self, exc: Exception) -> None:
        """The peer's machine says that nobody listens there; to a listener that is no loss."""
        if not self._listens:
            self._loss.tell(exc if isinstance(exc, OSError) else str(exc))

    def connection_lost(self, exc: Exception | None) -> None:
        self._loss.tell(exc if isinstance(exc, OSError) else "closed by us")
