"""Figures of benchmarks: what is kept of a run, and when the next one counts as worse."""

from pathlib import Path

import pytest

from benchmarks.figures import Better, Figure, Measured, Taken, change, chart, figure, merged, read, table, write
from benchmarks.plots import short

TAKEN = Taken(commit="abc1234", date="2026-11-22T05:00:00Z", machine={"cores": 2}, busy_elsewhere=0.1)


def taken(*rounds: float, better: Better = "higher", target: float | None = None, benchmark: str = "decide") -> Figure:
    return figure(benchmark, Measured("steps", "/s", better, rounds, target), TAKEN)


def test_a_figure_is_the_median_of_its_rounds_and_keeps_their_spread() -> None:
    one = taken(90_000, 99_000, 95_000, target=100_000)
    assert (one.value, one.spread, one.verdict) == (95_000, (90_000, 99_000), "missed")


@pytest.mark.parametrize(("better", "verdict"), [("higher", "reached"), ("lower", "missed")])
def test_a_target_is_the_least_where_more_is_better_and_the_most_otherwise(better: Better, verdict: str) -> None:
    assert taken(5, better=better, target=4).verdict == verdict


@pytest.mark.parametrize(
    ("now", "last", "better", "told"),
    [
        ((80, 82, 84), (95, 100, 105), "higher", "worse"),
        ((80, 82, 84), (95, 100, 105), "lower", "better"),
        ((80, 82, 96), (95, 100, 105), "higher", "as before"),  # one round of now was among the last ones
        ((96, 96.1, 96.2), (99, 100, 101), "higher", "as before"),  # less than a twentieth
        ((90,), (100,), "higher", "as before"),  # a round each: nobody knows the spread
        ((60,), (100,), "higher", "worse"),
    ],
)
def test_worse_is_only_what_lies_beyond_the_spread(
    now: tuple[float, ...], last: tuple[float, ...], better: Better, told: str
) -> None:
    assert change(taken(*now, better=better), taken(*last, better=better)) == told


def test_what_was_never_measured_before_has_not_changed() -> None:
    assert change(taken(1), None) == ""


def test_a_run_of_one_benchmark_leaves_the_figures_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "figures.json"
    assert read(path) == []
    write(path, [taken(1), taken(7, benchmark="idle")])
    write(path, merged(read(path), [taken(2)]))
    assert {(one.benchmark, one.value) for one in read(path)} == {("decide", 2), ("idle", 7)}


def test_the_table_and_the_plot_say_what_got_worse() -> None:
    now, last = [taken(80_000, 82_000, target=90_000)], [taken(100_000, 101_000)]
    assert table(now, last).splitlines()[1].split()[-1] == "worse"
    assert ">worse<" in chart("Figures", now, last)
    assert short(now[0].value) in table(now, last)
