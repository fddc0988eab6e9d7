"""What every benchmark needs: percentiles, the disk's own fdatasync beside each durable figure, a report."""

import json
import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Measured

__all__ = ["Measured", "busy_s", "cpu_s", "fdatasync_us", "machine", "median", "percentile", "report"]


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


def cpu_s(pid: int) -> tuple[float, float]:
    """What the process and its children have used so far, all threads: a busy neighbour does not count."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _cpu_s(pid), sum(map(_cpu_s, children))


def _cpu_s(pid: int | str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_s() -> float:
    """What all programs of the machine have used since it started, all cores; 0 where nobody tells."""
    try:
        first, _, _ = Path("/proc/stat").read_text().partition("\n")
    except OSError:
        return 0.0
    user, nice, system, _, _, irq, softirq, *_ = map(int, first.split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "processor": platform.machine(),
    }


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def report(benchmark: str, figures: Sequence[Measured], **beside: Any) -> None:
    """One JSON line on standard output, which `python -m benchmarks` collects. `beside`: what explains the figures."""
    told = [one._asdict() | {"value": median(one.rounds)} for one in figures]
    print(json.dumps({"benchmark": benchmark, "figures": told, "beside": beside}, ensure_ascii=False), flush=True)
