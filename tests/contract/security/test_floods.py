"""Floods on the radio side, short forms of `python -m tests.hostile`: bounded memory, neighbours served, counted."""

import asyncio
import json
import sys
from pathlib import Path

from tests.hostile.attacks import ATTACKS
from tests.hostile.play import calm
from tests.hostile.victim import Victim, victim_in

SECONDS = 1.0
GROWTH_MIB_MAX = 150


async def struck(victim: Victim, name: str) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hostile.attacks", name, str(SECONDS), json.dumps(victim.places._asdict())),
        stdout=asyncio.subprocess.PIPE,
        pass_fds=[victim.places.line],
        cwd=Path(__file__).parents[3],
    )
    async with asyncio.timeout(120):
        said, _ = await process.communicate()
    return int(said)


async def test_floods_of_datagrams_messages_and_noise_are_counted_and_cost_neighbours_nothing(tmp_path: Path) -> None:
    names = ("udp-flood", "mqtt-flood", "serial-noise")
    async with victim_in(tmp_path) as victim:
        before_mib = (await calm(victim, 0.2)).rss_mib
        victim.forget()
        living = asyncio.create_task(victim.live())
        assert all(await asyncio.gather(*(struck(victim, name) for name in names)))
        async with asyncio.timeout(60):
            while not all([(await victim.metrics()).get(ATTACKS[name].counted_by) for name in names]):
                assert not living.done(), living
        living.cancel()
        assert victim.answers_ms
        assert not victim.refused
        assert max(victim.rss_mib) - before_mib < GROWTH_MIB_MAX
    assert "Traceback" not in (tmp_path / "gateway.log").read_text(errors="replace")
