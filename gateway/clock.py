"""Our clock: wall time anchored once, then monotonic, so that a wall step moves no deadline."""

import time
from collections.abc import Callable

Clock = Callable[[], int]  # microseconds UTC since 1970


class AnchoredClock:
    """Reads wall time once, when it is made; `anchor_us` is how far it is beyond the machine's monotonic clock."""

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self.anchor_us = wall_ns() // 1000 - monotonic_ns() // 1000

    def __call__(self) -> int:
        return self.anchor_us + self._monotonic_ns() // 1000
