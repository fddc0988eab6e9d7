"""One batch is decided while the one before it is committed: nobody hears of it too soon, and nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.errors import StoreError
from adapters.ports import Admitted, Incoming
from gateway.recovery import rebuild
from gateway.waiting_line import FEW
from rules.events import Delivered, Established
from rules.settings import RuleSet
from tests.fixtures.bench import RULES, Bench, answered, ringing, running, until
from tests.fixtures.memory_store import MemoryStore

Answers = asyncio.Future[list[Admitted]]
FIRST, SECOND = range(1, 1 + FEW), range(1 + FEW, 1 + 2 * FEW)


def key_of(number: int) -> bytes:
    return number.to_bytes(16, "big")


class Decided:
    """Two batches: the first is being committed, which the store's gate holds up; the second is decided already."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.store = bench.store
        self.gate = self.store.gate = asyncio.Event()
        self.first = self.enter(FIRST)
        self.second: list[Answers] = []

    def enter(self, numbers: range) -> list[Answers]:
        """A call each, with a key of its own."""
        pipeline = self.bench.pipeline
        return [pipeline.enter([self.bench.incoming(ringing(f"c{n}"), key_of(n))]) for n in numbers]

    async def begun(self) -> None:
        await until(lambda: self.store.commits == 2)
        self.second = self.enter(SECOND)
        await self.decided(2 * FEW)

    def let_one_through(self) -> None:
        """The gate closes behind it."""
        opened, self.gate = self.gate, asyncio.Event()
        self.store.gate = self.gate
        opened.set()

    async def decided(self, calls: int) -> None:
        await until(lambda: len(self.bench.pipeline.state.incidents) == calls)

    def calls_kept(self) -> list[str]:
        return [e.event.call for e in self.store.entries if isinstance(e.event, Delivered)]


@asynccontextmanager
async def two_batches(store: MemoryStore) -> AsyncIterator[Decided]:
    async with running(store) as bench:
        await bench.ready()
        decided = Decided(bench)
        await decided.begun()
        yield decided


async def test_the_second_is_decided_while_the_first_is_committed_and_both_are_answered_in_order() -> None:
    async with two_batches(MemoryStore()) as two:
        assert not any(answer.done() for answer in two.first + two.second)
        assert two.store.commits == 2
        two.let_one_through()
        await asyncio.gather(*two.first)
        await until(lambda: two.store.commits == 3)
        assert not any(answer.done() for answer in two.second)
        two.gate.set()
        await asyncio.gather(*two.second)
        assert two.calls_kept() == [f"c{n}" for n in (*FIRST, *SECOND)]
        assert two.store.sizes[1:] == [FEW, FEW]


async def test_what_is_decided_is_neither_published_nor_sent_before_its_commit() -> None:
    async with running(MemoryStore()) as bench, bench.pipeline.subscribe() as feed:
        await bench.ready()
        await bench.submit(ringing("c0"))
        heard = [await anext(feed), await anext(feed)]
        two = Decided(bench)
        await until(lambda: two.store.commits == 3)
        bench.clock.move(15.0)
        two.second = two.enter(SECOND)
        await until(bench.alerts)  # the breach of the first call is decided with the second batch
        next_heard = asyncio.ensure_future(anext(feed))
        await two.decided(1 + 2 * FEW)
        assert bench.pipeline.outbox.empty()
        assert not next_heard.done()
        two.let_one_through()
        assert len((await next_heard).journal) == FEW
        await until(lambda: two.store.commits == 4)
        assert bench.pipeline.outbox.empty()
        two.gate.set()
        await asyncio.gather(*two.second)
        assert bench.pipeline.outbox.qsize() == len(two.store.pending) > 0
        assert len(heard) == 2


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_where_the_first_fails_the_second_is_void_and_both_count_once_when_they_come_again(fault: str) -> None:
    store = MemoryStore(lambda n: fault if n == 2 else "")
    async with two_batches(store) as two:
        two.gate.set()
        for answer in two.first + two.second:
            with pytest.raises(StoreError):
                await answer
        await two.bench.ready()
        assert len(two.bench.pipeline.state.incidents) == (2 * FEW if fault == "after" else 0)
        told = await asyncio.gather(*two.enter(FIRST), *two.enter(SECOND))
        known = [one.seq is None for (one,) in told]
        assert known == [fault == "after"] * 2 * FEW
        assert two.calls_kept() == [f"c{n}" for n in (*FIRST, *SECOND)]
        rebuilt = await rebuild(store, RULES)
        assert rebuilt.incidents == two.bench.pipeline.state.incidents
        assert rebuilt.last_id == two.bench.pipeline.state.last_id


async def test_what_is_kept_stays_in_line_in_its_order_where_the_first_fails() -> None:
    store = MemoryStore(lambda n: "before" if n == 2 else "")
    async with running(store) as bench:
        await bench.ready()
        two = Decided(bench)
        await until(lambda: store.commits == 2)
        kept = [bench.pipeline.keep([bench.incoming(ringing(f"k{n}"))]) for n in range(FEW)]
        await two.decided(2 * FEW)
        late = bench.pipeline.keep([bench.incoming(answered("k0"))])
        two.gate.set()
        await asyncio.gather(*kept, late)
        assert two.calls_kept() == [f"k{n}" for n in range(FEW)]
        assert isinstance(store.entries[-1].event, Established)
        assert all(answer.exception() for answer in two.first)


