"""The shortest story that fails in the same way: fewer happenings first, then simpler ones, at rounder moments."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from tests.simulation.plan import Happening, Plan

TRIES_MAX = 400
# What a happening is simplest with, where it has the field.
PLAIN: dict[str, Any] = {
    "ways": (),
    "checkins": (),
    "devices": 1,
    "holds": (),
    "step_s": 0.0,
    "rules": 0,
    "reboots": False,
    "away_s": 0.05,
    "for_s": 0.5,
    "by_s": 0.5,
    "half_open": False,
    "ended_after_s": None,
    "size": 1,
    "in_s": 0.0,
    "after_s": 2.0,
    "instead": False,
    "instead_of": "",
}
SEQUENCES = ("said", "holds", "checkins", "ways", "sources", "only_rules")
Wrong = Callable[[Plan], list[str]]


@dataclass
class Shrinking:
    """`wrong` plays a plan and tells what is wrong; of the first line the shape must stay."""

    plan: Plan
    wrong: Wrong
    shape: str
    tries: int = 0

    def shrunk(self) -> Plan:
        self._drop_happenings()
        while self.tries < TRIES_MAX and any(self._keep(simpler) for simpler in self._simpler()):
            pass
        return self.plan

    def _drop_happenings(self) -> None:
        size = max(1, len(self.plan.happenings) // 2)
        while self.tries < TRIES_MAX:
            left = (
                self.plan.happenings[:begin] + self.plan.happenings[begin + size :]
                for begin in range(0, len(self.plan.happenings), size)
            )
            if not any(self._keep(replace(self.plan, happenings=one)) for one in left):
                if size == 1:
                    return
                size = max(1, size // 2)

    def _keep(self, plan: Plan) -> bool:
        if self.tries >= TRIES_MAX:
            return False
        self.tries += 1
        fails = any(shape_of(line) == self.shape for line in self.wrong(plan))
        if fails:
            self.plan = plan
        return fails

    def _simpler(self) -> Iterator[Plan]:
        plan = self.plan
        for plainer in (
            replace(plan, clock_off_s=0.0),
            replace(plan, drift_ppm=0),
            replace(plan, by_mqtt=False),
            replace(plan, beats=False),
            *(replace(plan, features=tuple(one for one in plan.features if one != left)) for left in plan.features),
        ):
            if plainer != plan:
                yield plainer
        for place, happening in enumerate(plan.happenings):
            for other in _simpler(happening):
                yield replace(plan, happenings=[*plan.happenings[:place], other, *plan.happenings[place + 1 :]])
        yield from self._sooner()

    def _sooner(self) -> Iterator[Plan]:
        """All that follows a pause comes sooner."""
        happenings = sorted(self.plan.happenings, key=lambda one: one.at_s)
        for place, happening in enumerate(happenings):
            before_s = happenings[place - 1].at_s if place else 0.0
            gap_s = happening.at_s - before_s
            for shorter_s in (1.0, 10.0, 60.0):
                if gap_s > shorter_s * 1.5:
                    by_s = gap_s - shorter_s
                    moved = [replace(one, at_s=round(one.at_s - by_s, 3)) for one in happenings[place:]]
                    yield replace(self.plan, happenings=[*happenings[:place], *moved])


def shape_of(line: str) -> str:
    """What is wrong of what, without names, numbers and outcomes."""
    return re.sub(r"\b[a-z]?\d[\d.]*\b", "#", re.split(r" (?:is|was|are|has|and) ", line)[0])


def _simpler(happening: Happening) -> Iterator[Happening]:
    names = {field.name for field in fields(happening)}
    for name, plain in PLAIN.items():
        if name in names and getattr(happening, name) != plain:
            yield replace(happening, **{name: plain})
    for name in SEQUENCES:
        items = getattr(happening, name, ())
        for place in range(len(items)):
            if len(items) > 1:
                yield replace(happening, **{name: items[:place] + items[place + 1 :]})  # type: ignore[arg-type]
    if happening.at_s != round(happening.at_s):
        yield replace(happening, at_s=float(round(happening.at_s)))
