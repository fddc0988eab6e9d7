"""Guards on a radio channel, made from a seed: who calls control, who is answered, who calls in vain."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Deed = Literal["press", "release", "bump", "page", "emergency", "speak", "fall_silent"]
# What becomes of a hail, out of a hundred.
SHARES = {"answered": 58, "second_call": 14, "unanswered": 9, "late": 8, "bump": 6, "page": 4, "emergency": 1}
OPENING = ("answered", "second_call", "emergency", "unanswered")  # so that a visitor soon sees one of each
_PAGES = ("page", "emergency")
GAP_S = 18.0  # between two hails on one channel, on the average


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, `after_s` the start of its story."""

    after_s: float
    deed: Deed
    unit: str = ""


@dataclass(frozen=True)
class Story:
    """One hail from its first press to the end of what follows. `kind` says what becomes of it, for counting."""

    kind: str
    steps: tuple[Step, ...]

    @property
    def lasts_s(self) -> float:
        return self.steps[-1].after_s


def hails(seed: int, units: Sequence[str], *, pages: bool = True) -> Iterator[tuple[float, Story]]:
    """Without end: how long the channel is quiet before, and the story. Not every base can tell of `pages`."""
    chance = random.Random(f"hails {seed} {units[0]}")
    shares = {kind: share for kind, share in SHARES.items() if pages or kind not in _PAGES}
    opening = [kind for kind in OPENING if kind in shares]
    number = 0
    while True:
        kind = opening[number] if number < len(opening) else chance.choices(list(shares), list(shares.values()))[0]
        quiet_s = chance.uniform(1.0, 3.0) if number == 0 else 4.0 + chance.expovariate(1 / GAP_S)
        number += 1
        yield quiet_s, _Telling(chance, chance.choice(units)).of_kind(kind)


class _Telling:
    """Puts one story together, step by step."""

    def __init__(self, chance: random.Random, unit: str) -> None:
        self.chance = chance
        self.unit = unit
        self.at_s = 0.0
        self.steps: list[Step] = []

    def of_kind(self, kind: str) -> Story:
        draw = self.chance.uniform
        if kind == "bump":
            self._do("bump")
        elif kind == "page":
            self._do("page")
            self._answer(draw(2.0, 6.0))
        elif kind == "emergency":
            self._do("emergency")
            self._call(draw(2.5, 4.0))
            self._answer(draw(4.0, 8.0))
        elif kind == "second_call":
            self._call(draw(1.5, 3.0))
            self.at_s += draw(3.0, 5.0)
            self._call(draw(1.5, 3.0))
            self._answer(draw(0.8, 2.0))
        elif kind == "unanswered":
            for _ in range(3):
                self._call(draw(1.2, 2.2))
                self.at_s += draw(2.5, 4.0)
            self.at_s += 32.0  # long enough for control to have lost it
            self._do("bump")
        elif kind == "late":
            self._call(draw(1.5, 3.0))
            self._answer(draw(12.0, 20.0))
        else:
            self._call(draw(1.5, 4.0))
            self._answer(draw(0.8, 5.0))
        return Story(kind, tuple(self.steps))

    def _call(self, lasts_s: float) -> None:
        self._do("press")
        self.at_s += lasts_s
        self._do("release")

    def _answer(self, after_s: float) -> None:
        """Control answers, the unit says what it wants, control confirms."""
        self.at_s += after_s
        self._control(self.chance.uniform(1.5, 3.5))
        self.at_s += self.chance.uniform(0.6, 1.4)
        self._call(self.chance.uniform(2.0, 5.0))
        self.at_s += self.chance.uniform(0.5, 1.2)
        self._control(self.chance.uniform(1.0, 2.0))

    def _control(self, lasts_s: float) -> None:
        self._do("speak")
        self.at_s += lasts_s
        self._do("fall_silent")

    def _do(self, deed: Deed) -> None:
        self.steps.append(Step(self.at_s, deed, self.unit))
