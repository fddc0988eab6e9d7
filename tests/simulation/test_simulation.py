"""Hundreds of seeds of the whole service; the same seed is the same run; and every planted bug is found."""

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.plan import draw
from tests.simulation.service import Parts
from tests.simulation.trial import Trial, minimised, played

SEEDS, AT_ONCE = 120, 20


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nobody_is_missed_whatever_fails(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        trial = played(draw(seed))
        if trial.wrong:
            pytest.fail(f"python -m tests.simulation --from {seed} --seeds 1\n{minimised(trial).told()}", pytrace=False)


def test_the_same_seed_gives_the_same_run() -> None:
    for seed in range(5):
        assert played(draw(seed)).trace == played(draw(seed)).trace


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    parts, seeds_max = BUGS[bug]
    assert found_within(parts, seeds_max) is not None


def found_within(parts: Parts, seeds_max: int) -> Trial | None:
    trials = (played(draw(seed), parts) for seed in range(seeds_max))
    return next((trial for trial in trials if trial.wrong), None)
