"""Five hundred browsers on the live stream: `python -m benchmarks.live_stream [--browsers 500] [--seconds 15]`.

The gateway in its own process, the browsers in another: a socket each, all reading server-sent events. Meanwhile calls
come in, are answered and end, as webhooks. What it costs the gateway, and how long it takes from the sending of a
call's first webhook, which is before its commit, to each browser; beside the same calls with one browser.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple, cast

import aiohttp
import uvloop

from benchmarks.idle import gateway, table
from benchmarks.measure import Measured, cpu_s, percentile, report
from benchmarks.processes import listener

SETTLE_S = 2.0
LAST_S = 60.0  # so long a browser may take to hear of the last call
_CALL = re.compile(rb'"source_call":"\d+-(\d+)"')


class Load(NamedTuple):
    """`calls_per_s` calls for `seconds`; each is three webhooks, one a second."""

    browsers: int
    calls_per_s: float
    seconds: float

    @property
    def calls(self) -> int:
        return int(self.calls_per_s * self.seconds)


class Browser(asyncio.Protocol):
    """Reads the stream, and notes when it first hears of each call, µs after the call was sent."""

    def __init__(self, request: bytes, calls: int) -> None:
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.took_us: dict[bytes, int] = {}
        self._request = request
        self._calls = calls
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.WriteTransport, transport).write(self._request)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        now_us = time.time_ns() // 1000
        whole, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        if not self.joined.done() and b"event: hello" in whole:
            self.joined.set_result(None)
        for sent_us in _CALL.findall(whole):
            if sent_us not in self.took_us:
                self.took_us[sent_us] = now_us - int(sent_us)
        if len(self.took_us) == self._calls and not self.heard.done():
            self.heard.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        """The gateway let it go: what it did not hear by then is missed."""
        for waiting in (self.joined, self.heard):
            if not waiting.done():
                waiting.set_result(None)


async def look(port: int, token: str, load: Load) -> None:
    """The browsers' process: says when all have joined, and at the end what each heard, ms."""
    request = f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    browsers = [Browser(request, load.calls) for _ in range(load.browsers)]
    for browser in browsers:
        await loop.create_connection(lambda browser=browser: browser, "127.0.0.1", port)  # type: ignore[misc]
        await browser.joined
    print("listening", flush=True)
    await asyncio.wait([browser.heard for browser in browsers], timeout=load.seconds + LAST_S)
    took_ms = [took / 1000 for browser in browsers for took in browser.took_us.values()]
    missed = load.browsers * load.calls - len(took_ms)
    told = {"missed": missed, "p50": percentile(took_ms, 50), "p99": percentile(took_ms, 99)}
    print(json.dumps(told), flush=True)


def browsers(url: str, token: str, load: Load) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """Once all of them have joined; ended with the block."""
    told = json.dumps([int(url.rpartition(":")[2]), token, *load])
    return listener("benchmarks.live_stream", "--look", told)


async def call(http: aiohttp.ClientSession, url: str, number: int) -> None:
    name = f"{number}-{time.time_ns() // 1000}"
    for event in ("delivered", "established", "cleared"):
        told = {"event": event, "call": name, "from": f"138{number:08d}", "to": "4001", "device": "8001"}
        async with http.post(f"{url}/hooks/pbx/main", json=told) as answer:
            answer.raise_for_status()
        await asyncio.sleep(1.0)


async def ring(url: str, load: Load) -> None:
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
        began_s = time.monotonic()
        for number in range(load.calls):
            await asyncio.sleep(max(0.0, began_s + number / load.calls_per_s - time.monotonic()))
            tasks.create_task(call(http, url, number))


def rss_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def measure(folder: Path, load: Load) -> dict[str, float]:
    source = table("source", kind="pbx-webhook", name="main")
    async with gateway(folder, source + "allow_unsigned = true\n") as (process, url):
        token = (folder / "token.txt").read_text().split()[0]
        async with browsers(url, token, load) as looking:
            await asyncio.sleep(SETTLE_S)
            before_s, began_s = cpu_s(process.pid), time.monotonic()
            await ring(url, load)
            took_s = time.monotonic() - began_s
            own_s, _ = (after - before for after, before in zip(cpu_s(process.pid), before_s, strict=True))
            memory = rss_mib(process.pid)
            assert looking.stdout is not None
            told: dict[str, float] = json.loads(await looking.stdout.readline())
    return told | {"cpu": own_s / took_s * 100, "memory": memory}


def figures(browsers: int, told: dict[str, float]) -> list[Measured]:
    name = f"{browsers} browser{'s' if browsers > 1 else ''}"
    return [
        Measured(f"{name}: CPU of the gateway", "%", "lower", [told["cpu"]]),
        Measured(f"{name}: memory of the gateway", "MiB", "lower", [told["memory"]]),
        Measured(f"{name}: from a call to its row's data, p50", "ms", "lower", [told["p50"]]),
        Measured(f"{name}: from a call to its row's data, p99", "ms", "lower", [told["p99"]], 200.0),
        Measured(f"{name}: calls that one did not hear of", "", "lower", [told["missed"]], 0),
    ]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--browsers", type=int, default=500)
    reader.add_argument("--calls-per-s", type=float, default=5.0)
    reader.add_argument("--seconds", type=float, default=15.0)
    reader.add_argument("--look", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.look:
        port, token, *load = asked.look
        uvloop.run(look(port, token, Load(*load)))
        return
    told: list[Measured] = []
    for browsers in (1, asked.browsers):
        with tempfile.TemporaryDirectory(prefix="hotline-stream-") as folder:
            one = asyncio.run(measure(Path(folder), Load(browsers, asked.calls_per_s, asked.seconds)))
        told += figures(browsers, one)
        print(f"{browsers}: {one}", file=sys.stderr)
    report("live_stream", told, calls_per_s=asked.calls_per_s, seconds=asked.seconds)


if __name__ == "__main__":
    main()
