"""What a fault strikes: the real gateway process on a folder of its own, callers, a receiver of alerts, a watcher."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.load import LIMIT_S, Call, Load
from tests.faults.receiver import Receiver, receiving
from tests.faults.watch import Watch
from tests.fixtures.gateway import RunningGateway, running_gateway

CALM_S = 5.0  # before the first strike, and after the last: what calls owe then is late by nobody's fault
CONFIG = """
[rules.three_rings]
seconds = {limit_s}
warn_at_rings = []

[storm]
enabled = false

[[notifier]]
name = "erp"
kind = "webhook"
url = "{url}"
secret_file = "hook-secret.txt"
allow_private = true

{more}
"""


class Trouble:
    """From when to when a fault lasted, monotonic seconds; `refused_s`: the first post that felt it, 0 for none."""

    def __init__(self) -> None:
        self.begin_s = time.monotonic()
        self.end_s = 0.0
        self.refused_s = 0.0


@dataclass
class Setting:
    """Where and how a fault's gateway runs."""

    folder: Path
    store: str = "sqlite:///hotline.db"
    more: str = ""  # TOML
    wrapper: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    setting: Setting
    gateway: RunningGateway
    load: Load
    receiver: Receiver
    watch: Watch
    chance: Random
    calling: asyncio.Task[None]
    clocks_lie: bool
    short: bool  # the form for the test suite: as few and as brief as shows it
    troubles: list[Trouble] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)  # a fault's own
    wrong: list[str] = field(default_factory=list)  # what a fault itself found

    @contextlib.contextmanager
    def trouble(self) -> Iterator[Trouble]:
        self.load.strike()
        trouble = Trouble()
        self.troubles.append(trouble)
        try:
            yield trouble
        finally:
            trouble.end_s = time.monotonic()
            trouble.refused_s = self.load.first_refused_s

    async def lasts(self, seconds: float) -> None:
        """The fault's own choice, nothing is waited for."""
        await asyncio.sleep(seconds)

    async def calm(self) -> None:
        await self.lasts(CALM_S / 5 if self.short else CALM_S)

    async def at_rest(self) -> None:
        """Every call is told to its end, and every breach to the receiver."""
        await self.calm()
        self.load.end()
        async with asyncio.timeout(120):
            await self.calling
            await self.receiver.breach_of(self.owed)

    def sure(self, call: Call) -> bool:
        """Whether its verdict can be known: always, but where clocks lie and an outage hides when things happened."""
        if not self.clocks_lie:
            return True
        struck = any(t.begin_s - 4 < call.rang_s < t.end_s + 1 for t in self.troubles)
        return call.plain and not struck

    @property
    def owed(self) -> set[str]:
        """Calls whose breach must be told."""
        return {name for name, call in self.load.calls.items() if call.breaches and self.sure(call)}

    def expect(self, holds: object, words: str) -> None:
        if not holds:
            self.wrong.append(words)


@asynccontextmanager
async def site_of(setting: Setting, seed: int, *, short: bool, per_s: float, clocks_lie: bool) -> AsyncIterator[Site]:
    """A running site under load, ended in good order."""
    chance = Random(seed)
    async with receiving() as receiver:
        more = CONFIG.format(limit_s=LIMIT_S, url=receiver.url, more=setting.more)
        async with running_gateway(
            setting.folder,
            source="clock_skew_max_s = 30.0",  # a machine that is short of time is no clock that is wrong
            more=more,
            store=setting.store,
            wrapper=setting.wrapper,
            environment=setting.environment,
        ) as gateway:
            load = Load(gateway, chance, per_s)
            calling = asyncio.create_task(load.run())
            site = Site(setting, gateway, load, receiver, Watch(gateway), chance, calling, clocks_lie, short)
            watching = asyncio.create_task(site.watch.run())
            try:
                await site.calm()
                yield site
            finally:
                for task in (calling, watching):
                    task.cancel()
                await asyncio.gather(calling, watching, return_exceptions=True)
            assert await gateway.stop() == 0
