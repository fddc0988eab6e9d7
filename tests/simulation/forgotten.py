"""Holds what was erased: the number is gone from everything, verdicts stay, and the journal still tells the state."""

from collections.abc import Iterator

from tests.simulation.checks import differences
from tests.simulation.erasing import Erasing
from tests.simulation.world import World


def unforgotten(world: World) -> list[str]:
    return [f"erased: {line}" for one in world.history.erased for line in _wrong(world, one)]


def _wrong(world: World, one: Erasing) -> Iterator[str]:
    if one.leaks and not one.done.live:
        yield f"{one.number} stands in the file still"
    if not one.verdicts_stay:
        yield f"{one.number}: verdicts are others"
    yield from differences(one.live, one.entries, world.rule_sets[0])
