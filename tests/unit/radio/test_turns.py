"""One command at a time: what waits, what is given up, what is refused."""

import pytest

from adapters.radio.station import CannotSend
from adapters.radio.turns import WAITING_MAX, Asked, Turns
from tests.unit.radio.streams import AT_US


def test_the_next_goes_out_when_the_one_before_is_answered() -> None:
    turns = Turns(1_000_000)
    turns.ask(b"one")
    turns.ask(b"two", "101", "a-2")
    assert (turns.to_send(), turns.to_send()) == ([b"one"], [])
    assert turns.answered() == Asked(b"one")
    assert turns.to_send() == [b"two"]
    assert turns.answered() == Asked(b"two", "101", "a-2")
    assert turns.answered() is None


def test_an_answer_has_its_time_from_when_the_clock_is_first_told() -> None:
    turns = Turns(1_000_000)
    turns.ask(b"one")
    wakes = [turns.wake_us]
    turns.to_send()
    wakes.append(turns.wake_us)
    assert turns.passed(AT_US) is None
    wakes.append(turns.wake_us)
    assert turns.passed(AT_US + 1_000_000) == Asked(b"one")
    assert [*wakes, turns.wake_us] == [None, 0, AT_US + 1_000_000, None]


def test_nothing_goes_out_while_it_is_held() -> None:
    turns = Turns(1_000_000)
    turns.hold()
    turns.ask(b"one")
    assert turns.to_send() == []
    turns.answered()
    assert turns.to_send() == [b"one"]


def test_too_many_that_wait_are_refused() -> None:
    turns = Turns(1_000_000)
    for _ in range(WAITING_MAX):
        assert turns.ask(b"x")
    assert not turns.ask(b"x")
    with pytest.raises(CannotSend):
        turns.text(b"x", "101", "a")
