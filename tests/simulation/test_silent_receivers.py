"""Receivers that take what they are given and never say so: it is noticed, others are told, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import msgspec
import paho.mqtt.client as paho

from adapters.notify.asterisk_call.notifier import AsteriskCallNotifier
from adapters.notify.mqtt.notifier import Broker, MqttNotifier
from adapters.ports import Delivery as Outcome
from adapters.ports import Notifier, Retry
from gateway.delivery import Delivery
from rules.settings import Ladder
from tests.fixtures.bench import RULES, START_US, Bench, ringing, running
from tests.fixtures.memory_store import MemoryStore
from tests.fixtures.notifiers import Pretend, yes
from tests.simulation.faults import ReceiverFault
from tests.simulation.loop import VirtualLoop
from tests.simulation.telephones import NOBODYS, SETTINGS, Telephones

CALLS = 12  # more than are let go unanswered on one connection


def test_of_a_broker_that_acknowledges_no_alert_the_others_are_told_and_its_own_wait_for_it() -> None:
    loop = VirtualLoop()
    fault: list[ReceiverFault | None] = ["hangs_after"]
    loop.broker.listeners.append(("hotline/one/alerts/+", lambda _topic, _payload: None))
    loop.broker.trouble = lambda: fault[0]
    silent = MqttNotifier("silent", "one", Broker("broker", 1883))
    by_real_time, paho.time_func = paho.time_func, loop.time
    try:
        _play(loop, _silent_for_a_while(loop, silent, lambda: fault.__setitem__(0, None)))
    finally:
        paho.time_func = by_real_time


def test_of_a_pbx_that_answers_no_order_to_call_the_others_are_told_and_its_own_wait_for_it() -> None:
    loop = VirtualLoop()
    settings = msgspec.structs.replace(SETTINGS, name="silent", calls_max=100)
    silent = AsteriskCallNotifier(settings, "one")

    async def played() -> None:
        phones = Telephones(loop, lambda: None)
        phones.unanswered = {"originate"}
        phones.everybody_answers()
        await phones.start()
        try:
            await _silent_for_a_while(loop, silent, phones.unanswered.clear)
        finally:
            await phones.stop()
        assert {call.dialled for call in phones.calls} == {NOBODYS}
        assert phones.actions.count("hangup") > 0  # what was ordered in vain is called off

    _play(loop, played())


def test_a_breach_that_its_receiver_refuses_is_tried_again_within_a_quarter_of_a_minute() -> None:
    loop = VirtualLoop()
    tries: list[float] = []

    def refuses(alert: Mapping[str, Any]) -> Outcome:
        if alert["kind"] == "breach":
            tries.append(loop.time())
        return Retry("server_error")

    async def played() -> None:
        async with _delivering(loop, Pretend("silent", refuses), Pretend("boss", yes)) as (bench, _):
            await asyncio.sleep(1.0)
            await bench.submit(ringing("c1"))
            await asyncio.sleep(1200.0)

    _play(loop, played())
    assert len(tries) > 1200 / 15
    assert max(after - before for before, after in pairwise(tries)) <= 15.1


async def _silent_for_a_while(loop: VirtualLoop, silent: Notifier, wake: Callable[[], object]) -> None:
    """Breaches that the ladder tells to it alone; after ten minutes it is well again."""
    told: list[Mapping[str, Any]] = []

    def hears(alert: Mapping[str, Any]) -> Outcome:
        told.append(alert)
        return yes(alert)

    boss = Pretend("boss", hears)
    async with _delivering(loop, silent, boss) as (bench, delivery):
        await asyncio.sleep(1.0)
        assert delivery.status()[0]["link"] == "online"
        for number in range(CALLS):
            await bench.submit(ringing(f"c{number}"))
        await asyncio.sleep(16.0)
        assert delivery.status()[0]["waiting"] >= CALLS
        await asyncio.sleep(60.0)
        assert delivery.status()[0]["link"] == "stale"
        missed = [one for one in told if one["rule"] == "notify"]
        assert len({one["incident"] for one in missed}) == CALLS  # in the time that an alert may reach nobody
        await asyncio.sleep(300.0)
        assert {one["about"] for one in told if one["rule"] == "notifier_online"} == {"silent"}
        status = delivery.status()
        pending = [send for send in bench.store.pending if send.notifier == "silent"]
        assert status[0]["waiting"] == len(pending) == len(set(pending))  # each once, however often it is tried
        assert (status[0]["failing_since"] is not None, status[1]["waiting"]) == (True, 0)
        wake()
        await asyncio.sleep(900.0)
        assert delivery.status()[0]["waiting"] == 0
        assert delivery.status()[0]["link"] == "online"
        kinds = [one["kind"] for one in told if one["rule"] == "notifier_online"]
        assert (kinds[0], kinds[-1], kinds.count("breach"), kinds.count("cleared")) == ("breach", "cleared", 1, 1)


@asynccontextmanager
async def _delivering(loop: VirtualLoop, *notifiers: Notifier) -> AsyncIterator[tuple[Bench, Delivery]]:
    names = tuple(one.name for one in notifiers)
    ladder = Ladder(warn=("boss",), breach=("silent",), escalation=("silent",))
    rules = msgspec.structs.replace(RULES, notifiers=names, ladder=ladder)
    async with running(MemoryStore(), lambda: START_US + loop.now_us, rules) as bench:
        delivery = Delivery(notifiers, bench.pipeline)
        task = asyncio.create_task(delivery.run())
        try:
            yield bench, delivery
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _play(loop: VirtualLoop, played: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(played)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
