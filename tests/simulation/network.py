"""TCP of memory: stations listen on a number, the gateway's real transport connects, and cables are cut."""

import asyncio
from collections.abc import Callable
from typing import Any


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
        self._station.line = None if self._station.line is self else self._station.line
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
        elif self.line is not None:
            line, self.line = self.line, None
            line.lose(ConnectionResetError(104, "Connection reset by peer"))

    def mend(self) -> None:
        self.reachable = True
        if self.half_open:
            self.half_open = False
            if self.line is not None:  # what was sent into nothing is answered by a reset
                line, self.line = self.line, None
                line.lose(ConnectionResetError(104, "Connection reset by peer"))


class Network:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stations: dict[int, Station] = {}

    def listen(self, port: int) -> Station:
        self._stations[port] = Station(self._loop)
        return self._stations[port]

    async def connect(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        await asyncio.sleep(0.001)
        station = self._stations.get(port)
        if station is None or not station.reachable:
            raise ConnectionRefusedError(111, "Connection refused")
        protocol = protocol_factory()
        assert isinstance(protocol, asyncio.Protocol)
        station.line = Line(self._loop, protocol, station)
        protocol.connection_made(station.line)
        return station.line, protocol


class _NoSocket:
    def setsockopt(self, *_: int) -> None:
        """There is no kernel to tell."""
