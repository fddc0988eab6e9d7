"""The skew is the smallest delay seen lately; what is absurd is as if no time were told."""

from rules.effects import Decision
from rules.incidents import SourceStatus
from rules.settings import RuleSet
from rules.source_clock import ABSURD_US, WINDOW_US, read
from rules.state import State
from rules.turn import Turn

MAX_US = 2_000_000  # what a source is allowed where its settings say nothing else
NOW = 1_763_712_000_000_000


def trusted(status: SourceStatus) -> bool:
    state = State(RuleSet(version="1", site="s"), sources=[status])
    return Turn(state, state.terms, 1, NOW, NOW, NOW, Decision()).clock_trusted(status.name)


def test_the_smallest_delay_is_the_skew() -> None:
    status = SourceStatus(name="main")
    assert read(status, NOW, NOW - 900_000, MAX_US) == (NOW - 900_000, NOW, True)
    assert read(status, NOW + 10, NOW - 300_000, MAX_US) == (NOW - 300_000, NOW + 10, True)
    assert status.skew_us == 300_010
    source_us, moment_us, changed = read(status, NOW + 1_000_000, NOW, MAX_US)
    assert (source_us, moment_us, changed) == (NOW, NOW + 300_010, False)


def test_a_moment_on_our_clock_is_never_after_its_receipt() -> None:
    status = SourceStatus(name="main", skew_us=500_000, window_us=NOW, window_skew_us=500_000)
    _, moment_us, _ = read(status, NOW + 1, NOW, MAX_US)
    assert moment_us == NOW + 1


def test_a_moment_of_the_far_past_or_future_is_no_moment() -> None:
    status = SourceStatus(name="main")
    assert read(status, NOW, NOW - ABSURD_US - 1, MAX_US) == (None, NOW, False)
    assert read(status, NOW, NOW + ABSURD_US + 1, MAX_US) == (None, NOW, False)
    assert status.skew_us is None


def test_a_moment_of_the_near_future_tells_the_skew_but_does_not_judge() -> None:
    status = SourceStatus(name="main")
    source_us, moment_us, changed = read(status, NOW, NOW + MAX_US + 1, MAX_US)
    assert (source_us, moment_us, changed) == (None, NOW, True)
    assert status.skew_us == -MAX_US - 1
    assert not trusted(status)


def test_a_clock_set_right_is_trusted_again_at_its_first_sane_time() -> None:
    status = SourceStatus(name="main")
    read(status, NOW, NOW + 5_000_000, MAX_US)
    assert not trusted(status)
    assert read(status, NOW + 10, NOW, MAX_US) == (NOW, NOW + 10, True)
    assert status.skew_us == 10


def test_one_absurd_time_does_not_damn_a_clock_that_proved_itself() -> None:
    status = SourceStatus(name="main")
    read(status, NOW + 10, NOW, MAX_US)
    assert read(status, NOW + 20, NOW + 30_000_000, MAX_US) == (None, NOW + 20, False)
    assert status.skew_us == 10


def test_a_clock_that_stays_ahead_for_a_window_is_no_longer_trusted() -> None:
    status = SourceStatus(name="main")
    read(status, NOW + 10, NOW, MAX_US)
    read(status, NOW + WINDOW_US + 10, NOW + WINDOW_US + 30_000_000, MAX_US)
    assert not trusted(status)


def test_after_a_long_silence_only_the_new_window_counts() -> None:
    status = SourceStatus(name="main")
    read(status, NOW, NOW + 1_900_000, MAX_US)
    read(status, NOW + 3 * WINDOW_US, NOW + 3 * WINDOW_US - 40, MAX_US)
    assert status.skew_us == 40


def test_the_allowance_itself_is_still_trusted() -> None:
    assert trusted(SourceStatus(name="main", skew_us=MAX_US))
    assert trusted(SourceStatus(name="main", skew_us=-MAX_US))
    assert not trusted(SourceStatus(name="main", skew_us=MAX_US + 1))
    assert not trusted(SourceStatus(name="main"))
