"""The heartbeat: each one told was committed first, also where every third commit fails."""

import asyncio

from aiohttp import web

from gateway.clock import AnchoredClock
from gateway.heartbeat import HeartbeatSettings, beat, check_heartbeat
from gateway.pipeline import Pipeline
from rules.events import Pulsed
from rules.settings import RuleSet
from tests.fixtures.memory_store import MemoryStore
from tests.fixtures.ports import take_free_port

RULES = RuleSet(version="v1", site="riverside")


async def test_each_beat_is_committed_before_it_is_told() -> None:
    store = MemoryStore(lambda commit: "" if commit % 3 else "before")
    pipeline = Pipeline(store, RULES, AnchoredClock())
    committed: asyncio.Queue[int] = asyncio.Queue()  # as each beat came

    async def hear(_request: web.Request) -> web.Response:
        committed.put_nowait(sum(isinstance(entry.event, Pulsed) for entry in store.entries))
        return web.Response()

    app = web.Application()
    app.router.add_post("/ping", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    port = take_free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = HeartbeatSettings(enabled=True, url=f"http://127.0.0.1:{port}/ping", every_s=0.02)
    tasks = [asyncio.create_task(pipeline.run()), asyncio.create_task(beat(pipeline, settings, []))]
    async with asyncio.timeout(60):
        found = [await committed.get() for _ in range(5)]
    assert found == sorted(set(found))
    assert found[0] >= 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await runner.cleanup()


def test_what_cannot_work_is_said() -> None:
    wrong = check_heartbeat(HeartbeatSettings(url="ftp://x", every_s=0))
    assert [one.key for one in wrong] == ["heartbeat.every_s", "heartbeat.url"]
