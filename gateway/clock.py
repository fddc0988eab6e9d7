"""Our clock: wall time anchored once, then monotonic, so that a wall step moves no deadline."""

import time
from collections.abc import Callable

Clock = Callable[[], int]  # microseconds UTC since 1970


class AnchoredClock:
    """Reads wall time once, when it is made."""

    def __init__(self) -> None:
        self._anchor_us = time.time_ns() // 1000 - time.monotonic_ns() // 1000

    def __call__(self) -> int:
        return self._anchor_us + time.monotonic_ns() // 1000
