"""Run all measurements in turn: `python -m benchmarks [--quick] [--only NAME] [--out FILE]`.

Each runs alone, in a process of its own, and tells JSON lines; they are kept in one file, and the figures that
have a target are shown in a table. Each one's own help: `python -m benchmarks.NAME --help`.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Measurement(NamedTuple):
    """`quick`: what `--quick` adds to its command, to see it work within seconds."""

    module: str
    quick: tuple[str, ...]


MEASUREMENTS = (
    Measurement("webhooks", ("--rounds", "1", "--calls", "2000")),
    Measurement("hook_decode", ("--rounds", "1")),
    Measurement("decide", ("--rounds", "1")),
    Measurement("memory_per_call", ()),
    Measurement("pipeline_throughput", ("--rounds", "1", "--calls", "3000")),
    Measurement("store_commit", ("--rounds", "1", "--seconds", "0.3")),
    Measurement("lateness", ("--calls", "500", "--seconds", "5", "--burst", "2000")),
    Measurement("radio_codecs", ("--rounds", "1")),
    Measurement("radio_lines", ("--lines", "20", "--seconds", "3")),
    Measurement("restart", ("--rounds", "1", "--open", "5000", "--journal", "20000")),
)


class Target(NamedTuple):
    """A promised figure: where it stands in a line (dots go into inner objects), and its bounds."""

    benchmark: str
    figure: str
    least: float | None = None
    most: float | None = None

    @property
    def wanted(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:,}"
        return f"≤ {self.most:,}" if self.most is not None else ""

    def judged(self, value: float) -> str:
        """In words; "" for a figure without a target."""
        if self.least is None and self.most is None:
            return ""
        reached = (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        return "reached" if reached else "missed"


TARGETS = (
    Target("signed webhooks, committed", "ratio_to_bare", least=0.5),
    Target("signed webhooks, committed", "gateway_p99_ms", most=25),
    Target("decide", "steps_per_s", least=100_000),
    Target("memory per open call", "bytes", most=4096),
    Target("pipeline throughput", "events_per_s", least=10_000),
    Target("lateness at an MQTT subscriber", "spread.late_p99_ms"),
    Target("lateness at an MQTT subscriber", "spread.early", most=0),
    Target("lateness at an MQTT subscriber", "burst.late_p99_ms"),
    Target("lateness at an MQTT subscriber", "burst.missed", most=0),
    Target("radio codecs", "slowest_mbytes_per_s"),
    Target("meshtastic beside meshtastic", "ratio"),
    Target("aprs-kiss beside aioax25", "ratio"),
    Target("hytera beside dmr-kaitai", "ratio"),
    Target("serial lines", "cpu_share"),
    Target("serial lines", "alert_p99_ms"),
    Target("serial lines", "missed", most=0),
    Target("restart", "ready_s", most=3),
)


def run(measurement: Measurement, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Its JSON lines as they come; what it tells of its progress goes to our standard error."""
    command = [sys.executable, "-m", f"benchmarks.{measurement.module}", *(measurement.quick if quick else ())]
    print(f"— {' '.join(command[1:])}", file=sys.stderr, flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.startswith("{"):
                yield json.loads(line)
            else:
                print(line, end="", file=sys.stderr)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def found(lines: list[dict[str, Any]], target: Target) -> Any:
    """The figure, or None if its benchmark did not run."""
    for line in lines:
        if line["benchmark"] == target.benchmark:
            value: Any = line
            for key in target.figure.split("."):
                value = value[key]
            return value
    return None


def table(lines: list[dict[str, Any]]) -> str:
    rows = [("measurement", "figure", "measured", "wanted", "")]
    for target in TARGETS:
        value = found(lines, target)
        if value is not None:
            rows.append((target.benchmark, target.figure, f"{value:,}", target.wanted, target.judged(value)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    names = [measurement.module for measurement in MEASUREMENTS]
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--quick", action="store_true", help="small numbers: to see that all of it works")
    reader.add_argument("--only", action="append", choices=names, metavar="NAME", help=", ".join(names))
    reader.add_argument("--out", type=Path, default=Path("var/benchmarks.jsonl"), help="lines are added to this file")
    asked = reader.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    lines: list[dict[str, Any]] = []
    begin = time.monotonic()
    with asked.out.open("a", encoding="utf-8") as out:
        for measurement in MEASUREMENTS:
            if asked.only and measurement.module not in asked.only:
                continue
            for line in run(measurement, quick=asked.quick):
                lines.append(line)
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                out.flush()
    print(table(lines))
    print(f"{time.monotonic() - begin:.0f} s; all figures: {asked.out}")


if __name__ == "__main__":
    main()
