"""An event loop whose time jumps to the next timer when nothing is ready: hours pass in milliseconds, always alike."""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from functools import partial
from math import ceil
from typing import Any

import aiomqtt

from tests.simulation.broker import Broker
from tests.simulation.network import Exchange, Network, Socket

_SOCKETS_FROM = 1_000_000  # no file has such a number


class Stuck(AssertionError):
    """Nothing is ready and no timer runs: whoever is waited for will never come."""


class _Jump(selectors.SelectSelector):
    """Waits for no file: it is told how long the loop would sleep, and moves the time on."""

    def __init__(self) -> None:
        super().__init__()
        self.now_us = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("nothing is ready, and no timer runs")
        if timeout > 0:
            self.now_us += max(1, round(timeout * 1_000_000))
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sockets are made of memory too: see tests.simulation.network."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self._clock_resolution = 1e-9
        self.network = Network(self)
        self.broker = Broker(self)
        self._sockets: dict[int, Socket] = {}

    @property
    def now_us(self) -> int:
        return self._jump.now_us

    def time(self) -> float:
        return self._jump.now_us / 1_000_000

    def call_at(  # type: ignore[override]  # mypy cannot spell asyncio's
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """To the microsecond: what is meant to happen at one moment happens at one moment."""
        due_s = ceil(when * 1_000_000 - 0.001) / 1_000_000
        if due_s <= self.time() < when:  # less than a microsecond is left: who waits it out again and again must get on
            due_s = self.time() + 0.000_001
        return super().call_at(due_s, callback, *args, context=context)

    def timers(self) -> list[asyncio.TimerHandle]:
        """Those that will still fire."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # asyncio's own heap
        return [timer for timer in scheduled if not timer.cancelled()]

    async def create_connection(  # type: ignore[override]  # of its many parameters only these are used
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], _host: str, port: int, **_: Any
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        return await self.network.connect(protocol_factory, port)

    async def create_server(  # type: ignore[override]  # as above
        self, protocol_factory: Callable[[], asyncio.Protocol], _host: str, port: int, **_: Any
    ) -> Exchange:
        return self.network.serve(protocol_factory, port)

    async def create_datagram_endpoint(  # type: ignore[override]  # as above
        self,
        protocol_factory: Callable[[], asyncio.DatagramProtocol],
        local_addr: tuple[str, int] | None = None,
        remote_addr: tuple[str, int] | None = None,
        **_: Any,
    ) -> tuple[asyncio.DatagramTransport, asyncio.DatagramProtocol]:
        address = local_addr or remote_addr
        assert address is not None
        return self.network.bind(protocol_factory, address[1])

    # For libraries that bring their own sockets, and threads to connect them: paho, by aiomqtt.

    def run_in_executor(  # type: ignore[override]  # as above
        self, _executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Task[Any]:
        """There is no other thread: what would take one takes a moment."""
        client = getattr(func, "__self__", None)
        if isinstance(client, aiomqtt.Client):
            client._client._create_socket = self._connected  # type: ignore[method-assign]  # noqa: SLF001 - the only seam
        return self.create_task(_after_a_moment(partial(func, *args)))

    def call_soon_threadsafe(  # type: ignore[override]  # as above
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def add_reader(  # type: ignore[override]  # as above
        self, fd: Any, callback: Callable[..., Any], *args: Any
    ) -> None:
        self._sockets[fd].watch(partial(callback, *args), writes=False)

    def remove_reader(self, fd: Any) -> bool:
        return self._unwatch(fd, writes=False)

    def add_writer(  # type: ignore[override]  # as above
        self, fd: Any, callback: Callable[..., Any], *args: Any
    ) -> None:
        self._sockets[fd].watch(partial(callback, *args), writes=True)

    def remove_writer(self, fd: Any) -> bool:
        return self._unwatch(fd, writes=True)

    def _unwatch(self, fd: Any, *, writes: bool) -> bool:
        if fd not in self._sockets:  # it is closed already
            return False
        self._sockets[fd].watch(None, writes=writes)
        return True

    def _connected(self) -> Socket:
        number = _SOCKETS_FROM + len(self._sockets)
        socket = self._sockets[number] = Socket(self, number)
        self.broker.connect(socket)
        return socket


async def _after_a_moment(work: Callable[[], Any]) -> Any:
    await asyncio.sleep(0.001)
    return work()
