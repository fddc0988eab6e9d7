"""A commit that fails promised nothing; a rule that raises stops nobody; a restart finds what was open."""

from typing import Any

import pytest

from adapters.errors import StoreError
from gateway.recovery import rebuild
from rules.effects import Send
from rules.events import DeadlinePassed, DeliverySettled, Established, EventUndecided, LinkChanged
from tests.fixtures.bench import RULES, Hand, answered, ringing, running, until
from tests.fixtures.memory_store import MemoryStore


async def test_who_waits_for_a_commit_that_fails_is_told_to_come_again() -> None:
    async with running(MemoryStore(lambda n: "before" if n == 2 else "")) as bench:
        await bench.ready()
        with pytest.raises(StoreError, match="no space left"):
            await bench.submit(ringing())
        await bench.ready()
        assert bench.pipeline.state.incidents == {}
        assert await bench.submit(ringing()) != [None]
        assert len(bench.pipeline.state.incidents) == 1


async def test_it_is_ready_again_only_when_a_commit_works() -> None:
    full = True
    store = MemoryStore(lambda n: "before" if full and n > 1 else "")
    async with running(store) as bench:
        await bench.ready()
        with pytest.raises(StoreError):
            await bench.submit(ringing())
        await until(lambda: store.commits >= 4)
        assert "no space left" in bench.pipeline.ready
        with pytest.raises(StoreError):
            await bench.submit(ringing())
        full = False
        await bench.ready()
        await bench.submit(ringing())


async def test_a_store_that_cannot_be_read_at_first_is_asked_again() -> None:
    store = MemoryStore()
    store.unreadable = True
    async with running(store) as bench:
        await until(lambda: store.loads == 2)
        assert "the disk is gone" in bench.pipeline.ready
        store.unreadable = False
        await bench.ready()


async def test_notes_survive_a_failed_commit_and_are_journalled_once() -> None:
    for fault in ("before", "after"):
        store = MemoryStore(lambda n, fault=fault: fault if n in (2, 3) else "")  # type: ignore[misc]
        async with running(store) as bench:
            await bench.ready()
            bench.pipeline.note(LinkChanged(source="main", state="online"))
            bench.pipeline.note(LinkChanged(source="main", state="offline"))
            await until(lambda: bench.kinds().count("LinkChanged") == 2 and not bench.pipeline.ready)
            await bench.submit(ringing())
            assert [k for k in bench.kinds() if k == "LinkChanged"] == ["LinkChanged"] * 2


async def test_an_event_whose_commit_answer_was_lost_counts_once_when_it_comes_again() -> None:
    async with running(MemoryStore(lambda n: "after" if n == 2 else "")) as bench:
        await bench.ready()
        with pytest.raises(StoreError):
            await bench.submit(ringing(), key=b"k" * 16)
        await bench.ready()
        assert await bench.submit(ringing(), key=b"k" * 16) == [None]
        assert bench.kinds().count("Delivered") == 1


async def test_sends_whose_commit_answer_was_lost_are_delivered_all_the_same() -> None:
    broken = False
    async with running(MemoryStore(lambda _: "after" if broken else "")) as bench:
        await bench.ready()
        await bench.submit(ringing())
        bench.clock.move(15.0)
        broken = True
        bench.pipeline.note(LinkChanged(source="main", state="online"))
        await until(lambda: bench.pipeline.ready)
        broken = False
        await bench.ready()
        handed = {bench.pipeline.outbox.get_nowait() for _ in range(bench.pipeline.outbox.qsize())}
        assert handed == set(bench.store.pending)
        assert handed


async def test_a_send_settled_while_the_store_failed_is_not_handed_out_again() -> None:
    store = MemoryStore()
    async with running(store) as bench:
        await bench.ready()
        await bench.submit(ringing())
        bench.clock.move(5.0)
        await bench.look()
        send = bench.pipeline.outbox.get_nowait()
        store.fails = lambda n: "before" if n == store.commits and n < 6 else ""
        bench.pipeline.note(DeliverySettled(alert=send.alert, notifier=send.notifier, delivered=True, attempts=1))
        await until(lambda: bench.kinds()[-1] == "DeliverySettled" and not bench.pipeline.ready)
        assert bench.pipeline.outbox.empty()
        assert store.pending == []


