"""Run all measurements in turn: `python -m benchmarks [--quick] [--only NAME] [--against FILE] [--publish]`.

Each runs alone, in a process of its own. Their figures become one JSON file and one plot under var/benchmarks, and a
table that says what has a target, and what got better or worse since the last run. Each one's own help:
`python -m benchmarks.NAME --help`. Where one spends its time: `python -m benchmarks --profile NAME`.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import figures, profiles
from benchmarks.figures import Figure, Measured, Taken
from benchmarks.measure import busy_s, machine

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "benchmarks"
PUBLISHED = ROOT / "docs" / "figures.json"  # those that docs/PERFORMANCE.md tells of
PUBLISHED_CHART = ROOT / "docs" / "images" / "figures.svg"


class Measurement(NamedTuple):
    """`quick`: what `--quick` adds to its command, to see it work within seconds."""

    module: str
    quick: tuple[str, ...]


MEASUREMENTS = (
    Measurement("webhooks", ("--rounds", "1", "--calls", "2000")),
    Measurement("ami_events", ("--rounds", "1", "--calls", "500")),
    Measurement("hook_decode", ("--rounds", "1")),
    Measurement("decide", ("--rounds", "1")),
    Measurement("memory_per_call", ()),
    Measurement("pipeline_throughput", ("--rounds", "1", "--calls", "3000")),
    Measurement("store_commit", ("--rounds", "1", "--seconds", "0.3")),
    Measurement("lateness", ("--rounds", "1", "--calls", "500", "--seconds", "5", "--burst", "2000")),
    Measurement("radio_codecs", ("--rounds", "1")),
    Measurement("radio_lines", ("--lines", "20", "--seconds", "3")),
    Measurement("restart", ("--rounds", "1", "--open", "5000", "--journal", "20000")),
    Measurement("cold_start", ("--rounds", "2")),
    Measurement("idle", ("--seconds", "5")),
    Measurement("storm", ("--calls", "500")),
    Measurement("dead_notifier", ("--alerts", "500", "--seconds", "3")),
    Measurement("live_stream", ("--browsers", "50", "--seconds", "3")),
    Measurement("board", ("--rounds", "1", "--seconds", "3")),
)


def run(measurement: Measurement, *, quick: bool) -> Iterator[tuple[str, list[Measured]]]:
    """What it reports; what it tells of its progress goes to our standard error."""
    command = [sys.executable, "-m", f"benchmarks.{measurement.module}", *(measurement.quick if quick else ())]
    print(f"— {' '.join(command[1:])}", file=sys.stderr, flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        for line in process.stdout or ():
            if line.startswith("{"):
                told = json.loads(line)
                print(f"  beside: {json.dumps(told['beside'], ensure_ascii=False)}", file=sys.stderr)
                yield told["benchmark"], [_measured(one) for one in told["figures"]]
            else:
                print(line, end="", file=sys.stderr)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _measured(told: dict[str, Any]) -> Measured:
    return Measured(**{name: told[name] for name in Measured._fields})


def measured(chosen: list[str] | None, *, quick: bool) -> Iterator[Figure]:
    """The figures of all that were chosen, as they come."""
    commit = _commit()
    for measurement in MEASUREMENTS:
        if chosen and measurement.module not in chosen:
            continue
        date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        began, busy_before_s, ours_before_s = time.monotonic(), busy_s(), _children_s()
        try:
            told = list(run(measurement, quick=quick))
        except subprocess.CalledProcessError as error:
            print(f"{measurement.module} failed: {error}", file=sys.stderr)  # the others' figures are not lost by it
            continue
        took_s = time.monotonic() - began
        others_s = busy_s() - busy_before_s - (_children_s() - ours_before_s)
        taken = Taken(commit, date, machine(), busy_elsewhere=round(max(0.0, others_s) / took_s, 2))
        for benchmark, told_figures in told:
            yield from (figures.figure(benchmark, one, taken) for one in told_figures)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _commit() -> str:
    """A plus behind it: there were changes beside."""
    asked = ["git", "describe", "--always", "--abbrev=7", "--dirty=+", "--exclude=*"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def keep(now: list[Figure], against: Path | None, *, quick: bool, publish: bool) -> None:
    """Compare with the last run, show it, and let this one be the next one's last."""
    path = KEPT / ("quick.json" if quick else "figures.json")
    last_path = against or (path if path.exists() else PUBLISHED)
    last = figures.read(last_path)
    print(figures.table(now, last))
    if last:
        print(f"\n“last”: {last_path}, commit {', '.join(sorted({one.commit for one in last}))}")
        if last[0].machine != machine():
            print("It was taken on another machine: only ratios can be compared.")
    kept = figures.merged(figures.read(path), now)
    chart = figures.chart(f"Figures of {now[0].date[:10]}, commit {now[0].commit}", now, last)
    figures.write(path, kept)
    path.with_suffix(".svg").write_text(chart, encoding="utf-8")
    print(f"{path.relative_to(ROOT)}, {path.with_suffix('.svg').relative_to(ROOT)}")
    if publish:
        figures.write(PUBLISHED, kept)
        PUBLISHED_CHART.write_text(figures.chart(f"Figures of {now[0].date[:10]}", kept, []), encoding="utf-8")


def main() -> None:
    names = [measurement.module for measurement in MEASUREMENTS]
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--quick", action="store_true", help="small numbers: to see that all of it works")
    reader.add_argument("--only", action="append", choices=names, metavar="NAME", help=", ".join(names))
    reader.add_argument("--against", type=Path, metavar="FILE", help="compare with these figures, not the last run's")
    reader.add_argument("--publish", action="store_true", help="also write docs/figures.json and its plot")
    reader.add_argument("--profile", choices=profiles.NAMES, help="instead, sample one of the hot paths (py-spy)")
    asked = reader.parse_args()
    if asked.profile:
        profiles.profile(asked.profile, KEPT)
        return
    if asked.publish and asked.quick:
        reader.error("quick figures mean too little to be published")
    now = list(measured(asked.only, quick=asked.quick))
    if not now:
        sys.exit("nothing was measured")
    keep(now, asked.against, quick=asked.quick, publish=asked.publish)
    missing = {*(asked.only or names)} - {one.benchmark for one in now}
    if missing:
        sys.exit(f"failed: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main()
