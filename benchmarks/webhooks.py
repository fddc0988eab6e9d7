"""Signed webhooks per second, committed to disk with rules applied, beside bare aiohttp handlers that answer 200.

    python -m benchmarks.webhooks [--rounds 5] [--calls 10000] [--connections 64]

The bare handler runs twice: on uvloop, as the gateway does, which is the harder one to stand beside; and as aiohttp's
documentation shows it, on asyncio's own loop. The same prepared requests go to each server, in turns, from one client.
Nothing is pinned: servers and client share the machine's cores, as the gateway's process that commits and its process
that listens do. A call is three requests: delivered, established, cleared.
On a machine with other work, `chrt -f 1` before the command puts all of its processes above that.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import uvloop
from aiohttp import web

from benchmarks.measure import Measured, cpu_s, fdatasync_us, median, percentile, report
from tests.fixtures.ports import take_free_port

CONFIG = """
[gateway]
site = "bench"
http = "127.0.0.1:{port}"
store = "sqlite:///bench.db"
api_token_file = "token.txt"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
"""


BARE, BARE_ASYNCIO, GATEWAY = "bare", "bare, asyncio", "gateway"


def serve_bare(port: int, *, on_uvloop: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b'{"status":"accepted"}', content_type="application/json")

    app = web.Application()
    app.router.add_post("/hooks/pbx/main", answer)
    if on_uvloop:
        uvloop.install()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def requests(secret: bytes, calls: int, run: str) -> Iterator[bytes]:
    """The signed requests of `calls` calls; each call's three stand far enough apart to arrive in order."""
    window = 500
    stamp = str(int(time.time()))
    for place in range(calls + 2 * window):
        for event, call in (("delivered", place), ("established", place - window), ("cleared", place - 2 * window)):
            if not 0 <= call < calls:
                continue
            body = (
                f'{{"event":"{event}","call":"{run}-{call}","from":"138{call:08d}","to":"4001",'
                f'"device":"8001","agent":"008"}}'
            ).encode()
            name = f"msg_{run}_{event}_{call}"
            signature = base64.b64encode(
                hmac.digest(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256)
            ).decode()
            head = (
                "POST /hooks/pbx/main HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"webhook-id: {name}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{signature}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body


class Caller(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, sends the next."""

    def __init__(self, todo: Iterator[bytes], taken_ms: list[float], done: asyncio.Event) -> None:
        self._todo, self._taken_ms, self._done = todo, taken_ms, done
        self._buffer = b""
        self._length = 0  # of the answer before: nearly all are as long, and need not be read
        self._begin = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._next()

    def _next(self) -> None:
        request = next(self._todo, None)
        if request is None:
            self._done.set()
            self._transport.close()
            return
        self._begin = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = buffer = self._buffer + data if self._buffer else data
        if len(buffer) != self._length:
            head, found, rest = buffer.partition(b"\r\n\r\n")
            if not found:
                return
            body = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(rest) < body:
                return
            self._length = len(head) + len(found) + body
        assert buffer.startswith(b"HTTP/1.1 200"), buffer
        self._taken_ms.append((time.perf_counter() - self._begin) * 1000)
        self._buffer = buffer[self._length :]
        self._next()


async def call(port: int, prepared: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Requests per second and each one's milliseconds."""
    loop = asyncio.get_running_loop()
    todo = iter(prepared)
    taken_ms: list[float] = []
    ends = [asyncio.Event() for _ in range(connections)]
    begin = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Caller(todo, taken_ms, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(end.wait() for end in ends))
    return len(taken_ms) / (time.perf_counter() - begin), taken_ms


def start(command: list[str], port: int, path: str, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1)
        except urllib.error.HTTPError as error:
            if error.code in (404, 405):
                return process
        except OSError:
            pass
        else:
            return process
        time.sleep(0.05)
    raise TimeoutError(f"{command} did not come up: see {folder / 'log'}")


class Round(NamedTuple):
    per_s: float
    p50_ms: float
    p99_ms: float
    own_us: float  # of CPU, for each request: the server that is asked
    child_us: float  # its child
    client_us: float  # who asks

    def shown(self) -> str:
        cpu = f"{self.own_us:.0f} + {self.child_us:.0f} µs of CPU each, the client {self.client_us:.0f}"
        return f"{self.per_s:,.0f}/s, {cpu}, at work for {self.busy:.0%}"

    @property
    def busy(self) -> float:
        """The share of the time that the server itself was on a core."""
        return self.per_s * self.own_us / 1e6


def measure(pid: int, port: int, prepared: list[bytes], connections: int) -> Round:
    before_s, client_s = cpu_s(pid), time.process_time()
    rate, taken_ms = uvloop.run(call(port, prepared, connections))
    client_s = time.process_time() - client_s
    assert len(taken_ms) == len(prepared)
    used_s = [after - before for after, before in zip(cpu_s(pid), before_s, strict=True)]
    own_us, child_us, client_us = (used / len(prepared) * 1e6 for used in (*used_s, client_s))
    return Round(rate, percentile(taken_ms, 50), percentile(taken_ms, 99), own_us, child_us, client_us)


def tell(figures: dict[str, list[Round]], **beside: Any) -> None:
    ours = figures[GATEWAY]

    def ratios(bare: str) -> list[float]:
        return [one.per_s / other.per_s for one, other in zip(ours, figures[bare], strict=True)]

    report(
        "webhooks",
        [
            Measured("÷ a bare handler", "", "higher", ratios(BARE), 0.5),
            Measured("÷ a bare handler on asyncio's own loop", "", "higher", ratios(BARE_ASYNCIO), 0.5),
            Measured("signed, committed", "/s", "higher", [one.per_s for one in ours]),
            Measured("p50", "ms", "lower", [one.p50_ms for one in ours]),
            Measured("p99", "ms", "lower", [one.p99_ms for one in ours], 25),
            Measured("CPU of the gateway, each", "µs", "lower", [one.own_us for one in ours]),
            Measured("CPU of its writer, each", "µs", "lower", [one.child_us for one in ours]),
        ],
        busy={who: median([one.busy for one in rounds]) for who, rounds in figures.items()},
        client_us={who: median([one.client_us for one in rounds]) for who, rounds in figures.items()},
        bare={
            who: {
                "per_s": median([one.per_s for one in figures[who]]),
                "p99_ms": median([one.p99_ms for one in figures[who]]),
                "cpu_us": median([one.own_us for one in figures[who]]),
            }
            for who in (BARE, BARE_ASYNCIO)
        },
        **beside,
    )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--calls", type=int, default=10_000)
    reader.add_argument("--connections", type=int, default=64)
    reader.add_argument("--serve-bare", type=int, help=argparse.SUPPRESS)
    reader.add_argument("--on-uvloop", action="store_true", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.serve_bare:
        serve_bare(asked.serve_bare, on_uvloop=asked.on_uvloop)
        return
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        secret = secrets.token_bytes(32)
        (folder / "hook-secret.txt").write_text("whsec_" + base64.b64encode(secret).decode())
        (folder / "hook-secret.txt").chmod(0o600)
        ports = {who: take_free_port() for who in (BARE, BARE_ASYNCIO, GATEWAY)}
        (folder / "gateway.toml").write_text(CONFIG.format(port=ports[GATEWAY]))
        bare = [sys.executable, "-m", "benchmarks.webhooks", "--serve-bare"]
        commands = {
            BARE: ([*bare, str(ports[BARE]), "--on-uvloop"], "/"),
            BARE_ASYNCIO: ([*bare, str(ports[BARE_ASYNCIO])], "/"),
            GATEWAY: ([sys.executable, "-m", "gateway", "run", "--config", str(folder / "gateway.toml")], "/readyz"),
        }
        running = {who: start(command, ports[who], path, folder) for who, (command, path) in commands.items()}
        figures: dict[str, list[Round]] = {who: [] for who in running}
        try:
            for turn in range(asked.rounds):
                prepared = list(requests(secret, asked.calls, f"r{turn}"))
                for who, process in running.items():
                    one = measure(process.pid, ports[who], prepared, asked.connections)
                    figures[who].append(one)
                    print(f"round {turn + 1}, {who}: {one.shown()}", file=sys.stderr)
            disk = fdatasync_us(folder)
        finally:
            for process in running.values():
                process.send_signal(signal.SIGTERM)
                process.wait(20)
    tell(figures, connections=asked.connections, requests_per_round=asked.calls * 3, fdatasync=disk)


if __name__ == "__main__":
    main()
