"""TCP of memory: stations listen on a number, the gateway's real transport connects, and cables are cut."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple


class Line(asyncio.Transport):
    """The gateway's end of one connection. Bytes arrive in the same moment, in order, in the next turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, station: "Station") -> None:
        super().__init__({"socket": _NoSocket()})
        self._loop = loop
        self._protocol = protocol
        self._station = station
        self._open = True

    def write(self, data: Any) -> None:
        if self._open and not self._station.half_open:
            self._loop.call_soon(self._station.heard, bytes(data))

    def arrive(self, data: bytes) -> None:
        if self._open:
            self._protocol.data_received(data)

    def lose(self, error: OSError | None) -> None:
        if self._open:
            self._open = False
            self._loop.call_soon(self._protocol.connection_lost, error)

    def abort(self) -> None:
        if self._open:
            self._station.left()
        self.lose(None)

    def close(self) -> None:
        self.abort()

    def is_closing(self) -> bool:
        return not self._open


class Station:
    """A pretend station's port (simulators.radios.ports.Port, as far as the simulators use one)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.heard: Callable[[bytes], None] = lambda _data: None
        self.line: Line | None = None
        self.reachable = True
        self.half_open = False  # the cable is cut without a word: bytes go nowhere, in both directions
        self._loop = loop

    @property
    def in_touch(self) -> bool:
        return self.line is not None and not self.half_open

    def write(self, data: bytes) -> None:
        if self.line is not None and not self.half_open:
            self._loop.call_soon(self.line.arrive, data)

    def cut(self, *, half_open: bool) -> None:
        """Until `mend`."""
        self.reachable = False
        if half_open:
            self.half_open = True
        else:
            self.hang_up()

    def mend(self) -> None:
        self.reachable = True
        if self.half_open:
            self.half_open = False
            self.hang_up()  # what was sent into nothing is answered by a reset

    def hang_up(self) -> None:
        if self.line is not None:
            line = self.line
            self.left()
            line.lose(ConnectionResetError(104, "Connection reset by peer"))

    def called(self, line: Line) -> None:
        """The gateway has connected."""
        self.line = line

    def left(self) -> None:
        """It is gone."""
        self.line = None


class Exchange(Station):
    """A station behind a server made by asyncio.start_server: the pretend Asterisk. One connection at a time."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol_factory: Callable[[], asyncio.Protocol], port: int
    ) -> None:
        super().__init__(loop)
        self.sockets = [_Listener(port)]
        self._make = protocol_factory
        self._protocol: asyncio.Protocol | None = None

    def called(self, line: Line) -> None:
        super().called(line)
        self._protocol = self._make()
        self.heard = self._protocol.data_received
        self._protocol.connection_made(_ServerEnd(self))

    def left(self) -> None:
        super().left()
        if self._protocol is not None:
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._protocol = None
            self.heard = lambda _data: None

    # What asyncio.Server is to who started it.

    def close(self) -> None:
        self.reachable = False

    async def wait_closed(self) -> None: ...


class _ServerEnd(asyncio.Transport):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange
        self._line = exchange.line

    def write(self, data: Any) -> None:
        if not self.is_closing():
            self._exchange.write(bytes(data))

    def close(self) -> None:
        if not self.is_closing():
            self._exchange.hang_up()

    abort = close

    def is_closing(self) -> bool:
        return self._line is None or self._exchange.line is not self._line


class Network:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stations: dict[int, Station] = {}

    def listen(self, port: int) -> Station:
        self._stations[port] = Station(self._loop)
        return self._stations[port]

    def station(self, port: int) -> Station:
        return self._stations[port]

    def serve(self, protocol_factory: Callable[[], asyncio.Protocol], port: int) -> Exchange:
        self._stations[port] = exchange = Exchange(self._loop, protocol_factory, port)
        return exchange

    async def connect(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        await asyncio.sleep(0.001)
        station = self._stations.get(port)
        if station is None or not station.reachable:
            raise ConnectionRefusedError(111, "Connection refused")
        protocol = protocol_factory()
        assert isinstance(protocol, asyncio.Protocol)
        line = Line(self._loop, protocol, station)
        protocol.connection_made(line)
        station.called(line)
        return line, protocol


class _Listener(NamedTuple):
    port: int

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port


class _NoSocket:
    def setsockopt(self, *_: int) -> None:
        """There is no kernel to tell."""
