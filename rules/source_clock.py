"""How far a source's clock is from ours, and whether it may judge.

Transport can only delay, so the smallest receipt minus occurrence seen lately is the truest skew.
Two windows of five minutes make a minimum that forgets: a clock that is set right is trusted again.
"""

from rules.incidents import SourceStatus
from rules.moments import SECOND_US

WINDOW_US = 300 * SECOND_US
ABSURD_US = 3600 * SECOND_US  # a moment older than this was not sent when it happened, or is not a time at all


def read(status: SourceStatus, at_us: int, occurred_us: int, skew_max_us: int) -> tuple[int | None, int, bool]:
    """The source's time if it is plausible, the moment on our clock, and whether the status changed.

    A time from the future or from long ago is as if none were told; a clock that is not trusted
    leaves the moment at the receipt.
    """
    delta = at_us - occurred_us
    smallest, skew_us = status.window_skew_us, status.skew_us
    if (
        smallest is not None
        and smallest <= delta <= ABSURD_US
        and at_us - status.window_us < WINDOW_US
        and skew_us is not None
        and -skew_max_us <= skew_us <= skew_max_us
    ):
        return occurred_us, occurred_us + skew_us, False  # as nearly always: nothing is learnt of a trusted clock
    if not -ABSURD_US <= delta <= ABSURD_US:
        return None, at_us, False
    ahead = delta < -skew_max_us
    if smallest is None or at_us - status.window_us >= WINDOW_US:
        changed = True
        _new_window(status, at_us, delta)
    else:
        # One absurd time does not damn a clock that proves itself, nor does it outlive the next sane one.
        was_ahead = smallest < -skew_max_us
        changed = delta < smallest if ahead == was_ahead else was_ahead
        if changed:
            status.window_skew_us = delta
            status.skew_us = delta if was_ahead or status.skew_us is None else min(delta, status.skew_us)
    if ahead:
        return None, at_us, changed
    skew_us = status.skew_us
    if skew_us is None or not -skew_max_us <= skew_us <= skew_max_us:
        return occurred_us, at_us, changed
    carried_us = occurred_us + skew_us
    return occurred_us, min(at_us, carried_us), changed


def trusted(status: SourceStatus, skew_max_us: int) -> bool:
    skew_us = status.skew_us
    return skew_us is not None and -skew_max_us <= skew_us <= skew_max_us


def _new_window(status: SourceStatus, at_us: int, delta: int) -> None:
    """The finished window still counts beside the new one."""
    smallest = status.window_skew_us
    recent = smallest is not None and at_us - status.window_us < 2 * WINDOW_US
    status.skew_us = min(delta, smallest) if recent and smallest is not None else delta
    status.window_us = at_us
    status.window_skew_us = delta
