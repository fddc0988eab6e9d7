"""UDP of memory: what is written is one datagram, which may get lost, come twice, or be overtaken."""

import asyncio
import random
from typing import Any

from tests.simulation.streams import Hears, Station


class DatagramStation(Station):
    """One that speaks by UDP: what is written is one datagram, which may get lost, come twice, or be overtaken."""

    def __init__(self, loop: asyncio.AbstractEventLoop, chance: random.Random) -> None:
        super().__init__(loop, chance)
        self.doubles = False
        self.shuffles_s = 0.0  # a datagram may need so much longer than the one behind it

    @property
    def in_touch(self) -> bool:
        return super().in_touch and self.reachable

    def write(self, data: bytes) -> None:
        if not self.in_touch or self.line is None:
            return
        for _ in range(2 if self.doubles else 1):
            way_s = self.lag_s + self._chance.random() * self.shuffles_s
            self._loop.call_later(way_s, self._arrives, self.line, data)

    @property
    def way_us(self) -> int:
        return round(self.lag_s * 1_000_000)

    def cut(self, *, half_open: bool) -> None:
        """Nobody is told: datagrams know no connection."""
        self.reachable, self.half_open = False, half_open

    def mend(self) -> None:
        self.reachable, self.half_open = True, False

    def _arrives(self, line: Hears, data: bytes) -> None:
        if self.in_touch and self.line is line:
            line.arrive(data)


class DatagramEnd(asyncio.DatagramTransport):
    """The gateway's socket, bound to the number that a station sends to."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol: asyncio.DatagramProtocol, station: DatagramStation
    ) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._station = station
        self._open = True

    def sendto(self, data: Any, _addr: Any = None) -> None:
        if self._open and self._station.reachable:
            self._loop.call_soon(self._station.heard, bytes(data))

    def arrive(self, data: bytes) -> None:
        if self._open:
            self._protocol.datagram_received(data, ("station", 1))

    def lose(self, error: OSError | None) -> None:
        if self._open:
            self._open = False
            self._loop.call_soon(self._protocol.connection_lost, error)

    def close(self) -> None:
        if self._open:
            self._station.left()
        self.lose(None)

    abort = close
