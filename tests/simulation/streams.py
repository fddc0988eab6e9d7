"""TCP of memory: both ends of a connection, and the way between them.

Bytes arrive in the same moment, in the next turn of the loop, unless the way is slow; a stream is torn anywhere.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

_WHOLE = 0.4  # of what is written arrives in one piece
_PIECES_MAX = 5


class Hears(Protocol):
    def arrive(self, data: bytes) -> None: ...
    def lose(self, error: OSError | None) -> None: ...


class Line(asyncio.Transport):
    """The gateway's end of one connection."""

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

    def __init__(self, loop: asyncio.AbstractEventLoop, chance: random.Random) -> None:
        self.heard: Callable[[bytes], None] = lambda _data: None
        self.line: Hears | None = None
        self.reachable = True
        self.half_open = False  # the cable is cut without a word: bytes go nowhere, in both directions
        self.lag_s = 0.0  # the way is so slow
        self._loop = loop
        self._chance = chance
        self._on_its_way: deque[tuple[Hears, bytes]] = deque()
        self._arrived_s = 0.0  # the last byte that was written does

    @property
    def in_touch(self) -> bool:
        return self.line is not None and not self.half_open

    @property
    def way_us(self) -> int:
        """How long what is said now is on its way: nothing overtakes what was said before."""
        now_s = self._loop.time()
        return round((max(self._arrived_s, now_s + self.lag_s) - now_s) * 1_000_000)

    def write(self, data: bytes) -> None:
        if self.line is not None and not self.half_open:
            for piece in self._pieces(data):
                self._carry(self.line, piece)

    def _carry(self, line: Hears, piece: bytes) -> None:
        way_us = self.way_us
        self._arrived_s = self._loop.time() + way_us / 1_000_000
        self._on_its_way.append((line, piece))
        if way_us:
            self._loop.call_at(self._arrived_s, self._arrives_next)
        else:
            self._loop.call_soon(self._arrives_next)

    def _arrives_next(self) -> None:
        """Timers of one moment fire in any order: what was written first arrives first."""
        line, piece = self._on_its_way.popleft()
        line.arrive(piece)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Torn anywhere, as reads of a stream return it."""
        if self._chance.random() >= _WHOLE:
            for _ in range(self._chance.randint(1, _PIECES_MAX)):
                size = self._chance.randint(1, max(1, len(data)))
                yield data[:size]
                data = data[size:]
                if not data:
                    return
        yield data

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

    def called(self, line: Hears) -> None:
        """The gateway has connected."""
        self.line = line

    def left(self) -> None:
        """It is gone."""
        self.line = None


class Exchange(Station):
    """A station behind a server made by asyncio.start_server: the pretend Asterisk. One connection at a time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        chance: random.Random,
        protocol_factory: Callable[[], asyncio.Protocol],
        port: int,
    ) -> None:
        super().__init__(loop, chance)
        self.sockets = [_Listener(port)]
        self._make = protocol_factory
        self._protocol: asyncio.Protocol | None = None

    def called(self, line: Hears) -> None:
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


class _Listener(NamedTuple):
    port: int

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port


class _NoSocket:
    def setsockopt(self, *_: int) -> None:
        """There is no kernel to tell."""
