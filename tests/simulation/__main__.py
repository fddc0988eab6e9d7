"""Plays seeds until one fails, tells its shortest story: `python -m tests.simulation --seeds 1000 --from 0`."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.simulation.plan import draw
from tests.simulation.retelling import read
from tests.simulation.sometimes import expected
from tests.simulation.trial import kept, minimised, played
from tests.simulation.world import END_US


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first of them")
    parser.add_argument("--whole", action="store_true", help="tell the story of a failure as it was, not minimised")
    parser.add_argument("--go-on", action="store_true", help="tell every failure, not only the first")
    parser.add_argument("--story", type=Path, help="play this file instead of seeds")
    parser.add_argument("--keep", action="store_true", help="write a failure down as a file that the tests play")
    asked = parser.parse_args()
    if asked.story is not None:
        trial = played(read(asked.story.read_text()))
        _say(trial.told())
        return 1 if trial.wrong else 0
    began_s = time.monotonic()
    faults: Counter[str] = Counter()
    entries = failed = 0
    for seed in range(asked.first, asked.first + asked.seeds):
        trial = played(draw(seed))
        entries += trial.entries
        faults.update(trial.faults)
        if trial.wrong:
            failed += 1
            told = trial if asked.whole else minimised(trial)
            _say(told.told() + "\n")
            if asked.keep:
                _say(f"written down: {kept(told)}\n")
            if not asked.go_on:
                break
    took_s = time.monotonic() - began_s
    count = seed - asked.first + 1
    hours = count * END_US / 3.6e9
    _say(f"{count} seeds, {failed} failed; {hours:.0f} simulated hours, {entries} journal entries, {took_s:.1f} s")
    for name, times in sorted({**dict.fromkeys(expected(), 0), **faults}.items()):
        _say(f"  {times:>7}  {name}" + ("" if times else "  <- never"))
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
