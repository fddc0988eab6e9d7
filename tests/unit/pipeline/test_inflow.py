"""The way from a source's wire to the pipeline: where a reader has a bug, and where the store is slow or fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.inflow import Inflow, Reading
from rules.events import Established, Event, LinkChanged, Unparsed
from tests.fixtures.bench import Bench, answered, ringing, running, until
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.memory_store import MemoryStore


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


async def test_what_was_heard_in_time_counts_in_time_however_long_a_commit_takes() -> None:
    """The answer came before the limit, and waited behind a slow disk until after it."""
    store = MemoryStore()
    async with running(store) as bench, drained(bench) as inflow:
        await bench.submit(ringing())
        store.gate = asyncio.Event()
        inflow.tell(bench.clock.at_us, LinkChanged(source="main", state="online"))
        await until(lambda: store.commits == 3)
        bench.clock.move(14.9)
        inflow.take(bench.clock.at_us, [(answered(), b"raw")])
        bench.clock.move(5.0)
        store.gate.set()
        await until(lambda: bench.kinds().count("Established") == 1)
        assert ("three_rings", "breach") not in bench.alerts()


async def test_what_was_heard_in_time_counts_in_time_also_where_the_store_failed_meanwhile() -> None:
    failing = False
    store = MemoryStore(lambda _: "before" if failing else "")
    async with running(store) as bench, drained(bench) as inflow:
        await bench.submit(ringing())
        failing = True
        inflow.tell(bench.clock.at_us, LinkChanged(source="main", state="online"))
        await until(lambda: store.commits == 3)
        bench.clock.move(14.9)
        inflow.take(bench.clock.at_us, [(answered(), b"raw")])
        bench.clock.move(5.0)
        failing = False
        await until(lambda: bench.kinds().count("Established") == 1)
        assert ("three_rings", "breach") not in bench.alerts()
        at_us = next(e.at_us for e in store.entries if isinstance(e.event, Established))
        assert at_us == bench.clock.at_us - 5_000_000


@asynccontextmanager
async def drained(bench: Bench) -> AsyncIterator[Inflow]:
    await bench.ready()
    inflow = Inflow("main", waiting_max=10)
    task = asyncio.create_task(inflow.drain(bench.pipeline))
    yield inflow
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
