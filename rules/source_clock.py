"""How far a source's clock is from ours, and whether it may judge.

Transport can only delay, so the smallest receipt minus occurrence seen lately is the truest skew.
Two windows of five minutes make a minimum that forgets: a clock that is set right is trusted again.
"""

from rules.events import ClockAnchored
from rules.incidents import Incident, SourceStatus
from rules.moments import SECOND_US, cut_s
from rules.obligations import Clock, Obligation
from rules.turn import Turn

WINDOW_US = 300 * SECOND_US
SAME_BASE_US = SECOND_US  # two boots of a machine cannot be so near
ABSURD_US = 3600 * SECOND_US  # a moment older than this was not sent when it happened, or is not a time at all


def anchored(turn: Turn, event: ClockAnchored) -> None:
    """Our own clock began anew. Moved a little, the skews move with it; moved far (the machine was rebooted, or its
    clock set), nobody knows how far the sources are off now: what an old skew says would date events wrongly.
    """
    moved_us = event.moved_us
    if event.lost_us:
        turn.state.skip_lost(turn.at_us, event.lost_us)
    turn.state.steady_clocks.clear()
    for status in turn.state.sources.values():
        if status.skew_us is None or moved_us == 0:
            continue
        if moved_us is not None and -SAME_BASE_US <= moved_us <= SAME_BASE_US:
            status.skew_us += moved_us
            status.window_skew_us = None if status.window_skew_us is None else status.window_skew_us + moved_us
        else:
            status.skew_us = status.window_skew_us = None
        turn.decision.sources += (status,)


def set_moment(turn: Turn, source: str, occurred_us: int | None) -> None:
    """When the event happened, on our clock, if its source told its own time; and what that teaches of its clock."""
    status = turn.status(source)
    if occurred_us is None:
        return
    skew_max_us = turn.terms.sources[source].skew_max_us
    turn.source_us, turn.moment_us, changed = read(status, turn.at_us, occurred_us, skew_max_us)
    if turn.source_us is None:
        turn.refused_us = occurred_us
    if changed:
        turn.decision.sources += (status,)
    skew_us, smallest_us = status.skew_us, status.window_skew_us
    if skew_us is not None and smallest_us is not None and -skew_max_us <= skew_us <= skew_max_us:
        turn.state.steady_clocks[source] = skew_us, smallest_us, status.window_us + WINDOW_US
    else:
        turn.state.steady_clocks.pop(source, None)


def read(status: SourceStatus, at_us: int, occurred_us: int, skew_max_us: int) -> tuple[int | None, int, bool]:
    """The source's time if it is plausible, the moment on our clock, and whether the status changed.

    A time from the future or from long ago is as if none were told; a clock that is not trusted
    leaves the moment at the receipt.
    """
    delta = at_us - occurred_us
    smallest = status.window_skew_us
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


def _new_window(status: SourceStatus, at_us: int, delta: int) -> None:
    """The finished window still counts beside the new one."""
    smallest = status.window_skew_us
    recent = smallest is not None and at_us - status.window_us < 2 * WINDOW_US
    status.skew_us = min(delta, smallest) if recent and smallest is not None else delta
    status.window_us = at_us
    status.window_skew_us = delta


def measured(turn: Turn, incident: Incident, obligation: Obligation, elapsed_us: int, clock: Clock) -> None:
    """Keep the evidence of a time: how long, by which clock, how far off that one is."""
    obligation.seconds = cut_s(elapsed_us)
    obligation.clock = clock
    status = turn.state.sources.get(incident.call.source)
    obligation.skew_us = status.skew_us if status is not None else None
    if clock == "receipt" and (turn.source_us is not None or turn.refused_us is not None):
        turn.flag(incident, "source_clock_not_trusted")
    if clock == "source" and _limit_within_its_second(obligation, elapsed_us):
        obligation.certain = False
        turn.flag(incident, "source_clock_whole_seconds")


def _limit_within_its_second(obligation: Obligation, elapsed_us: int) -> bool:
    """Both ends were told in whole seconds, so it lasted up to one more or less: nobody can tell on which side."""
    began_us = obligation.source_opened_us
    if began_us is None or began_us % SECOND_US or elapsed_us % SECOND_US:
        return False
    return abs(elapsed_us - obligation.plan[-1].after_us) < SECOND_US
