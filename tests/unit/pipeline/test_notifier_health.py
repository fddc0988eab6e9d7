"""Whether a notifier delivers enters as an event where it changes, and is told by the others; it outlives a restart."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from adapters.ports import Delivered, Notifier, Rejected, Retry
from adapters.ports import Delivery as Outcome
from rules.effects import Alert
from rules.events import NotifierChanged
from rules.settings import Ladder
from tests.fixtures.bench import Bench, until
from tests.fixtures.memory_store import MemoryStore
from tests.fixtures.notifiers import Pretend, delivering, warn, yes

ONLY_HOOK = Ladder(warn=("hook",), breach=("hook", "desk"))


def changes(bench: Bench) -> list[tuple[str, str]]:
    events = [entry.event for entry in bench.store.entries]
    return [(event.notifier, event.state) for event in events if isinstance(event, NotifierChanged)]


def told(bench: Bench) -> list[Alert]:
    return [alert for alert in bench.pipeline.state.alerts.values() if alert.rule == "notifier_online"]


async def tried(hook: Pretend, times: int) -> None:
    await until(lambda: len(hook.given) >= times)


async def test_one_without_a_link_is_told_after_tries_in_vain_and_again_as_it_delivers() -> None:
    hook, desk = Pretend("hook", lambda _: Retry("server_error")), Pretend("desk", yes)
    async with delivering(hook, desk, ladder=ONLY_HOOK) as (bench, delivery):
        await warn(bench)
        await tried(hook, 1)
        assert changes(bench) == []  # a try that fails is nothing yet
        bench.clock.move(10.0)
        await until(lambda: changes(bench) == [("hook", "offline")])
        since = delivery.status()[0]["failing_since"]
        assert since is not None
        bench.clock.move(290.0)
        await bench.look()
        await until(lambda: [alert.notifiers for alert in told(bench)] == [("desk",)])
        hook.answer = yes
        await until(lambda: changes(bench) == [("hook", "offline"), ("hook", "online")])
        await until(lambda: delivery.status()[0]["failing_since"] is None)
        assert delivery.status()[1]["failing_since"] is None


async def test_one_that_asks_to_be_slower_or_misses_a_single_try_is_well() -> None:
    answers: dict[int, Outcome] = {0: Retry("throttled"), 1: Retry("timeout"), 2: Delivered(), 3: Retry("timeout")}
    hook = Pretend("hook", lambda _: answers.get(len(hook.given) - 1, Delivered()))
    async with delivering(hook) as (bench, _):
        for call in ("c1", "c2"):
            await warn(bench, call)
            bench.clock.move(30.0)
        await tried(hook, 5)
        await bench.look()
        assert changes(bench) == []


async def test_one_that_refuses_everything_is_told_but_not_for_one_person_s_wrong_number() -> None:
    hook = Pretend("hook", lambda _: Rejected("refused"))
    async with delivering(hook) as (bench, _):
        await warn(bench, "c1")
        await tried(hook, 1)
        bench.clock.move(20.0)
        await warn(bench, "c2")
        await until(lambda: changes(bench) == [("hook", "offline")])


async def test_a_link_speaks_for_its_notifier_and_its_tries_do_not() -> None:
    phone = Pretend("phone", lambda _: Rejected("refused"))
    async with delivering(phone) as (bench, _):
        phone.link("connecting", "")
        phone.link("online", "")
        await warn(bench)
        await tried(phone, 1)
        bench.clock.move(60.0)
        await bench.look()
        assert changes(bench) == []
        phone.link("refused", "wrong password")
        phone.link("offline", "eof")
        phone.link("online", "")
        await until(lambda: changes(bench) == [("phone", "refused"), ("phone", "offline"), ("phone", "online")])


async def test_after_a_restart_it_is_told_once_and_its_end_is_told_all_the_same() -> None:
    store = MemoryStore()

    async def life(answer: Callable[[Mapping[str, Any]], Outcome], then: Callable[[Bench, Pretend], Any]) -> None:
        hook = Pretend("hook", answer)
        notifiers: list[Notifier] = [hook, Pretend("desk", yes)]
        async with delivering(*notifiers, store=store, ladder=ONLY_HOOK) as (bench, _):
            await then(bench, hook)

    async def fails(bench: Bench, hook: Pretend) -> None:
        await warn(bench)
        await tried(hook, 1)
        bench.clock.move(10.0)
        await until(lambda: bool(changes(bench)))

    async def goes_on(bench: Bench, _: Pretend) -> None:
        bench.clock.move(400.0)
        await bench.look()
        await until(lambda: len(told(bench)) == 1)
        await until(lambda: changes(bench) == [("hook", "offline"), ("hook", "offline")])

    async def is_back(bench: Bench, _: Pretend) -> None:
        bench.clock.move(500.0)
        await until(lambda: changes(bench)[-1] == ("hook", "online"))
        await until(lambda: not [key for key in bench.pipeline.state.quiet if key.startswith("notifier/")])
        assert [alert.state for alert in told(bench) if alert.kind == "breach"] == []

    async with asyncio.timeout(60):
        await life(lambda _: Retry("timeout"), fails)
        await life(lambda _: Retry("timeout"), goes_on)
        await life(yes, is_back)
    assert [
        event.state for event in (entry.event for entry in store.entries) if isinstance(event, NotifierChanged)
    ] == [
        "offline",
        "offline",
        "online",
    ]


async def test_a_carrier_of_orders_that_no_ladder_knows_is_not_watched() -> None:
    rescue = Pretend("rescue:main", yes)
    async with delivering(Pretend("desk", yes)) as (bench, _):
        rules = msgspec.structs.replace(bench.pipeline.rules, notifiers=("desk",))
        await bench.pipeline.take_rules(rules)
    async with delivering(rescue) as (bench, _):
        await bench.pipeline.take_rules(rules)
        rescue.link("refused", "may not redirect")
        await bench.look()
        assert changes(bench) == []
