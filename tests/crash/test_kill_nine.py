"""The real process, under load, killed at random moments: what it acknowledged is there, once; what it owed it tells.

CRASH_ROUNDS and CRASH_SEED in the environment make it longer or repeat a run.
"""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from adapters.intake import open_store
from adapters.ports import Store
from gateway.recovery import journal, rebuild, restore
from rules.events import ConnectionCleared, Delivered, Established
from rules.settings import RuleSet
from tests.crash.load import Load
from tests.crash.receiver import Receiver, receiving
from tests.fixtures.gateway import RunningGateway, running_gateway

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
SEED = int(os.environ.get("CRASH_SEED", "20261121"))
CALLERS = 8
EVENTS: dict[type, str] = {Delivered: "delivered", Established: "established", ConnectionCleared: "cleared"}
QUICK = """
[rules.three_rings]
seconds = 1.0
warn_at_rings = []

[[notifier]]
name = "erp"
kind = "webhook"
url = "{url}"
secret_file = "hook-secret.txt"
allow_private = true
"""


async def test_nothing_acknowledged_is_lost_and_nothing_owed_is_forgotten(tmp_path: Path) -> None:
    chance = Random(SEED)
    async with receiving() as receiver, running_gateway(tmp_path, more=QUICK.format(url=receiver.url)) as gateway:
        load = Load(gateway, chance)
        for _ in range(ROUNDS):
            await run_and_kill(gateway, load, after_s=chance.uniform(0.02, 0.8))
            await gateway.start()
            await load.offer_again()
        # Whoever was not answered is told, also where the deadline passed while nobody was there.
        await asyncio.wait_for(receiver.breach_of(load.unanswered), 60)
        assert await gateway.stop() == 0
        assert len(load.acknowledged) > 20 * ROUNDS, f"too little load to mean anything, seed {SEED}"

        store = open_store("sqlite:///hotline.db", tmp_path)
        await store.open()
        try:
            await check_journal(store, load)
            await check_rebuild(store)
        finally:
            await store.close()
        check_alerts(receiver, load)


async def run_and_kill(gateway: RunningGateway, load: Load, *, after_s: float) -> None:
    running = asyncio.create_task(load.run(CALLERS))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(running), after_s)  # the moment is the test's own choice
    await gateway.stop(signal.SIGKILL)
    await running


async def kept_by(store: Store) -> Counter[tuple[str, str]]:
    """What the journal has of calls: (event, call), how often."""
    kinds = (Delivered, Established, ConnectionCleared)
    events = [entry.event async for entry in journal(store)]
    return Counter((EVENTS[type(event)], event.call) for event in events if isinstance(event, kinds))


async def check_journal(store: Store, load: Load) -> None:
    """Every event once (all were acknowledged in the end), and nothing that was never offered."""
    entries = [entry async for entry in journal(store)]
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert all(before.at_us <= after.at_us for before, after in pairwise(entries))
    assert await kept_by(store) == Counter({(told.event, told.call) for told in load.acknowledged})


async def check_rebuild(store: Store) -> None:
    nothing = RuleSet(version="none", site="none")
    kept = restore(await store.load(), nothing)
    rebuilt = await rebuild(store, nothing)
    assert rebuilt.rules == kept.rules
    assert rebuilt.incidents == kept.incidents
    assert rebuilt.alerts == kept.alerts
    assert rebuilt.sources == kept.sources
    assert (rebuilt.channels, rebuilt.units) == (kept.channels, kept.units)
    assert (rebuilt.last_id, rebuilt.last_number) == (kept.last_id, kept.last_number)


def check_alerts(receiver: Receiver, load: Load) -> None:
    """One key, one content; and a breach told of every call that nobody answered."""
    assert all(len(bodies) == 1 for bodies in receiver.bodies.values())
    assert receiver.breached >= load.unanswered


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_an_orderly_end_leaves_nobody_without_an_answer(tmp_path: Path, how: signal.Signals) -> None:
    async with running_gateway(tmp_path) as gateway:
        load = Load(gateway, Random(SEED))
        running = asyncio.create_task(load.run(CALLERS))
        await asyncio.wait_for(load.flows.wait(), 60)
        assert await gateway.stop(how) == 0
        await running
        store = open_store("sqlite:///hotline.db", tmp_path)
        await store.open()
        kept = await kept_by(store)
        await store.close()
        assert {(told.event, told.call) for told in load.acknowledged} <= set(kept)
