"""A pretend Asterisk, a link to it, and a front door that remembers what came in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.backoff import Backoff
from adapters.pbx.asterisk import Link, Settings
from simulators.asterisk import PretendAsterisk
from tests.fixtures.front_door import FrontDoor

SECRET = "s3cret"


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
        connect_timeout_s=60.0,
        ping_s=60.0,
    )