async def test_a_repetition_of_what_is_being_committed_counts_once_and_is_answered_after_that_commit() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        two = Decided(bench)
        await until(lambda: two.store.commits == 2)
        again = [*two.enter(FIRST), *two.enter(range(1000, 1001))]
        await until(lambda: two.store.lookups == 2)
        assert not any(answer.done() for answer in again)
        two.gate.set()
        told = await asyncio.gather(*again)
        assert told[:FEW] == [[Admitted(None)]] * FEW
        assert [one.seq for one in told[FEW]] == [len(two.store.rows)]
        assert two.calls_kept() == [f"c{n}" for n in (*FIRST, 1000)]


async def test_a_repetition_is_not_confirmed_where_the_commit_of_the_first_telling_fails() -> None:
    async with running(MemoryStore(lambda n: "before" if n == 2 else "")) as bench:
        await bench.ready()
        two = Decided(bench)
        await until(lambda: two.store.commits == 2)
        looked_up = two.store.lookups
        again = two.enter(FIRST)
        await until(lambda: two.store.lookups > looked_up)
        two.gate.set()
        for answer in again:
            with pytest.raises(StoreError):
                await answer
        await bench.ready()
        told = await asyncio.gather(*two.enter(FIRST))
        assert all(one.seq is not None for (one,) in told)


async def test_a_deadline_that_falls_due_during_a_commit_is_decided_at_once_and_told_after_its_own() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing("c0"))
        two = Decided(bench)
        await until(lambda: two.store.commits == 3)
        bench.clock.move(15.0)
        bench.pipeline.note(answered("c0"))
        two.second = two.enter(SECOND)
        await until(lambda: ("three_rings", "breach") in bench.alerts())
        bench.clock.move(60.0)  # the disk stalls: what came before is judged by when it came
        assert bench.pipeline.outbox.empty()
        two.gate.set()
        await asyncio.gather(*two.second)
        kinds = bench.kinds(3 + FEW)
        assert kinds.index("DeadlinePassed") < kinds.index("Established") < kinds.index("Delivered")


async def test_an_event_that_makes_a_rule_raise_waits_for_the_commit_before_and_stops_nobody() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        two = Decided(bench)
        await until(lambda: two.store.commits == 2)
        poison = Established(source="main", call="c1", leg="c1-a", same_call=5)  # type: ignore[arg-type]
        bad = bench.pipeline.enter([bench.incoming(poison, key_of(999))])
        two.second = two.enter(SECOND)
        loads = two.store.loads
        two.gate.set()
        await asyncio.gather(*two.first, bad, *two.second)
        assert two.store.loads > loads
        assert two.calls_kept() == [f"c{n}" for n in (*FIRST, *SECOND)]
        assert [row.key for row in two.store.rows if row.error] == [key_of(999)]


async def test_a_failed_look_up_takes_nothing_back_from_the_batch_that_is_being_committed() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        two = Decided(bench)
        await until(lambda: two.store.commits == 2)
        two.store.unreadable = True
        two.second = two.enter(SECOND)
        await until(lambda: two.store.lookups == 2)
        two.gate.set()
        await asyncio.gather(*two.first)
        for answer in two.second:
            with pytest.raises(StoreError):
                await answer
        two.store.unreadable = False
        await bench.ready()
        assert two.calls_kept() == [f"c{n}" for n in FIRST]


async def test_rules_taken_hold_for_the_batch_that_is_decided_after_them() -> None:
    changed = RuleSet(version="2", site="test", notifiers=("desk",))
    async with two_batches(MemoryStore()) as two:
        taking = asyncio.create_task(two.bench.pipeline.take_rules(changed))
        two.gate.set()
        await taking
        assert two.bench.pipeline.state.rules == changed


async def test_a_flush_waits_for_both_batches() -> None:
    async with two_batches(MemoryStore()) as two:
        flushed = asyncio.create_task(two.bench.pipeline.flush())
        two.let_one_through()
        await asyncio.gather(*two.first)
        await until(lambda: two.store.commits == 3)
        assert not flushed.done()
        two.gate.set()
        await flushed
        assert all(answer.done() for answer in two.second)


async def test_who_is_stopped_during_a_commit_leaves_no_task_and_confirms_nothing() -> None:
    before = asyncio.all_tasks()
    store = MemoryStore()
    async with two_batches(store) as two:
        pass
    for answer in two.first + two.second:
        with pytest.raises(StoreError, match="stopped"):
            await answer
    assert asyncio.all_tasks() == before
    assert two.calls_kept() == []


async def test_what_is_decided_and_not_on_disk_yet_is_known_to_who_asks() -> None:
    """A second click on what the first has done is the same deed, also while the disk is slow."""
    async with two_batches(MemoryStore()) as two:
        asked = [*FIRST, *SECOND, 1000]
        assert [await two.bench.pipeline.has_decided(key_of(n)) for n in asked] == [True] * 2 * FEW + [False]
        two.gate.set()
        await asyncio.gather(*two.second)
        assert [await two.bench.pipeline.has_decided(key_of(n)) for n in asked] == [True] * 2 * FEW + [False]


async def test_a_backlog_is_taken_in_halves_so_that_one_is_decided_while_the_other_is_committed() -> None:
    async with running(MemoryStore(), batch_max=256) as bench:
        await bench.ready()
        waiting = [bench.pipeline.enter([Incoming(ringing(f"c{n}"), bench.clock.at_us)]) for n in range(200)]
        await asyncio.gather(*waiting)
        assert bench.store.sizes[1:] == [100, 50, 32, 18]
