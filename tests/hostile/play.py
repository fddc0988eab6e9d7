"""One attack played against a victim: what it did to neighbours, memory and timers; and what was wrong."""

import asyncio
import json
import sys
from dataclasses import dataclass

from tests.hostile.attacks import Attack
from tests.hostile.victim import LIMIT_S, PATIENCE_S, Victim

_LATE_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass
class Played:
    name: str
    struck: int
    p50_ms: float
    p99_ms: float
    rss_mib: float
    late_within_s: float  # the bound that 99 of 100 deadlines kept
    counted: float
    wrong: list[str]


async def calm(victim: Victim, seconds: float) -> Played:
    """The same measures, while nobody attacks."""
    before = await _begin(victim)
    await _live(victim, asyncio.sleep(seconds))
    return await _measured(victim, "nobody", 0, before, "")


async def play(victim: Victim, attack: Attack, seconds: float) -> Played:
    before = await _begin(victim)
    struck = 0

    async def strike() -> None:
        nonlocal struck
        struck = await _in_a_process(victim, attack, seconds)
        await asyncio.sleep(LIMIT_S)  # the deadlines of the last of its calls

    await _live(victim, strike())
    played = await _measured(victim, attack.name, struck, before, attack.counted_by)
    if not struck:
        played.wrong.append("it never struck")
    if attack.counted_by and not played.counted and seconds > attack.counted_after_s:
        played.wrong.append(f"not counted by {attack.counted_by}")
    if played.rss_mib > attack.rss_mib_max:
        played.wrong.append(f"the gateway holds {played.rss_mib:.0f} MiB")
    return played


async def _begin(victim: Victim) -> dict[str, float]:
    victim.forget()
    return await victim.metrics()


async def _live(victim: Victim, meanwhile: object) -> None:
    living = asyncio.create_task(victim.live())
    try:
        await meanwhile  # type: ignore[misc]  # a coroutine
        if living.done():
            await living  # what ended it
    finally:
        living.cancel()
        await asyncio.wait({living})


async def _in_a_process(victim: Victim, attack: Attack, seconds: float) -> int:
    """The attacker's work must not slow the one who measures."""
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "tests.hostile.attacks",
            attack.name,
            str(seconds),
            json.dumps(victim.places._asdict()),
        ),
        stdout=asyncio.subprocess.PIPE,
        pass_fds=[victim.places.line],
    )
    try:
        async with asyncio.timeout(seconds + 2 * PATIENCE_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return int(said or b"0")


async def _measured(victim: Victim, name: str, struck: int, before: dict[str, float], counted_by: str) -> Played:
    after = await victim.metrics()
    answers = sorted(victim.answers_ms)
    wrong = [] if not victim.refused else [f"{victim.refused} of a neighbour's events were refused"]
    if victim.gateway.process is None or victim.gateway.process.returncode is not None:
        wrong.append("the gateway ended")
    if "Traceback" in (victim.gateway.folder / "gateway.log").read_text(errors="replace"):
        wrong.append("a traceback in the log")
    return Played(
        name,
        struck,
        answers[len(answers) // 2],
        answers[len(answers) * 99 // 100],
        max(victim.rss_mib),
        _late_within_s(before, after),
        after.get(counted_by, 0) - before.get(counted_by, 0),
        wrong,
    )


def _late_within_s(before: dict[str, float], after: dict[str, float]) -> float:
    """The bound of the histogram that 99 of 100 deadlines kept meanwhile."""
    count = "hotline_deadline_late_seconds_count"
    total = after.get(count, 0) - before.get(count, 0)
    for bound in _LATE_BOUNDS:
        name = f'hotline_deadline_late_seconds_bucket{{le="{bound}"}}'
        if after.get(name, 0) - before.get(name, 0) >= 0.99 * total:
            return bound
    return float("inf")
