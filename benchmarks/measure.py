"""What every benchmark needs: percentiles, the disk's own fdatasync beside each durable figure, a machine line."""

import json
import os
import platform
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))] if ordered else float("nan")


def fdatasync_us(folder: Path, rounds: int = 500) -> dict[str, float]:
    """How long this folder's disk takes to swear to 400 bytes, µs: print it beside each durable figure."""
    path = folder / "fdatasync.probe"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    taken = []
    try:
        for _ in range(rounds):
            os.write(handle, b"x" * 400)
            begin = time.perf_counter()
            os.fdatasync(handle)
            taken.append((time.perf_counter() - begin) * 1e6)
    finally:
        os.close(handle)
        path.unlink()
    return {"p50_us": round(percentile(taken, 50)), "p99_us": round(percentile(taken, 99))}


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def report(name: str, figures: dict[str, Any]) -> None:
    """One JSON line on standard output: what `python -m benchmarks` collects."""
    print(json.dumps({"benchmark": name, **figures}, ensure_ascii=False), flush=True)
    sys.stdout.flush()
