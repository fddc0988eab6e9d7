"""Hostile load on the real process: `python -m tests.hostile [--seconds 20] [--only NAME …]`. On loopback, bounded.

A line an attack: how often it struck, what an ordinary signed neighbour waited meanwhile, memory, timers, the counter.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.hostile.attacks import ATTACKS
from tests.hostile.play import Played, calm, play
from tests.hostile.victim import victim_in

_HEAD = f"{'attack':<17}{'strikes':>10}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>6}{'timers s':>10}{'counted':>10}"


def main() -> int:
    reader = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    reader.add_argument("--seconds", type=float, default=20.0, help="of each attack")
    reader.add_argument("--only", nargs="+", metavar="NAME", choices=list(ATTACKS))
    asked = reader.parse_args()
    return asyncio.run(_all(asked.only or list(ATTACKS), asked.seconds))


async def _all(names: list[str], seconds: float) -> int:
    failed = 0
    _say(_HEAD)
    with tempfile.TemporaryDirectory(prefix="hotline-hostile-") as folder:
        async with victim_in(Path(folder)) as victim:
            _show(await calm(victim, seconds))
            for name in names:
                played = await play(victim, ATTACKS[name], seconds)
                _show(played)
                failed += bool(played.wrong)
            _show(await calm(victim, seconds))
    _say(f"{len(names) - failed} of {len(names)} hold")
    return 1 if failed else 0


def _show(played: Played) -> None:
    _say(
        f"{played.name:<17}{played.struck:>10}{played.p50_ms:>9.1f}{played.p99_ms:>9.1f}{played.rss_mib:>6.0f}"
        f"{'<= ' + str(played.late_within_s):>10}{played.counted:>10.0f}"
    )
    for words in played.wrong:
        _say(f"    WRONG: {words}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
