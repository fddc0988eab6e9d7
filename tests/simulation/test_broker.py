"""The real MQTT notifier against a broker in memory that confirms nothing, or throws it out."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import paho.mqtt.client as paho
import pytest

from adapters.notify.mqtt.notifier import IN_FLIGHT_MAX, Broker, MqttNotifier
from adapters.ports import Delivered, Delivery, Retry
from tests.simulation.faults import ReceiverFault
from tests.simulation.loop import VirtualLoop

ALERT = {"id": "1", "key": "1", "rule": "three_rings"}


def test_a_broker_that_confirmed_nothing_for_a_while_is_told_again_once_it_does() -> None:
    """What it never confirmed must not fill what may be unconfirmed, or nothing would ever leave again."""
    fault: list[ReceiverFault | None] = ["hangs_after"]
    told, outcomes = _played(fault, _told_on(fault))
    assert all(isinstance(outcome, Retry) for outcome in outcomes[:-1])
    assert outcomes[-1] == Delivered()
    assert told > IN_FLIGHT_MAX


def test_a_broker_that_lets_us_in_and_throws_us_out_at_each_alert_is_not_stormed() -> None:
    """As some do for a right that is missing: five minutes of it, with an alert as soon as it is online again."""
    random.seed(1)
    told, outcomes = _played(["error_after"], _told_whenever_online(300.0))
    assert set(outcomes) == {Retry("unreachable")}
    assert 60 < told < 200


@pytest.mark.parametrize("turns", range(40))
def test_told_to_end_at_any_moment_of_its_first_words_with_a_broker_it_ends(turns: int) -> None:
    """Also where the broker answers in that moment: by Python 3.11's `wait_for` the cancellation were forgotten."""

    async def ended() -> list[Delivery]:
        running = asyncio.create_task(MqttNotifier("desk", "one", Broker("broker", 1883)).run(lambda _state, _: None))
        await asyncio.sleep(0.001)
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=60.0)
        return [Delivered()] * len(done)

    assert _played([None], ended())[1] == [Delivered()]


def _played(
    fault: list[ReceiverFault | None], sending: Coroutine[Any, Any, list[Delivery]]
) -> tuple[int, list[Delivery]]:
    """How many alerts the broker passed on, and what the notifier made of each."""
    loop = VirtualLoop()
    told: list[bytes] = []
    loop.broker.listeners.append(("hotline/one/alerts/+", lambda _, payload: told.append(payload)))
    loop.broker.trouble = lambda: fault[0]
    by_real_time, paho.time_func = paho.time_func, loop.time
    try:
        asyncio.set_event_loop(loop)
        outcomes = loop.run_until_complete(sending)
        return len(told), outcomes
    finally:
        paho.time_func = by_real_time
        asyncio.set_event_loop(None)
        loop.close()


async def _told_whenever_online(for_s: float) -> list[Delivery]:
    notifier = MqttNotifier("desk", "one", Broker("broker", 1883))
    online = asyncio.Event()
    running = asyncio.create_task(notifier.run(lambda state, _: online.set() if state == "online" else online.clear()))
    outcomes: list[Delivery] = []
    try:
        async with asyncio.timeout(for_s):
            while True:
                await online.wait()
                outcomes.append(await notifier.send(ALERT, "1"))
                await asyncio.sleep(0.01)
    except TimeoutError:
        pass
    running.cancel()
    await asyncio.wait([running])
    return outcomes


async def _told_on(fault: list[ReceiverFault | None]) -> list[Delivery]:
    notifier = MqttNotifier("desk", "one", Broker("broker", 1883))
    running = asyncio.create_task(notifier.run(lambda _state, _reason: None))
    await asyncio.sleep(1.0)
    outcomes: list[Delivery] = []
    for _ in range(IN_FLIGHT_MAX):
        outcomes += await asyncio.gather(*(notifier.send(ALERT, "1") for _ in range(4)))
        await asyncio.sleep(1.0)
    fault[0] = None
    await asyncio.sleep(60.0)
    outcomes.append(await notifier.send(ALERT, "1"))
    running.cancel()
    await asyncio.wait([running])
    return outcomes
