"""An event loop whose time jumps to the next timer when nothing is ready: hours pass in milliseconds, always alike."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from functools import partial
from heapq import heappop, heappush
from math import ceil
from random import Random
from typing import Any

import aiomqtt
import paho.mqtt.client as paho

from tests.simulation.broker import Broker
from tests.simulation.network import Network
from tests.simulation.sockets import Socket
from tests.simulation.streams import Exchange

MISC_S = 5.0
_SOCKETS_FROM = 1_000_000  # no file has such a number


class Stuck(AssertionError):
    """Nothing is ready and no timer runs: whoever is waited for will never come."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sockets are made of memory too: see tests.simulation.network. What is meant for one moment comes in any order,
    by the seed.
    """

    _ready: deque[asyncio.Handle]  # asyncio's own
    get_debug = bool  # False, without a frame of its own: each handle asks for it

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.now_us = 0
        self.network = Network(self)
        self.broker = Broker(self)
        self._sockets: dict[int, Socket] = {}
        self._chance = Random(f"timers {seed}").random
        self._timers: list[tuple[int, float, int, asyncio.TimerHandle]] = []
        self._nth = 0

    def time(self) -> float:
        return self.now_us / 1_000_000

    def call_soon(  # type: ignore[override]  # mypy cannot spell asyncio's
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's, without its checks for other threads: it is half of what a stretch does."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """To the microsecond: what is meant to happen at one moment happens at one moment."""
        due_us = ceil(when * 1_000_000 - 0.001)
        if due_us <= self.now_us and self.time() < when:  # who waits a part of one out again and again must get on
            due_us = self.now_us + 1
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._nth += 1
        heappush(self._timers, (due_us, self._chance(), self._nth, timer))
        return timer

    def timers(self) -> list[asyncio.TimerHandle]:
        """Those that will still fire."""
        return [timer for *_, timer in self._timers if not timer.cancelled()]

    def _run_once(self) -> None:
        """One turn. Where nobody is ready the time is the next timer's."""
        ready, timers = self._ready, self._timers
        if not ready:
            while timers and timers[0][3].cancelled():
                heappop(timers)
            if not timers:
                raise Stuck("nothing is ready, and no timer runs")
            self.now_us = max(self.now_us, timers[0][0])
        while timers and timers[0][0] <= self.now_us:
            ready.append(heappop(timers)[3])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()  # noqa: SLF001 - as asyncio's own turn does

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
            client._misc_loop = partial(_kept_alive, client)  # type: ignore[method-assign]  # noqa: SLF001 - as above
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


async def _kept_alive(client: aiomqtt.Client) -> None:
    """As aiomqtt's own, which looks each second: for a keep-alive of a minute that was a twentieth of all work."""
    while client._client.loop_misc() == paho.MQTT_ERR_SUCCESS:  # noqa: ASYNC110, SLF001 - as aiomqtt does
        await asyncio.sleep(MISC_S)


async def _after_a_moment(work: Callable[[], Any]) -> Any:
    await asyncio.sleep(0.001)
    return work()
