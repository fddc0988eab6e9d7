"""Every story in the text files beside this one holds."""

from pathlib import Path

import pytest

from tests.scenarios.story import Story, play, stories

FILES = sorted(Path(__file__).parent.glob("*.txt"))
ALL = [(path.stem, story) for path in FILES for story in stories(path)]


@pytest.mark.parametrize(("file", "story"), ALL, ids=[f"{file}: {story.name}" for file, story in ALL])
def test_the_story_ends_as_told(file: str, story: Story) -> None:
    play(story)


def test_there_are_stories() -> None:
    assert len(ALL) > 40
