"""The simulated guards are the same for a seed, press and release in turn, and show a visitor one of each."""

from collections import Counter
from itertools import islice

import pytest

from simulators.radios.guards import OPENING, SHARES, Story, hails

UNITS = ("1011", "1012")
STORIES = [story for _, story in islice(hails(1, UNITS), 600)]


def test_the_same_seed_gives_the_same_hails_and_another_another() -> None:
    assert list(islice(hails(1, UNITS), 20)) == list(islice(hails(1, UNITS), 20))
    assert list(islice(hails(1, UNITS), 20)) != list(islice(hails(2, UNITS), 20))


def test_the_first_hails_show_one_of_each_and_soon() -> None:
    assert tuple(story.kind for story in STORIES[: len(OPENING)]) == OPENING
    [(quiet_s, _)] = islice(hails(1, UNITS), 1)
    assert quiet_s <= 3.0


def test_most_hails_are_answered_and_every_kind_is_there() -> None:
    kinds = Counter(story.kind for story in STORIES)
    assert set(kinds) == set(SHARES)
    assert kinds["answered"] > len(STORIES) / 2


def test_a_base_that_cannot_tell_of_pages_gets_none() -> None:
    told = {step.deed for _, story in islice(hails(1, UNITS, pages=False), 600) for step in story.steps}
    assert told == {"press", "release", "bump", "speak", "fall_silent"}


@pytest.mark.parametrize("story", STORIES[:60], ids=lambda story: str(story.kind))
def test_who_presses_releases_before_anybody_else_speaks(story: Story) -> None:
    on_air = ""
    for before, step in zip((None, *story.steps), story.steps, strict=False):
        assert before is None or before.after_s <= step.after_s
        if step.deed in {"press", "speak"}:
            assert not on_air
            on_air = step.deed
        elif step.deed in {"release", "fall_silent"}:
            assert {"release": "press", "fall_silent": "speak"}[step.deed] == on_air
            on_air = ""
    assert not on_air
