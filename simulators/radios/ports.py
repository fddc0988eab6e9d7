"""The ends of wires that pretend stations speak on: a pty, TCP, UDP. What goes wrong is done by plain calls.

async with Pty(folder / "tower") as port:   # port.url is what the gateway's `port` names
    port.heard = station.heard              # called with each piece the gateway wrote
    port.write(b"...")                      # what the station says
    port.unplug(); port.plug()              # as a hand would
"""

import asyncio
import contextlib
import os
import random
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

READ_BYTES = 4096
# A port nobody reads keeps so much, and loses what comes after it, as a UART does.
UNREAD_BYTES_MAX = 64 * 1024
RECEIVED_BYTES_MAX = 1024 * 1024


def noise(seed: int, size: int) -> bytes:
    """The same seed, the same rubbish."""
    return random.Random(seed).randbytes(size)


def pieces(data: bytes, seed: int, longest: int = 7) -> Iterator[bytes]:
    """`data` torn at random, as reads of a slow line return it."""
    chance = random.Random(seed)
    while data:
        size = chance.randint(1, longest)
        yield data[:size]
        data = data[size:]


class Port:
    """What all of them share: who is told what the gateway wrote, and waiting for it."""

    def __init__(self) -> None:
        self.heard: Callable[[bytes], None] = lambda _data: None
        self.received = bytearray()  # all that the gateway wrote since the start, or since a test cleared it
        self._changed = asyncio.Condition()
        self._tellers: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Say `data`. Never waits: what the other side does not take in time is lost, as in life."""
        raise NotImplementedError

    async def open(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def until(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait until something has happened at this port: bytes came, the gateway opened or left it."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(condition)

    def _take(self, data: bytes) -> None:
        self.received += data
        del self.received[:-RECEIVED_BYTES_MAX]
        self.heard(data)
        self._tell()

    def _tell(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tellers.add(task)
        task.add_done_callback(self._tellers.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Pty(Port):
    """A serial device: the symbolic link `path` leads to the gateway's end, also after `plug` made a new one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._ours = self._theirs = -1
        self._unsent = bytearray()

    @property
    def url(self) -> str:
        return str(self.path)

    @property
    def plugged(self) -> bool:
        return self._ours >= 0

    async def open(self) -> None:
        self.plug()

    async def close(self) -> None:
        self.unplug()

    def plug(self) -> None:
        if self.plugged:
            return
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        # Their end stays open here too: without a holder each close by the gateway would hang up on us.
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.symlink_to(os.ttyname(self._theirs))
        fresh.rename(self.path)
        asyncio.get_running_loop().add_reader(self._ours, self._readable)

    def unplug(self) -> None:
        """The device is gone, in the middle of whatever was on its way."""
        if not self.plugged:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._ours)
        loop.remove_writer(self._ours)
        self.path.unlink(missing_ok=True)
        os.close(self._theirs)
        os.close(self._ours)
        self._ours = self._theirs = -1
        self._unsent.clear()

    def write(self, data: bytes) -> None:
        if self.plugged:
            self._unsent += data
            del self._unsent[UNREAD_BYTES_MAX:]
            self._writable()

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._take(os.read(self._ours, READ_BYTES))

    def _writable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: os.write(self._ours, self._unsent)]
        loop = asyncio.get_running_loop()
        if self._unsent:
            loop.add_writer(self._ours, self._writable)
        else:
            loop.remove_writer(self._ours)


class Tcp(Port):
    """A station, or a device server such as ser2net, that takes connections on loopback."""

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        return len(self._writers)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self.cut()
        await self._server.wait_closed()
        self._server = None

    def cut(self) -> None:
        """Break every connection, as a firewall would."""
        for writer in list(self._writers):
            writer.transport.abort()

    def write(self, data: bytes) -> None:
        for writer in self._writers:
            if writer.transport.get_write_buffer_size() < UNREAD_BYTES_MAX:
                writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._tell()
        try:
            while data := await reader.read(READ_BYTES):
                self._take(data)
        except OSError:
            pass  # gone is gone
        finally:
            self._writers.discard(writer)
            writer.close()
            self._tell()


class Udp(Port, asyncio.DatagramProtocol):
    """A station that sends datagrams: to `to`, where the gateway listens; else to whoever sent to it last."""

    def __init__(self, to: tuple[str, int] | None = None, port: int = 0) -> None:
        super().__init__()
        self.port = port
        self._to = to
        self._answer_to = to
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def url(self) -> str:
        """For a gateway that listens, or else for one that speaks first."""
        return f"udp://{self._to[0]}:{self._to[1]}" if self._to else f"udp://127.0.0.1:{self.port}?connect"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        self.port = self._transport.get_extra_info("sockname")[1]

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def write(self, data: bytes) -> None:
        if self._transport is not None and self._answer_to is not None:
            self._transport.sendto(data, self._answer_to)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._answer_to = self._to or (addr[0], addr[1])
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there yet: datagrams are lost, as in life."""
