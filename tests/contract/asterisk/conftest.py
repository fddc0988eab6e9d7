"""A pretend Asterisk, a link to it, and a front door that remembers what came in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.backoff import Backoff
from adapters.pbx.asterisk import Link, Settings
from adapters.ports import Admitted, Incoming
from gateway.clock import AnchoredClock
from rules.events import Event, LinkChanged
from simulators.asterisk import PretendAsterisk

SECRET = "s3cret"
Kind = TypeVar("Kind", bound=Event)


class FrontDoor:
    """adapters.ports.Intake: keeps all, unless `refusal` says otherwise."""

    def __init__(self) -> None:
        self.now_us = AnchoredClock().__call__
        self.taken: list[Incoming] = []
        self.refusal: Exception | None = None
        self.refused = 0
        self._changed = asyncio.Condition()

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]:
        if self.refusal is not None:
            self.refused += 1
            async with self._changed:
                self._changed.notify_all()
            raise self.refusal
        self.taken += events
        async with self._changed:
            self._changed.notify_all()
        return [Admitted(None) for _ in events]

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [one.event for one in self.taken if isinstance(one.event, kind)]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.of(LinkChanged)]

    async def until(self, condition: Callable[[], bool], within_s: float = 10.0) -> None:
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(condition)

    async def until_has(self, kind: type[Any], count: int = 1) -> None:
        await self.until(lambda: len(self.of(kind)) >= count)


@asynccontextmanager
async def linked(settings: Settings, door: FrontDoor, **more: Any) -> AsyncIterator[Link]:
    """A link that comes back at once after a loss."""
    link = Link(settings, backoff=Backoff(first_s=0.02, longest_s=0.1), **more)
    task = asyncio.create_task(link.run(door))
    try:
        yield link
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def pbx() -> AsyncIterator[PretendAsterisk]:
    pretend = PretendAsterisk("hotline", SECRET)
    await pretend.start()
    yield pretend
    await pretend.stop()


@pytest.fixture
def door() -> FrontDoor:
    return FrontDoor()


@pytest.fixture
def settings(pbx: PretendAsterisk, tmp_path: Path) -> Settings:
    secret = tmp_path / "ami-secret.txt"
    secret.write_text(SECRET + "\n")
    return Settings(
        name="pbx",
        kind="asterisk-ami",
        host="127.0.0.1",
        port=pbx.port,
        username="hotline",
        secret_file=str(secret),
        connect_timeout_s=2.0,
        ping_s=0.2,
    )
