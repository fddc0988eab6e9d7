"""Receives alerts as webhooks and remembers, by key, when each first came and all that was ever sent under it."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web


class Receiver:
    def __init__(self) -> None:
        self.url = ""
        self.status = 204  # what it answers; a fault may change it
        self.bodies: defaultdict[str, set[bytes]] = defaultdict(set)
        self.times: Counter[str] = Counter()  # how often each key came
        self.breaches: defaultdict[str, set[str]] = defaultdict(set)  # keys of three_rings' breaches, by call
        self.breached_s: dict[str, float] = {}  # when a call's breach came first, monotonic
        self.alerts: list[dict[str, Any]] = []  # the first of each key
        self._news = asyncio.Event()

    async def breach_of(self, calls: Iterable[str]) -> None:
        """Wait until every one of `calls` was told."""
        wanted = set(calls)
        while not self.breached_s.keys() >= wanted:
            self._news.clear()
            await self._news.wait()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.status >= 300:
            return web.Response(status=self.status)
        key = request.headers["webhook-id"]
        self.times[key] += 1
        self.bodies[key].add(body)
        alert = msgspec.json.decode(body)
        if self.times[key] == 1:
            self.alerts.append(alert)
        if (alert["rule"], alert["kind"]) == ("three_rings", "breach"):
            call = alert["source_call"]
            self.breaches[call].add(key)
            self.breached_s.setdefault(call, time.monotonic())
            self._news.set()
        return web.Response(status=self.status)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/alerts", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alerts"
    try:
        yield receiver
    finally:
        await runner.cleanup()
