"""How late an alert reaches an MQTT subscriber, journal on, with 10,000 calls ringing; and a burst of deadlines.

    python -m benchmarks.lateness [--calls 10000] [--seconds 20] [--burst 100000] [--rounds 3]

Spread: `calls` calls begin to ring evenly over `seconds`, all ring in vain; each breach is due at its own moment.
Burst: `burst` calls share one ring start by their source's clock, so all their deadlines fall in one moment.
Beside it what MQTT alone costs, by a bare client at the same broker (`mqtt_floor`).
Lateness = the subscriber's clock at arrival minus the alert's `due_at` (one machine, one wall clock).
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from adapters import ports
from adapters.intake import open_store
from adapters.notify.mqtt import KIND
from benchmarks import mqtt_floor
from benchmarks.measure import Measured, fdatasync_us, percentile, report
from benchmarks.processes import listener
from gateway.broker import EmbeddedBroker
from gateway.clock import AnchoredClock
from gateway.delivery import Delivery
from gateway.garbage import collect_seldom, collect_where_memory_grew
from gateway.pipeline import Pipeline
from rules.events import Delivered
from rules.moments import parse_rfc3339
from rules.quiet import StormRules
from rules.settings import CallBack, RuleSet, SourceRules, ThreeRings
from tests.fixtures.ports import take_free_port

LIMIT_S = 30.0
BARE = ("aiomqtt", "paho")
FLOOR_MAX = 20_000  # of a bare client: more tell the same


def listen(port: int, expected: int, seconds: float) -> None:
    """The subscriber, a process of its own so that it takes no time from the gateway: stamps each alert as it comes."""
    late_ms: dict[str, float] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2)

    def hear(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        now_us = time.time_ns() // 1000
        alert = json.loads(message.payload)
        late_ms.setdefault(alert["key"], (now_us - parse_rfc3339(alert["due_at"])) / 1000)

    client.on_message = hear
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect("127.0.0.1", port)
    client.subscribe("hotline/bench/alerts/three_rings", qos=1)
    end = time.monotonic() + seconds
    while len(late_ms) < expected and time.monotonic() < end:
        client.loop(0.2)
    print(json.dumps(list(late_ms.values())), flush=True)


def subscriber(port: int, expected: int, seconds: float) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """`listen` in its process, once it is subscribed; ended with the block."""
    return listener("benchmarks.lateness", "--listen", json.dumps([port, expected, seconds]))


async def ring(pipeline: Pipeline, calls: int, seconds: float, *, together: bool) -> None:
    """Submit in slices of 10 ms; `together`: all tell the same moment of ring start."""
    begin_us = pipeline.now_us()
    told = 0
    while told < calls:
        due = calls if together else min(calls, int((pipeline.now_us() - begin_us) / 1e6 / seconds * calls) + 1)
        slice_end = min(due, told + 1000)
        now_us = pipeline.now_us()
        events = [
            ports.Incoming(
                Delivered(
                    source="pbx",
                    call=f"{begin_us}-{n}",
                    caller=f"138{n:08d}",
                    called="4001",
                    occurred_us=begin_us if together else now_us,
                ),
                now_us,
            )
            for n in range(told, slice_end)
        ]
        if events:
            await pipeline.submit(events)
        told = max(told, slice_end)
        await asyncio.sleep(0 if together else 0.01)


@asynccontextmanager
async def hotline(folder: Path, storm: StormRules) -> AsyncIterator[tuple[Pipeline, EmbeddedBroker]]:
    """The whole way from an event to MQTT, ready, in this process; garbage is collected as the service does."""
    collect_seldom()
    rules = RuleSet(
        version="bench",
        site="bench",
        three_rings=ThreeRings(seconds=LIMIT_S, warn_at_rings=()),
        call_back=CallBack(enabled=False),
        storm=storm,
        sources=(SourceRules(name="pbx"),),
        notifiers=("desk",),
    )
    pipeline = Pipeline(open_store("sqlite:///bench.db", folder), rules, AnchoredClock(), queue_max=200_000)
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    await asyncio.to_thread(broker.start)
    running: list[asyncio.Task[None]] = []
    try:
        desk = KIND.make(KIND.settings(name="desk", kind="mqtt", url=broker.url), "bench", folder)
        delivery = Delivery([desk], pipeline)
        parts = (pipeline.run(), delivery.run(), collect_where_memory_grew())
        running += [asyncio.create_task(part) for part in parts]
        while pipeline.ready:  # noqa: ASYNC110 - a benchmark's start-up, not the product
            await asyncio.sleep(0.01)
        yield pipeline, broker
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(broker.stop)


async def measure(folder: Path, calls: int, seconds: float, *, together: bool) -> dict[str, float]:
    each_by_itself = StormRules(enabled=False)
    async with (
        hotline(folder, each_by_itself) as (pipeline, broker),
        subscriber(broker.port, calls, LIMIT_S + seconds + 120) as listening,
    ):
        await ring(pipeline, calls, seconds, together=together)
        rung_cpu_s = time.process_time()
        assert listening.stdout is not None
        late_ms: list[float] = json.loads(await listening.stdout.readline())
        cpu_us = (time.process_time() - rung_cpu_s) / calls * 1e6
        bare = await floor(broker.port, min(calls, FLOOR_MAX)) if together else {}
    took_s = (max(late_ms, default=float("nan")) - min(late_ms, default=0.0)) / 1000
    return {
        "missed": calls - len(late_ms),
        "early": sum(1 for late in late_ms if late < 0),
        "p50 late": percentile(late_ms, 50),
        "p99 late": percentile(late_ms, 99),
        "the last alert": max(late_ms, default=float("nan")),
        "cpu_us": cpu_us,
        "told": len(late_ms) / took_s if took_s else 0.0,
        **bare,
    }


async def floor(port: int, count: int) -> dict[str, float]:
    """What bare clients take at the same broker."""
    aiomqtt_told, aiomqtt_us = await mqtt_floor.by_aiomqtt(port, count)
    paho_told, paho_us = await asyncio.to_thread(mqtt_floor.by_paho, port, count)
    return {"aiomqtt_told": aiomqtt_told, "aiomqtt_us": aiomqtt_us, "paho_told": paho_told, "paho_us": paho_us}


def in_rounds(name: str, rounds: list[dict[str, float]]) -> list[Measured]:
    """`name` is of the load; what must not be is held to nought."""

    def values(key: str) -> list[float]:
        return [one[key] for one in rounds]

    late_keys = ("p50 late", "p99 late", "the last alert")
    late = [Measured(f"{name}: {key}", "ms", "lower", values(key)) for key in late_keys]
    never = [Measured(f"{name}: {key}", "", "lower", values(key), 0) for key in ("early", "missed")]
    return late + never


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--calls", type=int, default=10_000)
    reader.add_argument("--seconds", type=float, default=20.0)
    reader.add_argument("--burst", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--listen", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.listen:
        listen(*asked.listen)
        return
    spread: list[dict[str, float]] = []
    burst: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="hotline-late-") as name:
        for number in range(asked.rounds):
            for kept, calls, seconds in ((spread, asked.calls, asked.seconds), (burst, asked.burst, 0.0)):
                folder = Path(name) / f"{number}-{seconds}"
                folder.mkdir()
                kept.append(uvloop.run(measure(folder, calls, seconds, together=kept is burst)))
                print(f"round {number + 1}, {calls} calls: {kept[-1]}", file=sys.stderr)
        disk = fdatasync_us(Path(name))
    figures = in_rounds(f"{asked.calls:,} over {asked.seconds:g} s", spread) + in_rounds(
        f"{asked.burst:,} at once", burst
    )
    figures += [
        Measured(f"{asked.burst:,} at once: told", "/s", "higher", [one["told"] for one in burst]),
        Measured(f"{asked.burst:,} at once: CPU each", "µs", "lower", [one["cpu_us"] for one in burst]),
        *(Measured(f"a bare {name}: told", "/s", "higher", [one[f"{name}_told"] for one in burst]) for name in BARE),
        *(Measured(f"a bare {name}: CPU each", "µs", "lower", [one[f"{name}_us"] for one in burst]) for name in BARE),
        Measured("CPU each ÷ a bare aiomqtt's", "", "lower", [one["cpu_us"] / one["aiomqtt_us"] for one in burst]),
    ]
    report("lateness", figures, fdatasync=disk)


if __name__ == "__main__":
    main()
