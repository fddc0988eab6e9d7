"""Watches a gateway from outside: is it ready, by its own word? And what do its processes hold?"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp

from tests.faults.waiting import until
from tests.fixtures.gateway import RunningGateway

EVERY_S = 0.1
PATIENCE_S = 1.0  # who says nothing for so long does not say that it is ready


class Look(NamedTuple):
    at_s: float  # monotonic, when it was asked
    ready: bool
    words: str


class Held(NamedTuple):
    """By the gateway and the process that writes for it."""

    at_s: float
    rss_mib: float
    descriptors: int
    threads: int


class Watch:
    def __init__(self, gateway: RunningGateway) -> None:
        self.looks: list[Look] = []
        self.held: list[Held] = []
        self._gateway = gateway

    async def run(self) -> None:
        """Until cancelled, over a connection of its own each time, as a load balancer asks."""
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as http:
            while True:
                began_s = time.monotonic()
                ready, words = await self._ask(http)
                self.looks.append(Look(began_s, ready, words))
                with contextlib.suppress(OSError, IndexError, ValueError):  # a process may end meanwhile
                    self.held.append(self._hold())
                await asyncio.sleep(max(0.0, began_s + EVERY_S - time.monotonic()))

    async def until_ready(self, within_s: float = 60.0) -> None:
        """A look that was begun from now on says so."""
        now_s = time.monotonic()
        await until(lambda: self.looks and self.looks[-1].ready and self.looks[-1].at_s >= now_s, within_s)

    async def _ask(self, http: aiohttp.ClientSession) -> tuple[bool, str]:
        try:
            async with asyncio.timeout(PATIENCE_S), http.get(f"{self._gateway.url}/readyz") as answer:
                return answer.status == 200, (await answer.json())["state"]
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return False, type(error).__name__

    def _hold(self) -> Held:
        processes = list(family(self._gateway))
        status = [Path(f"/proc/{process}/status").read_text() for process in processes]
        return Held(
            time.monotonic(),
            sum(rss_mib(process) for process in processes),
            sum(descriptors(process) for process in processes),
            sum(int(text.partition("Threads:")[2].split()[0]) for text in status),
        )


def rss_mib(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def descriptors(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def family(gateway: RunningGateway) -> Iterator[int]:
    """The gateway's process, then its writer's."""
    assert gateway.process is not None
    yield gateway.process.pid
    if (writer := writer_of(gateway)) is not None:
        yield writer


def writer_of(gateway: RunningGateway) -> int | None:
    assert gateway.process is not None
    for task in Path(f"/proc/{gateway.process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"adapters.intake_writer" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None
