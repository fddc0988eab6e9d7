"""Who asks to be forgotten is: no trace of the number or the words in the store, and the counts and verdicts stay."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from adapters.errors import StoreError
from adapters.intake import database_of, open_store
from adapters.intake.erasing import Wanted, erase
from adapters.ports import Incoming, Store
from gateway.pipeline import Pipeline
from gateway.recovery import rebuild, restore
from rules.engine import State, next_deadline
from rules.events import ConnectionCleared, Delivered, Established, Event, FactsTold, NoteTaken, RecordsErased, Unparsed
from rules.phone_numbers import number_key
from tests.fixtures.bench import RULES, START_US, Hand, until

CALLER, OTHER = "13800138000", "13911112222"
HOURS_US = 3_600_000_000
WORDS = ("13800138000", "138 0013 8000", "王芳", "二单元", "漏水")


async def test_a_number_and_its_words_leave_every_table_and_counts_verdicts_and_replay_stay(
    store_url: str, tmp_path: Path
) -> None:
    clock = Hand()
    await lived(store_url, tmp_path, clock, [*a_call("a", CALLER), *a_call("b", OTHER), *a_call("c", CALLER)])
    before = await read(store_url, tmp_path)
    assert any(word in before.everything for word in WORDS)
    database = database_of(store_url, tmp_path)
    tried = erase(database, Wanted(number="+86 138-0013-8000"), number_key, clock(), really=False)
    assert (await read(store_url, tmp_path)).everything == before.everything
    done = erase(database, Wanted(number="+86 138-0013-8000"), number_key, clock(), really=True)
    assert (done.records, done.live) == (tried.records, tried.live) == (2, 0)
    after = await read(store_url, tmp_path)
    assert [word for word in WORDS if word in after.everything] == []
    assert OTHER in after.everything
    assert after.verdicts == before.verdicts
    assert [item["from"] for item in after.incidents] == ["", OTHER, ""]
    assert [item["flags"] for item in after.incidents] == [["erased"], [], ["erased"]]
    assert after.last == RecordsErased(why="number", records=2, entries=done.entries)
    if store_url.startswith("sqlite"):
        assert not words_in_files(tmp_path)
    again = erase(database, Wanted(number=CALLER), number_key, clock(), really=True)
    assert (again.records, again.live) == (0, 0)
    await lived(store_url, tmp_path, clock, a_call("d", CALLER))  # a gateway starts on it as on any store


async def test_what_is_old_enough_goes_and_what_still_lives_waits(store_url: str, tmp_path: Path) -> None:
    clock = Hand()
    await lived(store_url, tmp_path, clock, a_call("a", CALLER))
    clock.move(7_200)
    await lived(store_url, tmp_path, clock, a_call("b", OTHER), hours=0)
    database = database_of(store_url, tmp_path)
    first = erase(database, Wanted(before_us=START_US + HOURS_US), number_key, clock(), really=True)
    assert (first.records, first.live) == (1, 0)
    both = erase(database, Wanted(before_us=clock() + HOURS_US), number_key, clock(), really=True)
    assert (both.records, both.live) == (0, 1)
    told = await read(store_url, tmp_path)
    assert CALLER not in told.everything
    assert OTHER in told.everything


async def test_an_alert_that_still_calls_reads_as_the_journal_tells_it_and_names_nobody(
    store_url: str, tmp_path: Path
) -> None:
    clock = Hand()
    await lived(store_url, tmp_path, clock, a_call("a", CALLER))
    done = erase(database_of(store_url, tmp_path), Wanted(number=CALLER), number_key, clock(), really=True)
    assert (done.records, done.live) == (1, 0)
    calling = {str(one.caller) for one in (await live_as_told(store_url, tmp_path)).alerts.values()}
    assert calling
    assert CALLER not in calling


async def test_of_a_number_that_is_still_owed_a_call_nothing_goes_yet(store_url: str, tmp_path: Path) -> None:
    """The journal tells of one person; what fell due since the stop is told by the next start, not by the erasing."""
    clock = Hand()
    await lived(store_url, tmp_path, clock, a_call("a", CALLER))
    missed = [Delivered(source="main", call="b", leg="x", direction="inbound", caller=CALLER, called="4001")]
    await lived(store_url, tmp_path, clock, [*missed, ConnectionCleared(source="main", call="b")], hours=0)
    clock.move(3_600)
    done = erase(database_of(store_url, tmp_path), Wanted(number=CALLER), number_key, clock(), really=True)
    assert (done.records, done.live) == (0, 2)
    assert (await live_as_told(store_url, tmp_path)).incidents


async def live_as_told(url: str, folder: Path) -> State:
    """By the rows, and by the journal alone."""
    store = open_store(url, folder)
    try:
        live, told = restore(await store.load(), RULES), await rebuild(store, RULES)
    finally:
        await store.close()
    assert (live.incidents, live.alerts, next_deadline(live)) == (told.incidents, told.alerts, next_deadline(told))
    return live


async def test_a_store_that_a_gateway_owns_is_not_touched(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.load()
    with pytest.raises(StoreError, match="stop that one"):
        erase(database_of(store_url, tmp_path), Wanted(number=CALLER), number_key, START_US, really=True)


def words_in_files(folder: Path) -> list[str]:
    held = b"".join(file.read_bytes() for file in folder.glob("hotline.db*"))
    return [word for word in WORDS if word.encode() in held]


def a_call(call: str, caller: str) -> list[Event]:
    """Answered too late, with what the desk wrote, and something of it that nobody could read."""
    return [
        Delivered(
            source="main",
            call=call,
            leg="x",
            direction="inbound",
            caller=caller,
            caller_name=word(caller, "王芳"),
            called="4001",
        ),
        Established(source="main", call=call, leg="x"),
        Unparsed(source="main", reason=f"no event: {caller}", call=call),
        ConnectionCleared(source="main", call=call, caller=f"{caller[:3]} {caller[3:7]} {caller[7:]}"),
    ]


def word(caller: str, theirs: str) -> str:
    """What is said of `CALLER`; of others something else."""
    return theirs if caller == CALLER else "-"


async def lived(url: str, folder: Path, clock: Hand, events: Iterable[Event], *, hours: int = 30) -> None:
    """One life of a gateway: each event 20 s after the one before, and then so many hours: after one a closed record
    may go, after a day alerts expire.
    """
    store = open_store(url, folder)
    pipeline = Pipeline(store, RULES, clock)
    running = asyncio.create_task(pipeline.run())
    try:
        await until(lambda: not pipeline.ready)
        for event in events:
            raw = msgspec.json.encode(event)
            await pipeline.submit([Incoming(event, clock(), None, raw)])
            if isinstance(event, Established):
                (record,) = [i for i in pipeline.state.incidents.values() if event.call in i.call.ids]
                place, matter = word(record.caller, "二单元"), word(record.caller, "漏水")
                told = FactsTold(by="li", incident=record.number, facts={"place": place, "matter": matter})
                await pipeline.submit([Incoming(told, clock())])
                await pipeline.submit([Incoming(NoteTaken(by="li", incident=record.number, text=matter), clock())])
            clock.move(20)
        for _ in range(hours):
            clock.move(3_600)
            pipeline.note(Unparsed(source="main", reason="nothing"))
            await pipeline.flush()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()


class Seen(msgspec.Struct):
    everything: str
    incidents: list[dict[str, object]]
    verdicts: list[object]
    last: Event


async def read(url: str, folder: Path) -> Seen:
    """All that the store tells anybody."""
    store = open_store(url, folder)
    try:
        await store.load()
        incidents = list(reversed((await store.incidents(limit=50)).items))
        timelines = [await store.timeline(str(item["number"])) for item in incidents]
        alerts = (await store.alerts(state=None, limit=500)).items
        unparsed = (await store.unparsed(limit=500)).items
        journal = await store.journal(after_seq=0, limit=10_000)
        await rebuild(store, RULES)
        everything = msgspec.json.encode([incidents, timelines, alerts, unparsed, journal]).decode()
        return Seen(everything, incidents, [item["verdicts"] for item in incidents], journal[-1].event)
    finally:
        await store.close()
