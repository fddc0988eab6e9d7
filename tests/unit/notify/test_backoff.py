"""Waits grow, stay within bounds, differ by chance, and begin anew after a success."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.backoff import Backoff


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=100))
def test_no_wait_is_shorter_than_half_the_first_or_longer_than_the_longest(chances: list[float]) -> None:
    chance = iter(chances)
    backoff = Backoff(first_s=0.5, longest_s=30.0, chance=lambda: next(chance))
    assert all(0.25 <= backoff.next_s() <= 30.0 for _ in chances)


def test_the_most_it_waits_doubles_up_to_the_longest_and_begins_anew() -> None:
    backoff = Backoff(first_s=1.0, longest_s=10.0, chance=lambda: 1.0)
    assert [backoff.next_s() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    backoff.reset()
    assert backoff.next_s() == 1.0


def test_a_refusal_waits_longest_at_once() -> None:
    assert 9.0 <= Backoff(first_s=1.0, longest_s=10.0).longest() <= 10.0


def test_what_is_urgent_waits_less_at_its_longest() -> None:
    backoff = Backoff(first_s=1.0, longest_s=10.0, chance=lambda: 1.0)
    assert [backoff.next_s(3.0) for _ in range(4)] == [1.0, 2.0, 3.0, 3.0]
    assert backoff.next_s() == 10.0
