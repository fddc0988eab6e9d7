"""100,000 deadlines in one moment, told as one storm: `python -m benchmarks.storm [--calls 100000]`.

As a gateway does that nobody told otherwise: twenty alerts one by one, then a line that says how many it is so far, and
one that counts them all. When the desk hears of it, by its own clock: the last single alert, the first line, and the
line that counts all; and when all of them were judged and on disk.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.lateness import LIMIT_S, hotline, ring
from benchmarks.measure import Measured, fdatasync_us, report
from benchmarks.processes import listener
from gateway.pipeline import Pipeline
from rules.moments import parse_rfc3339
from rules.quiet import StormRules

STORM = StormRules()


def listen(port: int, expected: int, seconds: float) -> None:
    """The desk, in a process of its own: what it heard, each with its count (1: it stands for itself) and lateness."""
    heard: list[tuple[int, float]] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)

    def hear(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        now_us = time.time_ns() // 1000
        alert = json.loads(message.payload)
        heard.append((alert.get("count") or 1, (now_us - parse_rfc3339(alert["due_at"])) / 1000))

    client.on_message = hear
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect("127.0.0.1", port)
    client.subscribe("hotline/bench/alerts/three_rings", qos=1)
    end = time.monotonic() + seconds
    while not (heard and heard[-1][0] >= expected) and time.monotonic() < end:
        client.loop(0.2)
    print(json.dumps(heard), flush=True)


async def measure(folder: Path, calls: int) -> dict[str, float]:
    async with hotline(folder, STORM) as (pipeline, broker):
        told = json.dumps([broker.port, calls - STORM.alone, LIMIT_S + 120])
        async with listener("benchmarks.storm", "--listen", told) as process:
            assert process.stdout is not None
            await ring(pipeline, calls, 0.0, together=True)
            judged_ms = await _all_judged_ms(pipeline, calls)
            heard: list[tuple[int, float]] = json.loads(await process.stdout.readline())
    alone = [late for count, late in heard if count == 1]
    lines = [late for count, late in heard if count > 1]
    counted = heard[-1][0] + len(alone) if lines else len(alone)
    return {
        "the last that is told by itself": max(alone),
        "the first line": lines[0] if lines else float("nan"),
        "all judged and on disk": judged_ms,
        "the line that counts all": lines[-1] if lines else float("nan"),
        "not counted": calls - counted,
    }


async def _all_judged_ms(pipeline: Pipeline, calls: int) -> float:
    """From the deadlines' moment to the commit of the last verdict."""
    due_us, judged = 0, 0
    async with pipeline.subscribe() as feed:
        async for batch in feed:
            for one in batch.obligations.values():
                if one.rule == "three_rings" and one.state == "breached":
                    due_us, judged = one.due_us, judged + 1
            if judged >= calls:
                break
    return (pipeline.now_us() - due_us) / 1000


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--calls", type=int, default=100_000)
    reader.add_argument("--listen", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.listen:
        listen(*asked.listen)
        return
    with tempfile.TemporaryDirectory(prefix="hotline-storm-") as name:
        told = uvloop.run(measure(Path(name), asked.calls))
        disk = fdatasync_us(Path(name))
    missed = told.pop("not counted")
    figures = [Measured(f"{key}, late", "ms", "lower", [late]) for key, late in told.items()]
    figures[:2] = [figure._replace(target=1000.0) for figure in figures[:2]]
    report("storm", [*figures, Measured("not counted", "", "lower", [missed], 0)], calls=asked.calls, fdatasync=disk)


if __name__ == "__main__":
    main()
