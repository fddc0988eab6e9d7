"""Leaves a robot alone that fails time and again: longer each time, then one try."""

FAILURES = 3  # in a row, until it is left alone
FIRST_S = 15.0
LONGEST_S = 600.0
THROTTLED_S = 60.0  # one that says "too fast" is not asked three times


class Breaker:
    def __init__(self) -> None:
        self.open = False  # since it failed so often, until it works again
        self._failures = 0
        self._pauses = 0
        self._until_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """How long it is still left alone; 0 while `open`: it may be tried, one at a time."""
        return max(0.0, self._until_s - now_s) if self.open else 0.0

    def failed(self, now_s: float, *, throttled: bool) -> None:
        if self.wait_s(now_s) > 0:
            return  # begun before it was left alone
        self._failures += 1
        if self._failures < FAILURES and not throttled and not self.open:
            return
        pause_s = min(FIRST_S * 2.0 ** min(self._pauses, 20), LONGEST_S)
        self.open = True
        self._pauses += 1
        self._until_s = now_s + (max(pause_s, THROTTLED_S) if throttled else pause_s)

    def worked(self) -> None:
        self.open = False
        self._failures = self._pauses = 0
