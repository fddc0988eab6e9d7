"""Strikes the real gateway process with real faults, one after the other: `python -m tests.faults [--only NAME …]`.

Prints a line a fault, and at the end what was wrong. `--json FILE` keeps every figure; `--list` tells what there is.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from benchmarks.measure import machine
from tests.faults.fault import SEED, Fault, play
from tests.faults.strikes import FAULTS

_COLUMNS = (
    ("fault", "fault", 20),
    ("seconds", "s", 6),
    ("acknowledged", "acked", 8),
    ("refused", "refused", 8),
    ("lost", "lost", 5),
    ("counted_twice", "twice", 6),
    ("wrong_verdicts", "verdict", 8),
    ("not_told", "untold", 7),
    ("late_p99_ms", "p99 ms", 8),
    ("caught_up_s", "caught", 7),
    ("not_ready_after_s", "told s", 7),
    ("ready_again_after_s", "back s", 7),
    ("false_ready", "lies", 5),
    ("rss_mib_max", "MiB", 5),
    ("descriptors_max", "fds", 5),
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[fault.name for fault in FAULTS])
    parser.add_argument("--short", action="store_true", help="the form that the test suite plays")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    return parser.parse_args()


def main() -> int:
    asked = _arguments()
    chosen = [fault() for fault in FAULTS if not asked.only or fault.name in asked.only]
    if asked.list:
        for fault in chosen:
            _say(f"{fault.name:<20} {fault.shows}")
        return 0
    _say("".join(f"{title:>{width}}" for _, title, width in _COLUMNS))
    results, failed = [], 0
    for fault in chosen:
        result = _played(fault, short=asked.short, seed=asked.seed)
        results.append(result)
        failed += bool(result["wrong"])
        if asked.json:
            asked.json.write_text(json.dumps({"machine": machine(), "faults": results}, indent=1, ensure_ascii=False))
    _say(f"{len(chosen) - failed} of {len(chosen)} hold")
    return 1 if failed else 0


def _played(fault: Fault, *, short: bool, seed: int) -> dict[str, Any]:
    if missing := fault.missing():
        wrong = [f"needs {', '.join(missing)}: scripts/install_peers.sh brings it"]
        result: dict[str, Any] = {"fault": fault.name}
    else:
        began_s = time.monotonic()
        try:
            result, wrong = asyncio.run(play(fault, short=short, seed=seed))
        except (
            AssertionError,
            OSError,
            SubprocessError,
            TimeoutError,
        ) as error:  # one that cannot be played keeps no other from it
            result = {"fault": fault.name, "seconds": round(time.monotonic() - began_s, 1)}
            wrong = [f"{type(error).__name__}: {error}"]
    _say("".join(f"{_shown(result.get(key)):>{width}}" for key, _, width in _COLUMNS))
    own = {key: value for key, value in result.items() if key not in {column[0] for column in _COLUMNS}}
    _say("    " + ", ".join(f"{key} {value}" for key, value in own.items()))
    for words in wrong[:10]:
        _say(f"    WRONG: {words}")
    return {**result, "shows": fault.shows, "wrong": wrong}


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
