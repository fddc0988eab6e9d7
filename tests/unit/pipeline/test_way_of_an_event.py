"""What is submitted is decided in order, committed once, and only then acknowledged."""

import asyncio

import pytest

from adapters.errors import Overloaded, StoreError
from adapters.ports import Incoming
from gateway.clock import AnchoredClock
from gateway.pipeline import Pipeline
from rules.events import DeliverySettled, LinkChanged, RulesTaken
from rules.settings import RuleSet, SourceRules, ThreeRings
from tests.fixtures.bench import RULES, Hand, answered, ringing, running, until
from tests.fixtures.memory_store import MemoryStore


async def test_a_new_store_first_takes_the_rules() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        assert bench.store.entries[1].event == RulesTaken(rules=RULES)


async def test_rules_that_have_not_changed_are_not_taken_again() -> None:
    store = MemoryStore()
    for _ in range(2):
        async with running(store) as bench:
            await bench.ready()
    assert [isinstance(entry.event, RulesTaken) for entry in store.entries] == [False, True, False]


async def test_an_event_is_acknowledged_only_after_its_commit() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        bench.store.gate = asyncio.Event()
        answer = asyncio.create_task(bench.submit(ringing()))
        await until(lambda: bench.store.commits == 2)
        assert not answer.done()
        bench.store.gate.set()
        (seq,) = await answer
        assert seq == bench.store.entries[-1].seq
        assert bench.store.entries[-1].event == ringing()
        assert bench.store.rows[-1].raw == b"raw"


async def test_what_gathers_during_a_commit_goes_into_one_batch() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        bench.store.gate = asyncio.Event()
        answers = [asyncio.create_task(bench.submit(ringing(f"c{n}"))) for n in range(30)]
        await until(lambda: bench.store.commits == 2)
        bench.store.gate.set()
        await asyncio.gather(*answers)
        assert sorted(bench.store.sizes[1:]) == [1, 29] or bench.store.sizes[1:] == [30]


async def test_a_batch_is_bounded() -> None:
    async with running(MemoryStore(), batch_max=8) as bench:
        await bench.ready()
        await asyncio.gather(*(bench.submit(ringing(f"c{n}")) for n in range(40)))
        assert max(bench.store.sizes) <= 8


async def test_the_same_event_told_twice_is_journalled_once() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        first = await bench.submit(ringing(), key=b"0123456789abcdef")
        again = await bench.submit(ringing(), key=b"0123456789abcdef")
        assert first != [None]
        assert again == [None]
        assert bench.kinds().count("Delivered") == 1


async def test_the_same_event_twice_in_one_batch_is_journalled_once() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        twice = await bench.submit(ringing(), ringing(), key=b"0123456789abcdef")
        assert twice[0] is not None
        assert twice[1] is None


async def test_entries_are_numbered_without_gaps_and_time_never_goes_back() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing("c1"))
        bench.clock.move(-60)
        await bench.submit(ringing("c2"))
        entries = bench.store.entries
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert [entry.at_us for entry in entries] == sorted(entry.at_us for entry in entries)


async def test_a_full_queue_refuses_and_keeps_nothing_of_what_it_refused() -> None:
    async with running(MemoryStore(), queue_max=3) as bench:
        await bench.ready()
        bench.store.gate = asyncio.Event()
        taken = asyncio.create_task(bench.submit(ringing("c1"), ringing("c2"), ringing("c3")))
        await until(lambda: bench.store.commits == 2)
        with pytest.raises(Overloaded):
            await bench.submit(ringing("c4"))
        bench.store.gate.set()
        await taken
        await bench.submit(ringing("c5"))
        assert [getattr(e.event, "call", "") for e in bench.store.entries[2:]] == ["c1", "c2", "c3", "c5"]


async def test_before_it_is_ready_it_tells_sources_to_come_again() -> None:
    pipeline = Pipeline(MemoryStore(), RULES, Hand())
    with pytest.raises(StoreError, match="starting"):
        await pipeline.submit([Incoming(ringing(), 0)])


async def test_nothing_submitted_is_nothing_done() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        assert await bench.pipeline.submit([]) == []


async def test_notes_are_journalled_in_order() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        bench.pipeline.note(LinkChanged(source="main", state="connecting"))
        bench.pipeline.note(LinkChanged(source="main", state="online"))
        bench.pipeline.note(DeliverySettled(alert="a", notifier="desk", delivered=True, attempts=1))
        await until(lambda: bench.kinds(2) == ["LinkChanged", "LinkChanged", "DeliverySettled"])


async def test_a_flush_returns_when_all_notes_are_committed() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.pipeline.flush()
        bench.store.gate = asyncio.Event()
        bench.pipeline.note(LinkChanged(source="main", state="online"))
        flushed = asyncio.create_task(bench.pipeline.flush())
        await until(lambda: bench.store.commits == 2)
        bench.pipeline.note(LinkChanged(source="main", state="offline"))
        assert not flushed.done()
        bench.store.gate.set()
        await flushed
        assert bench.kinds(2) == ["LinkChanged", "LinkChanged"]


