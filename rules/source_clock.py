"""How far a source's clock is from ours, and whether it may judge.

Transport can only delay, so the smallest receipt minus occurrence seen lately is the truest skew.
Two windows of five minutes make a minimum that forgets: a clock that is set right is trusted again.
"""

from rules.incidents import SourceStatus
from rules.moments import SECOND_US

WINDOW_US = 300 * SECOND_US
ABSURD_US = 3600 * SECOND_US  # a moment older than this was not sent when it happened, or is not a time at all


def observe(status: SourceStatus, at_us: int, occurred_us: int) -> bool:
    """Take one pair of times into the skew; True if the status changed."""
    delta = at_us - occurred_us
    if not -ABSURD_US <= delta <= ABSURD_US:
        return False
    smallest = status.window_skew_us
    if smallest is None or at_us - status.window_us >= WINDOW_US:
        # the finished window still counts beside the new one
        recent = smallest is not None and at_us - status.window_us < 2 * WINDOW_US
        status.skew_us = min(delta, smallest) if recent and smallest is not None else delta
        status.window_us = at_us
        status.window_skew_us = delta
        return True
    if delta >= smallest:
        return False
    status.window_skew_us = delta
    if status.skew_us is None or delta < status.skew_us:
        status.skew_us = delta
    return True


def trusted(status: SourceStatus, skew_max_us: int) -> bool:
    skew_us = status.skew_us
    return skew_us is not None and -skew_max_us <= skew_us <= skew_max_us


def plausible(at_us: int, occurred_us: int, skew_max_us: int) -> bool:
    """Neither from the future nor from long ago; else it is as if no time were told."""
    return -skew_max_us <= at_us - occurred_us <= ABSURD_US
