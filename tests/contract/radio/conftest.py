"""A station described by a table, on wires that a test pulls, and a link to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.backoff import Backoff
from adapters.radio.kind import RadioKind
from adapters.radio.line_table import KIND as LINE_TABLE
from adapters.radio.link import Link
from adapters.radio.settings import RadioSettings
from simulators.radios.ports import Pty
from tests.fixtures.front_door import FrontDoor

LINES = [
    {"match": r"ON (?P<unit>\d+) (?P<id>\d+)", "event": "TransmissionStarted"},
    {"match": r"OFF (?P<unit>\d+)", "event": "TransmissionEnded"},
    {"match": r"ACK (?P<id>\w+)", "event": "MachineAck"},
    {"match": r"PONG", "event": "Nothing"},
]


def table_settings(port: str, **more: Any) -> RadioSettings:
    table = {"name": "tower", "kind": "line-table", "port": port, "lines": LINES, **more}
    settings: RadioSettings = msgspec.convert(table, LINE_TABLE.settings)
    return settings


@asynccontextmanager
async def linked(settings: RadioSettings, door: FrontDoor, kind: RadioKind = LINE_TABLE) -> AsyncIterator[Link]:
    """A link that comes back at once after a loss."""
    link = Link(kind, settings, backoff=Backoff(first_s=0.01, longest_s=0.05))
    task = asyncio.create_task(link.run(door))
    try:
        yield link
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def pty(tmp_path: Path) -> AsyncIterator[Pty]:
    async with Pty(tmp_path / "tower") as port:
        yield port


@pytest.fixture
def door() -> FrontDoor:
    return FrontDoor()
