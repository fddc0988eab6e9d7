"""Many serial lines at once on one gateway process: `python -m benchmarks.radio_lines [--lines 200] [--seconds 20]`.

A child process holds the other ends of the ptys and speaks on all of them: on each line a unit presses and releases
every four seconds, and now and then somewhere an emergency key is pressed, the one radio event that alerts at once.
Latency = the notifier is handed the alert, minus the moment before the emergency's last byte was written (one machine,
one wall clock). CPU share = seconds the gateway's process worked, with its threads, a second of wall time; the store's
writer is a process of its own and is not in it.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from adapters.intake import open_store
from adapters.ports import Delivered, Delivery
from adapters.radio.kind import radio_rules
from adapters.radio.line_table import KIND, Settings
from adapters.radio.link import Link
from benchmarks.measure import Measured, fdatasync_us, percentile, report
from gateway import delivery
from gateway.clock import AnchoredClock
from gateway.pipeline import Pipeline
from rules.quiet import StormRules
from rules.settings import RuleSet
from simulators.radios.ports import Pty

PRESS_EVERY_S = 4.0
SPEAKS_S = 1.5
EMERGENCY_EVERY_S = 0.05  # anywhere
TABLE = [
    {"match": r"ON (?P<unit>\d+)", "event": "TransmissionStarted"},
    {"match": r"OFF (?P<unit>\d+)", "event": "TransmissionEnded"},
    {"match": r"SOS (?P<unit>\d+)", "event": "Emergency"},
    {"match": r"TX", "event": "ControlTransmitting", "on": True},
    {"match": r"TXOFF", "event": "ControlTransmitting", "on": False},
]


async def speak(folder: Path, lines: int, seconds: float) -> None:
    """The child: all stations. Tells when the ptys are there, speaks once told to, then tells what it sent when."""
    ports = [Pty(folder / f"line{number}") for number in range(lines)]
    for port in ports:
        await port.open()
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.readline)
    sent: dict[str, int] = {}
    end = loop.time() + seconds

    async def units(number: int, port: Pty) -> None:
        await asyncio.sleep(PRESS_EVERY_S * number / lines)
        while loop.time() < end:
            port.write(f"ON {number}\n".encode())
            await asyncio.sleep(SPEAKS_S)
            port.write(f"OFF {number}\nTX\n".encode())
            await asyncio.sleep(0.5)
            port.write(b"TXOFF\n")
            await asyncio.sleep(PRESS_EVERY_S - SPEAKS_S - 0.5)

    async def emergencies() -> None:
        for number in range(int(seconds / EMERGENCY_EVERY_S)):
            await asyncio.sleep(EMERGENCY_EVERY_S)
            unit = f"9{number:06d}"
            sent[unit] = time.time_ns() // 1000
            ports[number * 7 % lines].write(f"SOS {unit}\n".encode())

    await asyncio.gather(emergencies(), *(units(number, port) for number, port in enumerate(ports)))
    print(json.dumps(sent), flush=True)


class Desk:
    """The one notifier: notes when it was handed which unit's emergency."""

    name = "desk"

    def __init__(self) -> None:
        self.heard: dict[str, int] = {}

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        link_changed("online", "")
        await asyncio.get_running_loop().create_future()

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:  # noqa: ARG002 - the port's words
        self.heard.setdefault(alert["unit"], time.time_ns() // 1000)
        return Delivered()


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(folder: Path, lines: int, seconds: float) -> list[Measured]:
    stations = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.radio_lines", "--speak", json.dumps([str(folder), lines, seconds])),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    assert stations.stdin is not None
    assert stations.stdout is not None
    assert await stations.stdout.readline() == b"ready\n"
    common = {"kind": KIND.name, "lines": TABLE}
    tables = [
        msgspec.convert(common | {"name": f"line{number}", "port": str(folder / f"line{number}")}, Settings)
        for number in range(lines)
    ]
    rules = RuleSet(
        version="bench",
        site="bench",
        storm=StormRules(enabled=False),
        sources=tuple(radio_rules(KIND, one) for one in tables),
        notifiers=("desk",),
    )
    desk, pipeline = Desk(), Pipeline(open_store("sqlite:///bench.db", folder), rules, AnchoredClock())
    links = [Link(KIND, settings) for settings in tables]
    running = [asyncio.create_task(pipeline.run()), asyncio.create_task(delivery.Delivery([desk], pipeline).run())]
    running += [asyncio.create_task(link.run(pipeline)) for link in links]
    try:
        while pipeline.ready or not all(link.traffic.opened for link in links):  # noqa: ASYNC110 - a benchmark's start-up
            await asyncio.sleep(0.05)
        began, cpu_began_s = time.monotonic(), cpu_s()
        stations.stdin.write(b"go\n")
        sent: dict[str, int] = json.loads(await stations.stdout.readline())
        await asyncio.sleep(0.5)  # what was sent last arrives
        share = (cpu_s() - cpu_began_s) / (time.monotonic() - began)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await stations.wait()
    late_ms = [(desk.heard[unit] - at_us) / 1000 for unit, at_us in sent.items() if unit in desk.heard]
    print(f"{sum(link.traffic.events for link in links)} events, {len(sent)} emergencies", file=sys.stderr)
    return [
        Measured(f"CPU share of {lines} lines", "%", "lower", [share * 100]),
        Measured("emergency to notifier, p50", "ms", "lower", [percentile(late_ms, 50)]),
        Measured("emergency to notifier, p99", "ms", "lower", [percentile(late_ms, 99)]),
        Measured("emergencies missed", "", "lower", [len(sent) - len(late_ms)], 0),
    ]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--lines", type=int, default=200)
    reader.add_argument("--seconds", type=float, default=20.0)
    reader.add_argument("--speak", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.speak:
        folder, lines, seconds = asked.speak
        asyncio.run(speak(Path(folder), lines, seconds))
        return
    with tempfile.TemporaryDirectory(prefix="hotline-lines-") as name:
        figures = uvloop.run(measure(Path(name), asked.lines, asked.seconds))
        report("radio_lines", figures, fdatasync=fdatasync_us(Path(name)))


if __name__ == "__main__":
    main()
