"""Hundreds of seeds of the whole service; the same seed is the same run; and every planted bug is found."""

import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.draw import draw
from tests.simulation.service import Parts
from tests.simulation.sometimes import expected
from tests.simulation.trial import Trial, minimised, played
from tests.simulation.wire_bugs import WIRE_BUGS

SEEDS, AT_ONCE = 100, 20
ALL_BUGS = BUGS | WIRE_BUGS


@cache
def of_seed(seed: int) -> Trial:
    return played(draw(seed))


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nobody_is_missed_whatever_fails(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        trial = of_seed(seed)
        if trial.wrong:
            pytest.fail(f"python -m tests.simulation --from {seed} --seeds 1\n{minimised(trial).told()}", pytrace=False)


def test_everything_that_can_go_wrong_went_wrong_in_one_of_them_and_every_station_was_heard() -> None:
    counts: Counter[str] = Counter()
    for seed in range(SEEDS):
        counts.update(of_seed(seed).faults)
    assert not [name for name in expected() if not counts[name]]


def test_the_same_seed_gives_the_same_run() -> None:
    for seed in range(5):
        assert played(draw(seed)).trace == played(draw(seed)).trace


def test_several_processes_share_the_seeds_of_a_sweep() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "2", "--processes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    assert "2 seeds, 0 failed" in done.stdout


@pytest.mark.parametrize("bug", ALL_BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    parts, seeds_max = ALL_BUGS[bug]
    assert found_within(parts, seeds_max) is not None


def found_within(parts: Parts, seeds_max: int) -> Trial | None:
    trials = (played(draw(seed), parts) for seed in range(seeds_max))
    return next((trial for trial in trials if trial.wrong), None)
