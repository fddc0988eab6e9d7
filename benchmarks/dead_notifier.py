"""10,000 alerts within a minute, one notifier dead: `python -m benchmarks.dead_notifier [--alerts 10000]`.

The gateway in its own process tells each alert by MQTT and by a webhook; in the second run also by a webhook whose
receiver takes every request and never answers. How late the two healthy ones hear of each deadline, by the receivers'
clock (one machine, one wall clock), with the dead one and without it; and what it costs the gateway.
"""

import argparse
import asyncio
import base64
import json
import secrets
import sys
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from benchmarks.idle import gateway, table
from benchmarks.lateness import subscriber
from benchmarks.measure import Measured, cpu_s, percentile, report
from benchmarks.processes import listener
from gateway.broker import EmbeddedBroker
from rules.moments import parse_rfc3339
from tests.fixtures.ports import take_free_port

LIMIT_S = 5.0
LAST_S = 60.0  # so long the last alert may take
RULES = f"""
[storm]
enabled = false

[ladder]
acknowledge_within_s = 3600.0

[rules.three_rings]
seconds = {LIMIT_S}
warn_at_rings = []

[rules.call_back]
enabled = false
"""


async def receive(healthy_port: int, dead_port: int, expected: int, seconds: float) -> None:
    """The receivers' process: stamps each alert as it comes to the healthy one, and tells how late each was, ms."""
    late_ms: dict[str, float] = {}
    heard = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        now_us = time.time_ns() // 1000
        alert = json.loads(await request.read())
        late_ms.setdefault(alert["key"], (now_us - parse_rfc3339(alert["due_at"])) / 1000)
        if len(late_ms) == expected:
            heard.set()
        return web.Response(status=204)

    async def swallow(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass

    app = web.Application()
    app.router.add_post("/alerts", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", healthy_port, backlog=1024).start()
    async with await asyncio.start_server(swallow, "127.0.0.1", dead_port, backlog=1024):
        print("listening", flush=True)
        await asyncio.wait([asyncio.ensure_future(heard.wait())], timeout=seconds)
        print(json.dumps(list(late_ms.values())), flush=True)


def receivers(*told: float) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    return listener("benchmarks.dead_notifier", "--receive", json.dumps(told))


async def ring(url: str, calls: int, seconds: float) -> None:
    """Evenly, as pages of what began to ring within a tenth of a second."""
    async with aiohttp.ClientSession() as http:
        began_s, told = time.monotonic(), 0
        while told < calls:
            due = min(calls, int((time.monotonic() - began_s) / seconds * calls) + 1)
            page = [
                {"event": "delivered", "call": f"c{n}", "from": f"138{n:08d}", "to": "4001"} for n in range(told, due)
            ]
            if page:
                async with http.post(f"{url}/hooks/pbx/main", json=page) as answer:
                    answer.raise_for_status()
            told = due
            await asyncio.sleep(0.1)


def notifiers(broker: EmbeddedBroker, healthy_port: int, dead_port: int, *, dead: bool) -> str:
    webhook: dict[str, Any] = {"kind": "webhook", "secret_file": "hook.txt"}
    tables = [
        table("notifier", kind="mqtt", name="desk", url=broker.url),
        table("notifier", name="robot", url=f"http://127.0.0.1:{healthy_port}/alerts", **webhook),
    ]
    if dead:
        tables.append(table("notifier", name="dead", url=f"http://127.0.0.1:{dead_port}/alerts", **webhook))
    return "\n".join(f"{one}allow_private = true\n" if "webhook" in one else one for one in tables)


async def measure(folder: Path, alerts: int, seconds: float, *, dead: bool) -> dict[str, float]:
    secret = folder / "hook.txt"
    secret.write_text("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    secret.chmod(0o600)
    healthy_port, dead_port = take_free_port(), take_free_port()
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    await asyncio.to_thread(broker.start)
    source = table("source", kind="pbx-webhook", name="main") + "allow_unsigned = true\n"
    tables = source + notifiers(broker, healthy_port, dead_port, dead=dead) + RULES
    within_s = seconds + LIMIT_S + LAST_S
    try:
        async with (
            gateway(folder, tables) as (process, url),
            subscriber(broker.port, alerts, within_s) as desk,
            receivers(healthy_port, dead_port, alerts, within_s) as robot,
        ):
            before_s = sum(cpu_s(process.pid))
            await ring(url, alerts, seconds)
            late_ms = {name: await _told(one) for name, one in (("MQTT", desk), ("webhook", robot))}
            cpu_us = (sum(cpu_s(process.pid)) - before_s) / alerts * 1e6
    finally:
        await asyncio.to_thread(broker.stop)
    told = {f"{name}, p99": percentile(late, 99) for name, late in late_ms.items()}
    return told | {"missed": sum(alerts - len(late) for late in late_ms.values()), "cpu_us": cpu_us}


async def _told(process: asyncio.subprocess.Process) -> list[float]:
    assert process.stdout is not None
    late_ms: list[float] = json.loads(await process.stdout.readline())
    return late_ms


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--alerts", type=int, default=10_000)
    reader.add_argument("--seconds", type=float, default=60.0)
    reader.add_argument("--receive", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.receive:
        uvloop.run(receive(*asked.receive))
        return
    figures: list[Measured] = []
    for name, dead in (("all healthy", False), ("one dead", True)):
        with tempfile.TemporaryDirectory(prefix="hotline-dead-") as folder:
            told = asyncio.run(measure(Path(folder), asked.alerts, asked.seconds, dead=dead))
        print(f"{name}: {told}", file=sys.stderr)
        late = [key for key in told if key.endswith("p99")]
        figures += [Measured(f"{name}: {key} late", "ms", "lower", [told[key]]) for key in late]
        figures.append(Measured(f"{name}: not told to a healthy one", "", "lower", [told["missed"]], 0))
        figures.append(Measured(f"{name}: CPU for each alert", "µs", "lower", [told["cpu_us"]]))
    report("dead_notifier", figures, alerts=asked.alerts, seconds=asked.seconds)


if __name__ == "__main__":
    main()
