"""Every story that once failed holds now; and a failure is written down so that it fails again."""

from pathlib import Path

import pytest

from tests.scenarios.story import play, stories
from tests.simulation.bugs import BUGS
from tests.simulation.doings import Click
from tests.simulation.draw import draw
from tests.simulation.faults import ClockSet, Noise
from tests.simulation.plan import Plan
from tests.simulation.retelling import FOLDERS, Folders, keep, read, written
from tests.simulation.shrinking import shape_of
from tests.simulation.spoken import Call
from tests.simulation.trial import minimised, played
from tests.simulation.world import run

FILES = sorted(FOLDERS.stories.glob("*.story"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_story_that_once_failed_holds(path: Path) -> None:
    trial = played(read(path.read_text()))
    assert not trial.wrong, trial.told()


def test_a_plan_is_the_same_when_it_is_read_again() -> None:
    for seed in range(40):
        plan = draw(seed)
        again = read(written(plan, ["a line"]))
        assert written(again, []) == written(plan, [])
        assert (again.seed, again.clock_off_s, again.by_mqtt) == (plan.seed, plan.clock_off_s, plan.by_mqtt)
        assert again.on_sqlite == plan.on_sqlite


def test_a_failure_that_no_rule_can_tell_becomes_a_story_file(tmp_path: Path) -> None:
    plan, parts = draw(0), BUGS["forgets the outbox at a restart"][0]
    trial = played(plan, parts)
    assert trial.wrong
    path = keep(plan, trial.wrong, [], {}, Folders(tmp_path, tmp_path))
    assert path.suffix == ".story"
    assert shape_of(played(read(path.read_text()), parts).wrong[0]) == shape_of(trial.wrong[0])


@pytest.mark.parametrize(("should_be", "suffix"), [("breached", ".txt"), ("met", ".story")])
def test_a_failure_of_the_rules_becomes_a_scenario(should_be: str, suffix: str, tmp_path: Path) -> None:
    """A call answered in time: who says that it must be breached is told wrong by the rules alone; who says met is not,
    so that, if the whole service had given another verdict, it would not be the rules' fault.
    """
    plan = Plan(7, 0.0, 0, [Call(2.0, "c0", "main", "13800138000", 6.0, answered=True)])
    world = run(plan)
    entries = [row.entry for row in world.disk.rows]
    wrong = [f"c0: three_rings is met after 6.0 s, and should be ['{should_be}']"]
    path = keep(plan, wrong, entries, {}, Folders(tmp_path, tmp_path))
    assert path.suffix == suffix
    if suffix == ".txt":
        (story,) = stories(path)
        with pytest.raises(AssertionError, match="met"):
            play(story)


def test_a_failure_is_told_by_its_shortest_and_simplest_story() -> None:
    parts = BUGS["misreads a rule"][0]
    held = Call(431.7, "c0", "main", "13800138000", 3.2, True, 2, ((11.0, 9.5), (7.0, 30.0)), (), (("again", 0.3),))
    other = Call(12.4, "c1", "main", "02161234567", 7.7, answered=False)
    plan = Plan(7, 0.3, 200, [other, Noise(80.2, "gate", 40), held, Click(500.9, "acknowledge"), ClockSet(77.0, 30.0)])
    trial = played(plan, parts)
    assert trial.wrong
    shortest = minimised(trial, parts).plan
    assert shortest.happenings == [Call(1.0, "c0", "main", "13800138000", 3.2, True, 1, ((7.0, 30.0),))]
    assert (shortest.clock_off_s, shortest.drift_ppm) == (0.0, 0)