async def test_deadlines_that_passed_while_it_was_down_fire_at_once_and_are_late() -> None:
    store, clock = MemoryStore(), Hand()
    async with running(store, clock) as bench:
        await bench.ready()
        await bench.submit(ringing())
    clock.move(60.0)
    async with running(store, clock) as bench:
        await bench.ready()
        alerts = list(bench.pipeline.state.alerts.values())
        breach = next(alert for alert in alerts if alert.kind == "breach")
        assert breach.late
        judged = next(o for i in bench.pipeline.state.incidents.values() for o in i.obligations)
        assert (judged.rule, judged.state, judged.late) == ("three_rings", "breached", True)
        assert breach.raised_us == clock.at_us
        assert breach.raised_us - breach.due_us == 45_000_000
        assert bench.pipeline.outbox.qsize() == len(store.pending) == len(alerts)


async def test_pending_sends_are_handed_out_again_after_a_restart() -> None:
    store, clock = MemoryStore(), Hand()
    async with running(store, clock) as bench:
        await bench.ready()
        await bench.submit(ringing())
        clock.move(5.0)
        await bench.look()
        first = bench.pipeline.outbox.get_nowait()
    async with running(store, clock) as bench:
        await bench.ready()
        assert bench.pipeline.outbox.get_nowait() == first == Send(first.alert, "desk")


async def test_time_goes_on_from_the_journal_when_the_machine_restarts_with_an_earlier_clock() -> None:
    store, clock = MemoryStore(), Hand()
    async with running(store, clock) as bench:
        await bench.ready()
        await bench.submit(ringing())
    clock.move(-3600.0)
    async with running(store, clock) as bench:
        await bench.ready()
        clock.move(15.0)
        await bench.look()
        assert ("three_rings", "breach") in bench.alerts()


async def test_an_event_that_makes_a_rule_raise_is_kept_reported_and_passed_over() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        poison: Any = Established(source="main", call="c1", leg="c1-a", same_call=5)  # type: ignore[arg-type]
        seqs = await bench.submit(ringing("c1"), poison, ringing("c2"))
        row = bench.store.rows[(seqs[1] or 0) - 1]
        assert "TypeError" in row.error
        assert row.raw == b"raw"
        undecided = bench.store.entries[row.entry.seq].event
        assert isinstance(undecided, EventUndecided)
        assert undecided.seq == row.entry.seq
        assert bench.kinds(2) == ["Delivered", "Established", "EventUndecided", "Delivered"]
        assert len(bench.pipeline.state.incidents) == 2
        assert ("undecided", "breach") in bench.alerts()


@pytest.mark.parametrize(("field", "damage"), [("rule", "nonsense"), ("plan", ())])
async def test_a_deadline_that_makes_a_rule_raise_is_put_aside_and_the_others_fire(field: str, damage: object) -> None:
    store, clock = MemoryStore(), Hand()
    async with running(store, clock) as bench:
        await bench.ready()
        await bench.submit(*(ringing(f"c{n}") for n in range(300)))
    broken = store.obligations_kept()[100]
    setattr(broken, field, damage)
    clock.move(15.0)
    async with running(store, clock) as bench:
        await bench.ready()
        await until(lambda: bench.alerts().count(("three_rings", "breach")) == 299)
        assert bench.alerts().count(("undecided", "breach")) == 1
        (mine,) = bench.pipeline.state.incidents[broken.incident].obligations
        assert (mine.state, mine.reason) == ("not_measurable", "undecided")
        assert [row.entry.event for row in store.rows if row.error] == [DeadlinePassed(steps_max=1)]
        await bench.submit(answered("c7"))


async def test_the_journal_alone_rebuilds_the_live_state() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        for n in range(20):
            await bench.submit(ringing(f"c{n}"))
            bench.clock.move(1.7)
            if n % 3:
                await bench.submit(answered(f"c{n}"))
        bench.clock.move(9.0)
        await bench.look()
        rebuilt = await rebuild(bench.store, RULES)
        live = bench.pipeline.state
        assert rebuilt.incidents == live.incidents
        assert rebuilt.alerts == live.alerts
        assert rebuilt.sources == live.sources
        assert rebuilt.last_id == live.last_id


async def test_time_that_runs_ahead_of_the_clock_does_not_go_back_when_the_store_fails() -> None:
    """After a restart with a clock set back, the journal's time goes on; a failed commit must not wind it back."""
    store = MemoryStore()
    async with running(store) as bench:
        await bench.ready()
        bench.clock.move(3600.0)
        await bench.submit(ringing())
    failing = False
    store.fails = lambda _: "before" if failing else ""
    async with running(store) as bench:
        await bench.ready()
        bench.clock.move(5.0)
        before_us = bench.pipeline.now_us()
        failing = True
        with pytest.raises(StoreError):
            await bench.submit(ringing("c2"))
        failing = False
        await bench.ready()
        assert bench.pipeline.now_us() >= before_us
