"""Bugs planted into clocks, ladders, rosters and silences are found in time; and nothing is left over."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from tests.simulation.answer_bugs import ANSWER_BUGS
from tests.simulation.desk_bugs import DESK_BUGS, HidesThatItMoved
from tests.simulation.draw import draw
from tests.simulation.house_bugs import HOUSE_BUGS
from tests.simulation.retelling import FOLDERS, read
from tests.simulation.roster_bugs import ROSTER_BUGS
from tests.simulation.route_bugs import ROUTE_BUGS
from tests.simulation.service import Parts
from tests.simulation.store_bugs import STORE_BUGS
from tests.simulation.tape_bugs import TAPE_BUGS
from tests.simulation.trial import played

GROWTH_MAX_BYTES = 200_000  # over two stretches that are alike


ALL_BUGS = DESK_BUGS | HOUSE_BUGS | ANSWER_BUGS | ROSTER_BUGS | ROUTE_BUGS | STORE_BUGS | TAPE_BUGS


@pytest.mark.parametrize("bug", ALL_BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    parts, seeds_max = ALL_BUGS[bug]
    assert any(played(draw(seed), parts).wrong for seed in range(seeds_max))


def test_the_story_of_the_clock_that_was_set_fails_where_nobody_notices_it() -> None:
    plan = read((FOLDERS.stories / "our_clock_set_while_away.story").read_text())
    assert "waited 6.0 s" in played(plan, Parts(clock=HidesThatItMoved)).wrong[0]


def test_stretch_after_stretch_leaves_no_memory_and_no_descriptor_behind() -> None:
    plan = read((FOLDERS.stories / "clock_set_and_rules_edited_while_it_rings.story").read_text())

    def left() -> tuple[int, int]:
        played(plan)
        gc.collect()
        return tracemalloc.get_traced_memory()[0], len(list(Path("/proc/self/fd").iterdir()))

    tracemalloc.start()
    try:
        left()  # what is made once
        before_bytes, before_descriptors = left()
        for _ in range(2):
            after_bytes, after_descriptors = left()
    finally:
        tracemalloc.stop()
    assert after_bytes - before_bytes < GROWTH_MAX_BYTES
    assert after_descriptors == before_descriptors
