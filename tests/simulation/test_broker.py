"""The real MQTT notifier against a broker in memory that stops to confirm, for minutes of virtual time."""

import asyncio

import paho.mqtt.client as paho

from adapters.notify.mqtt.notifier import IN_FLIGHT_MAX, Broker, MqttNotifier
from adapters.ports import Delivered, Delivery, Retry
from tests.simulation.loop import VirtualLoop
from tests.simulation.plan import ReceiverFault

ALERT = {"id": "1", "key": "1", "rule": "three_rings"}


def test_a_broker_that_confirmed_nothing_for_a_while_is_told_again_once_it_does() -> None:
    """What it never confirmed must not fill what may be unconfirmed, or nothing would ever leave again."""
    loop = VirtualLoop()
    fault: list[ReceiverFault | None] = ["hangs_after"]
    told: list[bytes] = []
    loop.broker.listeners.append(("hotline/one/alerts/+", lambda _, payload: told.append(payload)))
    loop.broker.trouble = lambda: fault[0]
    by_real_time, paho.time_func = paho.time_func, loop.time
    try:
        asyncio.set_event_loop(loop)
        outcomes = loop.run_until_complete(_told_on(fault))
    finally:
        paho.time_func = by_real_time
        asyncio.set_event_loop(None)
        loop.close()
    assert all(isinstance(outcome, Retry) for outcome in outcomes[:-1])
    assert outcomes[-1] == Delivered()
    assert len(told) > IN_FLIGHT_MAX


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
