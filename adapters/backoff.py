"""How long to wait before the next try: doubling, by chance, so that many who lost one peer do not return as one."""

import random
from collections.abc import Callable
from math import inf


class Backoff:
    """Waits of at most `first_s`, twice that, four times … up to `longest_s`; each a random part of its most.

    Never below half of `first_s`: a refusal that comes at once must not become a busy loop.
    """

    def __init__(self, *, first_s: float, longest_s: float, chance: Callable[[], float] = random.random) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._chance = chance
        self.tries = 0

    def next_s(self, at_most_s: float = inf) -> float:
        most_s = min(self._longest_s, at_most_s, self._first_s * 2.0 ** min(self.tries, 60))
        self.tries += 1
        return max(self._first_s / 2, most_s * self._chance())

    def longest(self) -> float:
        """After a refusal that time alone will not cure: the longest wait at once, a tenth of it by chance."""
        self.tries += 1
        return self._longest_s * (0.9 + 0.1 * self._chance())

    def reset(self) -> None:
        self.tries = 0
