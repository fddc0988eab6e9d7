"""Receives webhooks and remembers, by key, everything that was ever sent under it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web


class Receiver:
    def __init__(self) -> None:
        self.url = ""
        self.bodies: defaultdict[str, set[bytes]] = defaultdict(set)
        self.breached: set[str] = set()  # the source's ids of calls whose breach was told
        self._news = asyncio.Event()

    async def breach_of(self, calls: set[str]) -> None:
        """Wait until every one of `calls` was told."""
        while not self.breached >= calls:
            self._news.clear()
            await self._news.wait()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies[request.headers["webhook-id"]].add(body)
        alert = msgspec.json.decode(body)
        if (alert["rule"], alert["kind"]) == ("three_rings", "breach"):
            self.breached.add(alert["source_call"])
            self._news.set()
        return web.Response(status=204)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/alerts", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alerts"
    try:
        yield receiver
    finally:
        await runner.cleanup()