async def test_a_flush_does_not_wait_for_a_store_that_fails() -> None:
    async with running(MemoryStore(lambda commit: "before" if commit > 1 else "")) as bench:
        await bench.ready()
        bench.pipeline.note(LinkChanged(source="main", state="online"))
        with pytest.raises(StoreError):
            await bench.pipeline.flush()


async def test_changed_rules_are_taken_and_hold() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        changed = RuleSet(version="2", site="test", notifiers=("desk",))
        await bench.pipeline.take_rules(changed)
        assert bench.pipeline.state.rules == changed
        assert bench.store.entries[-1].event == RulesTaken(rules=changed)


async def test_a_submitter_who_goes_away_harms_nobody() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        bench.store.gate = asyncio.Event()
        gone = asyncio.create_task(bench.submit(ringing("c1")))
        stays = asyncio.create_task(bench.submit(ringing("c2")))
        await until(lambda: bench.store.commits == 2)
        gone.cancel()
        bench.store.gate.set()
        assert await stays != [None]
        assert bench.kinds().count("Delivered") == 2


async def test_a_deadline_fires_before_an_event_that_came_after_it() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing())
        bench.clock.move(15.0)
        await bench.submit(answered())
        assert bench.kinds(3)[:2] == ["DeadlinePassed", "Established"]
        assert ("three_rings", "breach") in [(a.rule, a.kind) for a in bench.pipeline.state.alerts.values()]


async def test_an_event_that_came_before_a_deadline_is_decided_before_it_however_long_the_commit_took() -> None:
    async with running(MemoryStore(), batch_max=1) as bench:
        await bench.ready()
        await bench.submit(ringing())
        bench.store.gate = asyncio.Event()
        blocked = asyncio.create_task(bench.submit(ringing("c2")))
        await until(lambda: bench.store.commits == 3)
        bench.clock.move(9.0)
        other = asyncio.create_task(bench.pipeline.submit([bench.incoming(ringing("c3"))]))
        bench.clock.move(5.9)
        in_time = asyncio.create_task(bench.pipeline.submit([bench.incoming(answered())]))
        bench.clock.move(60.0)  # the disk stalls; the answer came at 14.9 s
        bench.store.gate.set()
        await asyncio.gather(blocked, other, in_time)
        (mine,) = (i for i in bench.pipeline.state.incidents.values() if "c1" in i.call.ids)
        assert [o.state for o in mine.obligations if o.rule == "three_rings"] == ["met"]


async def test_a_deadline_never_fires_early_and_soon_after_it_is_due() -> None:
    store = MemoryStore()
    rules = RuleSet(
        version="1",
        site="test",
        sources=(SourceRules(name="main"),),
        three_rings=ThreeRings(seconds=0.05, warn_at_rings=()),
    )
    async with running(store, AnchoredClock(), rules) as bench:
        await bench.ready()
        await asyncio.gather(*(bench.submit(ringing(f"c{n}")) for n in range(20)))
        await until(lambda: len(bench.pipeline.state.alerts) == 20)
        for alert in bench.pipeline.state.alerts.values():
            assert 0 <= alert.raised_us - alert.due_us < 500_000


async def test_every_batch_is_published_to_who_subscribed() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        async with bench.pipeline.subscribe() as feed:
            await bench.submit(ringing())
            batch = await anext(feed)
            assert [row.entry.event for row in batch.journal] == [ringing()]


async def test_a_subscriber_who_lags_is_let_go_and_holds_up_nobody() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        async with bench.pipeline.subscribe() as feed:
            for n in range(1_100):
                await bench.submit(ringing(f"c{n}"))
            assert feed.lagged
            assert [batch async for batch in feed] == []


async def test_committed_sends_go_to_the_outbox() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing())
        bench.clock.move(15.0)
        await bench.look()
        assert not bench.pipeline.outbox.empty()
        assert [send.notifier for send in bench.store.pending] == ["desk"] * bench.pipeline.outbox.qsize()


async def test_a_burst_of_deadlines_is_spread_over_bounded_batches() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        for n in range(0, 3_000, 100):
            await bench.submit(*(ringing(f"c{m}") for m in range(n, n + 100)))
        before = len(bench.store.sizes)
        bench.clock.move(15.0)
        await bench.look()
        await until(lambda: sum(k == ("three_rings", "breach") for k in bench.alerts()) == 3_000)
        assert len(bench.store.sizes) - before > 2


async def test_an_event_waits_for_all_deadlines_of_a_burst_before_it() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        for n in range(0, 2_000, 100):
            await bench.submit(*(ringing(f"c{m}") for m in range(n, n + 100)))
        bench.clock.move(15.0)
        await bench.submit(answered("c1999"))
        assert bench.kinds()[-1] == "Established"
        assert sum(kind == ("three_rings", "breach") for kind in bench.alerts()) == 2_000
