"""A figure: what was measured in which rounds, what it should be, and whether it got worse since the last run.

A run's figures are one JSON file. A run of a few benchmarks leaves the others' figures in it: each says itself when,
where and at which commit it was taken.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple

import msgspec

from benchmarks.plots import Strip, short, strip_chart

Better = Literal["higher", "lower"]
Change = Literal["better", "worse", "as before", ""]

SAME = 0.05  # medians that near to each other are the same, whatever their rounds say
SAME_ONCE = 0.25  # where a figure has one round only, nobody knows its spread


class Measured(NamedTuple):
    """What a benchmark tells."""

    name: str
    unit: str
    better: Better
    rounds: Sequence[float]
    target: float | None = None


class Taken(NamedTuple):
    """The circumstances, one for all figures of a benchmark. `busy_elsewhere`: cores that other programs used."""

    commit: str
    date: str
    machine: dict[str, Any]
    busy_elsewhere: float | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the file. `value` is the rounds' median, `spread` their least and most."""

    benchmark: str
    name: str
    value: float
    unit: str
    better: Better
    rounds: list[float]
    spread: tuple[float, float]
    target: float | None
    commit: str
    date: str
    machine: dict[str, Any]
    busy_elsewhere: float | None

    @property
    def key(self) -> tuple[str, str]:
        return self.benchmark, self.name

    @property
    def verdict(self) -> Literal["reached", "missed", ""]:
        if self.target is None:
            return ""
        reached = self.value >= self.target if self.better == "higher" else self.value <= self.target
        return "reached" if reached else "missed"

    @property
    def wanted(self) -> str:
        return "" if self.target is None else f"{'≥' if self.better == 'higher' else '≤'} {short(self.target)}"


def figure(benchmark: str, told: Measured, taken: Taken) -> Figure:
    rounds = [float(f"{value:.4g}") for value in told.rounds]  # a fifth digit was never measured
    return Figure(
        benchmark=benchmark,
        name=told.name,
        value=float(f"{median(told.rounds):.4g}"),
        unit=told.unit,
        better=told.better,
        rounds=rounds,
        spread=(min(rounds), max(rounds)),
        target=told.target,
        commit=taken.commit,
        date=taken.date,
        machine=taken.machine,
        busy_elsewhere=taken.busy_elsewhere,
    )


def change(now: Figure, last: Figure | None) -> Change:
    """Worse, or better, only if no round of now falls among the last run's: all else may be the machine."""
    if last is None:
        return ""
    same = SAME_ONCE if min(len(now.rounds), len(last.rounds)) == 1 else SAME
    if abs(now.value - last.value) <= same * abs(last.value):
        return "as before"
    if now.spread[0] > last.spread[1]:
        return "better" if now.better == "higher" else "worse"
    if now.spread[1] < last.spread[0]:
        return "worse" if now.better == "higher" else "better"
    return "as before"


def read(path: Path) -> list[Figure]:
    """None, where the file is not there yet."""
    return msgspec.json.decode(path.read_bytes(), type=list[Figure]) if path.exists() else []


def write(path: Path, figures: Iterable[Figure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(list(figures)), indent=1) + b"\n")


def merged(last: Iterable[Figure], now: Iterable[Figure]) -> list[Figure]:
    """Those of now, and of the benchmarks that did not run, the last ones."""
    fresh = list(now)
    ran = {one.benchmark for one in fresh}
    return sorted([*fresh, *(one for one in last if one.benchmark not in ran)], key=lambda one: one.benchmark)


def table(now: Sequence[Figure], last: Iterable[Figure]) -> str:
    """For the terminal: each figure, its target and the last run's."""
    before = {one.key: one for one in last}
    rows = [("benchmark", "figure", "median", "least … most", "target", "", "last", "")]
    for one in now:
        was = before.get(one.key)
        spread = f"{short(one.spread[0])} … {short(one.spread[1])}" if len(one.rounds) > 1 else ""
        value = f"{short(one.value)} {one.unit}"
        told = short(was.value) if was is not None else ""
        rows.append((one.benchmark, one.name, value, spread, one.wanted, one.verdict, told, change(one, was)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def chart(title: str, now: Iterable[Figure], last: Iterable[Figure]) -> str:
    before = {one.key: one for one in last}
    strips = []
    for one in now:
        was = before.get(one.key)
        changed = change(one, was)
        strips.append(
            Strip(
                one.benchmark,
                one.name,
                one.unit,
                one.rounds,
                one.value,
                last=was.value if was is not None else None,
                target=one.target,
                verdict=changed if changed in {"better", "worse"} else one.verdict,
            )
        )
    return strip_chart(title, strips)
