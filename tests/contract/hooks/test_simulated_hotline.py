"""The simulated hotline and the hooks understand each other, though they share no code."""

import asyncio
import base64
import time
from collections import Counter

import pytest
from aiohttp import web

from rules.events import ConnectionCleared, Delivered, Established, Unparsed
from simulators.faults import Post
from simulators.traffic import day, storm
from simulators.webhooks import run_hotline
from tests.contract.hooks.conftest import KEY, TOKEN, Door

SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def running_clock(door: Door) -> Door:
    """The sender signs with the time of day, so the stand-in must know it too."""
    door.wall.at_s = time.time()
    door.intake.at_us = int(door.wall.at_s * 1_000_000)
    return door


async def test_every_event_of_a_storm_is_accepted_once(running_clock: Door) -> None:
    stories = storm(1, calls=30, within_s=10.0)
    sender = await run_hotline(running_clock.url + "/hooks/pbx/main", SECRET, 1, 500.0, stories=stories)
    steps = sum(len(story.steps) for story in stories)
    assert (sender.sent, sender.given_up) == (steps, 0)
    assert len(running_clock.intake.committed) == steps


async def test_a_day_with_faults_is_read_to_the_last_event(running_clock: Door) -> None:
    statuses: Counter[int] = Counter()

    def told(_post: Post, status: int) -> None:
        statuses[status] += 1

    url = running_clock.url + "/hooks/pbx/main"
    await run_hotline(url, SECRET, 2, 100_000.0, stories=day(2, calls=40), faults=True, told=told)
    assert set(statuses) == {200}
    kinds = {type(one.event) for one in running_clock.intake.committed}
    assert kinds >= {Delivered, Established, ConnectionCleared}
    assert Unparsed not in kinds
    assert statuses[200] > len(running_clock.intake.committed)  # duplicates were known


async def test_the_sipgate_dialect_is_understood(running_clock: Door) -> None:
    url = running_clock.url + "/hooks/pbx/token"
    stories = list(day(3, calls=20))
    sender = await run_hotline(url, TOKEN, 3, 100_000.0, stories=stories, dialect="sipgate")
    assert sender.given_up == 0
    assert {type(one.event) for one in running_clock.intake.committed} >= {Delivered, ConnectionCleared}


async def test_a_sender_tries_again_after_503_and_gives_up_on_4xx() -> None:
    seen: list[tuple[str, int]] = []

    async def answer(request: web.Request) -> web.Response:
        message_id = request.headers["webhook-id"]
        first = message_id not in [one for one, _ in seen]
        status = 503 if first else 422 if message_id.endswith(".0") else 200
        seen.append((message_id, status))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stories = storm(4, calls=1, within_s=1.0)
    try:
        async with asyncio.timeout(60):
            sender = await run_hotline(
                f"http://127.0.0.1:{runner.addresses[0][1]}/", SECRET, 4, 1000.0, stories=stories
            )
    finally:
        await runner.cleanup()
    steps = len(stories[0].steps)
    assert (sender.sent, sender.given_up) == (steps - 1, 1)
    assert len(seen) == 2 * steps
