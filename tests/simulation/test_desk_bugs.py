"""Each bug that is planted into clocks, ladders and promises is found within its number of seeds."""

import pytest

from tests.simulation.desk_bugs import DESK_BUGS
from tests.simulation.plan import draw
from tests.simulation.trial import played


@pytest.mark.parametrize("bug", DESK_BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    parts, seeds_max = DESK_BUGS[bug]
    assert any(played(draw(seed), parts).wrong for seed in range(seeds_max))
