"""The way from a source's wire to the pipeline, where a reader has a bug."""

import asyncio

from adapters.inflow import Inflow, Reading
from rules.events import Event, LinkChanged, Unparsed
from tests.fixtures.front_door import FrontDoor


async def test_a_message_that_makes_its_reader_fail_is_kept_with_its_bytes_and_the_next_is_read() -> None:
    door, inflow = FrontDoor(), Inflow("main", waiting_max=10)

    def fail() -> list[Event]:
        raise ZeroDivisionError

    inflow.hear(Reading(1, b"poison", fail))
    inflow.hear(Reading(2, b"good", lambda: [LinkChanged(source="main", state="online")]))
    task = asyncio.create_task(inflow.drain(door))
    await door.until_has(LinkChanged, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    poisoned = door.taken[0]
    assert poisoned.event == Unparsed(source="main", reason="our reader failed: ZeroDivisionError")
    assert poisoned.raw == b"poison"
