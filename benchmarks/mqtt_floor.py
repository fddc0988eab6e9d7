"""What MQTT alone costs: the same alert published again and again, QoS 1, to the same broker, heard by nobody.

By aiomqtt, as the notifier does it, and by paho's own loop, on which aiomqtt stands: no alert can be told for less.
"""

import asyncio
import math
import time
from collections.abc import Iterator
from typing import Any

import msgspec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from adapters.mqtt_client import Client
from adapters.notify.message import told
from rules.effects import Alert

IN_FLIGHT = 32  # as delivery has under way; 32 to 200 were as fast
_TOPIC = "hotline/bench/bare"
_ALERT = Alert(
    id="bench-100001-breach0",
    key="bench-100001-breach0",
    site="bench",
    rule="three_rings",
    kind="breach",
    severity="critical",
    opened_us=1_763_712_000_000_000,
    due_us=1_763_712_030_000_000,
    raised_us=1_763_712_030_000_000,
    incident="20261121-0042",
    source="pbx",
    caller="13800000042",
    line="4001",
)


class Told:
    """So many a second, and µs of this process's CPU each."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()

    def figures(self) -> tuple[float, float]:
        took_s, cpu_s = time.monotonic() - self._began_s, time.process_time() - self._cpu_s
        return self._count / took_s, cpu_s / self._count * 1e6


async def by_aiomqtt(port: int, count: int) -> tuple[float, float]:
    payload = msgspec.json.encode(told(_ALERT))
    async with Client("127.0.0.1", port, identifier="bare-aiomqtt", max_inflight_messages=IN_FLIGHT) as client:
        client.pending_calls_threshold = IN_FLIGHT
        left = iter(range(count))
        clock = Told(count)
        await asyncio.gather(*(_publish(client, payload, left) for _ in range(IN_FLIGHT)))
        return clock.figures()


async def _publish(client: Client, payload: bytes, left: Iterator[int]) -> None:
    for _ in left:
        await client.publish(_TOPIC, payload, qos=1, timeout=math.inf)


def by_paho(port: int, count: int) -> tuple[float, float]:
    """Its own loop, in this thread."""
    payload = msgspec.json.encode(told(_ALERT))
    sent = acknowledged = 0

    def hear(*_: Any) -> None:
        nonlocal acknowledged
        acknowledged += 1

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bare-paho")
    client.max_inflight_messages_set(IN_FLIGHT)
    client.on_publish = hear
    client.connect("127.0.0.1", port)
    while not client.is_connected():
        client.loop(0.1)
    clock = Told(count)
    while acknowledged < count:
        while sent < min(count, acknowledged + IN_FLIGHT):
            client.publish(_TOPIC, payload, qos=1)
            sent += 1
        client.loop(0.1)
    client.disconnect()
    return clock.figures()
