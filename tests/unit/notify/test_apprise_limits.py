"""The rate of a robot never exceeds what its service allows, and a robot that fails is left alone for growing times."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.notify.apprise.breaker import FAILURES, FIRST_S, LONGEST_S, Breaker
from adapters.notify.apprise.limits import Bucket, Limits, limits_of

LIMITS = st.one_of(
    st.integers(1, 200).map(lambda most: Limits(per_minute=most)),
    st.tuples(st.integers(1, 200), st.integers(1, 10)).map(lambda two: Limits(per_minute=two[0], per_second=two[1])),
)


def gone(limits: Limits, pauses_s: list[float]) -> list[float]:
    """When messages went, of somebody who waits as told and then for each pause."""
    bucket, now_s, sent = Bucket(limits), 1_000.0, []
    for pause_s in pauses_s:
        now_s += pause_s + bucket.wait_s(now_s + pause_s)
        bucket.take(now_s)
        sent.append(now_s)
    return sent


def most_within(sent: list[float], window_s: float) -> int:
    return max(sum(1 for other in sent if 0 <= other - begin < window_s) for begin in sent)


@given(LIMITS, st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0, 7.0, 59.0, 300.0]), min_size=1, max_size=120))
def test_no_minute_and_no_second_sees_more_than_the_limits(limits: Limits, pauses_s: list[float]) -> None:
    sent = gone(limits, pauses_s)
    assert most_within(sent, 60.0 - 1e-6) <= (limits.per_minute or 0)
    assert most_within(sent, 1.0 - 1e-6) <= (limits.per_second or 200)


@pytest.mark.parametrize(
    ("schema", "first", "last_s"), [("wecombot", 5, 60.0), ("dingtalk", 5, 60.0), ("feishu", 2, 12)]
)
def test_a_flood_goes_evenly_after_a_few_at_once(schema: str, first: int, last_s: float) -> None:
    sent = gone(limits_of(schema, None), [0.0] * 20)
    assert sum(1 for at_s in sent if at_s == sent[0]) == first
    assert sent[-1] - sent[0] <= last_s
    assert max(later - earlier for earlier, later in pairwise(sent)) <= 4.1


@pytest.mark.parametrize("most", [1, 2, 3, 5, 20, 100, 200])
@pytest.mark.parametrize("per_second", [None, 1, 2, 5])
def test_an_endless_flood_keeps_to_the_limits(most: int, per_second: int | None) -> None:
    sent = gone(Limits(per_minute=most, per_second=per_second), [0.0] * 4 * most)
    assert most_within(sent, 60.0 - 1e-6) <= most
    assert most_within(sent, 1.0 - 1e-6) <= (per_second or most)


def test_other_services_have_no_limit_unless_the_installer_sets_one() -> None:
    assert len(set(gone(limits_of("mailtos", None), [0.0] * 1000))) == 1
    assert len(set(gone(limits_of("mailtos", 6), [0.0] * 6))) == 6
    assert limits_of("wecombot", 10) == Limits(per_minute=10, bytes_max=2_048)


def test_a_robot_is_left_alone_after_failures_in_a_row_and_longer_each_time() -> None:
    breaker, now_s, pauses_s = Breaker(), 50.0, []
    for _ in range(FAILURES - 1):
        breaker.failed(now_s, throttled=False)
    assert not breaker.open
    for _ in range(8):
        breaker.failed(now_s, throttled=False)
        breaker.failed(now_s, throttled=False)  # of a try that was begun before: it counts once
        pauses_s.append(breaker.wait_s(now_s))
        now_s += pauses_s[-1]
        assert breaker.open, "until it works again"
    assert pauses_s[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert pauses_s[-1] == LONGEST_S
    breaker.worked()
    assert not breaker.open
    breaker.failed(now_s, throttled=False)
    assert not breaker.open


def test_one_that_says_too_fast_is_left_alone_at_once() -> None:
    breaker = Breaker()
    breaker.failed(10.0, throttled=True)
    assert breaker.wait_s(10.0) == 60.0
