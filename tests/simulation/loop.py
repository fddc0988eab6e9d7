"""An event loop whose time jumps to the next timer when nothing is ready: hours pass in milliseconds, always alike."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

from tests.simulation.network import Network


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
            self.now_us += max(1, -int(-timeout * 1_000_000 // 1))
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sockets are made of memory too: see tests.simulation.network."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self._clock_resolution = 1e-6
        self.network = Network(self)

    @property
    def now_us(self) -> int:
        return self._jump.now_us

    def time(self) -> float:
        return self._jump.now_us / 1_000_000

    def timers(self) -> list[asyncio.TimerHandle]:
        """Those that will still fire."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # asyncio's own heap
        return [timer for timer in scheduled if not timer.cancelled()]

    async def create_connection(  # type: ignore[override]  # of its many parameters only these are used
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], _host: str, port: int, **_: Any
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        return await self.network.connect(protocol_factory, port)
