"""Plays seeds until one fails, tells its shortest story: `python -m tests.simulation --seeds 1000 --from 0`."""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

from tests.simulation.draw import draw
from tests.simulation.retelling import read
from tests.simulation.sharing import outcomes
from tests.simulation.sometimes import expected
from tests.simulation.trial import Trial, kept, minimised, played
from tests.simulation.world import END_US

SAID_EVERY = 1000  # seeds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first of them")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that share them; as many as cores")
    parser.add_argument("--whole", action="store_true", help="tell the story of a failure as it was, not minimised")
    parser.add_argument("--go-on", action="store_true", help="tell every failure, not only the first")
    parser.add_argument("--story", type=Path, help="play this file instead of seeds")
    parser.add_argument("--keep", action="store_true", help="write a failure down as a file that the tests play")
    asked = parser.parse_args()
    if asked.story is not None:
        trial = played(read(asked.story.read_text()))
        _say(trial.told())
        return 1 if trial.wrong else 0
    return _sweep(asked)


def _sweep(asked: argparse.Namespace) -> int:
    began_s, cpu_s = time.monotonic(), 0.0
    faults: Counter[str] = Counter()
    count = entries = 0
    failed = []
    for outcome in outcomes(range(asked.first, asked.first + asked.seeds), asked.processes):
        count, entries, cpu_s = count + 1, entries + outcome.entries, cpu_s + outcome.cpu_s
        faults.update(outcome.faults)
        if outcome.failed:
            failed.append(outcome.seed)
            _tell(played(draw(outcome.seed)), asked)
            if not asked.go_on:
                break
        if count % SAID_EVERY == 0:
            _say(f"… {count} seeds, {len(failed)} failed")
    took_s = time.monotonic() - began_s
    _say(
        f"{count} seeds, {len(failed)} failed; {count * END_US / 3.6e9:.0f} simulated hours, {entries} entries, "
        f"{took_s:.0f} s, {cpu_s:.0f} s of CPU, {count / took_s:.1f} seeds a second"
    )
    for name, times in sorted({**dict.fromkeys(expected(), 0), **faults}.items()):
        _say(f"  {times:>7}  {name}" + ("" if times else "  <- never"))
    if failed:
        _say(f"failed: {' '.join(map(str, failed))}")
    return 1 if failed else 0


def _tell(trial: Trial, asked: argparse.Namespace) -> None:
    told = trial if asked.whole else minimised(trial)
    _say(told.told() + "\n")
    if asked.keep:
        _say(f"written down: {kept(told)}\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
