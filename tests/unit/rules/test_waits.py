"""Waits: what comes first, what is dropped, and that neither order nor anything that waits is ever lost."""

from hypothesis import given
from hypothesis import strategies as st

from rules.obligations import Obligation, Step
from rules.waits import OBLIGATION, Wait, Waits

SECOND = 1_000_000


def obligation(id_: int, at_us: int) -> Obligation:
    return Obligation(id=id_, rule="three_rings", incident=1, opened_us=at_us, due_us=at_us, plan=(Step(0, "breach"),))


def due_of(wait: Wait) -> int | None:
    thing = wait[-1]
    assert isinstance(thing, Obligation)
    return wait[0] if thing.state == "open" and thing.opened_us == wait[0] else None


class Desk:
    """Waits beside a plain list of what should be in them."""

    def __init__(self, live: int = 0) -> None:
        self.waits = Waits(due_of, lambda: live)
        self.all: list[Obligation] = []

    def add(self, at_us: int) -> None:
        thing = obligation(len(self.all), at_us)
        self.all.append(thing)
        self.waits.add(at_us, OBLIGATION, thing.id, thing)

    def expected(self, by_us: int) -> list[int]:
        return [o.id for o in sorted(self.all, key=lambda o: (o.opened_us, o.id)) if o.opened_us <= by_us and _open(o)]

    def take(self, by_us: int) -> list[int]:
        taken = []
        while (at_us := self.waits.next_us(by_us)) is not None:
            assert self.waits.from_us <= at_us <= by_us
            thing = self.waits.pop()[-1]
            assert isinstance(thing, Obligation)
            assert thing.opened_us == at_us
            thing.state = "met"
            taken.append(thing.id)
        return taken


def _open(thing: Obligation) -> bool:
    return thing.state == "open"


added = st.tuples(st.just("add"), st.integers(0, 8 * SECOND))
ended = st.tuples(st.just("end"), st.integers(0, 60))
taken = st.tuples(st.just("take"), st.integers(0, 8 * SECOND))
asked = st.tuples(st.just("ask"), st.just(0))


@given(st.lists(added | ended | taken | asked, max_size=80))
def test_what_is_due_comes_in_the_order_of_its_moments_and_nothing_is_lost(deeds: list[tuple[str, int]]) -> None:
    desk = Desk()
    for what, number in deeds:
        if what == "add":
            desk.add(number)
        elif what == "end" and number < len(desk.all):
            desk.all[number].state = "met"
        elif what == "take":
            expected = desk.expected(number)
            assert desk.take(number) == expected
        elif what == "ask":
            first = min((o.opened_us for o in desk.all if _open(o)), default=None)
            assert desk.waits.next_us() == first
    expected = desk.expected(10 * SECOND)
    assert desk.take(10 * SECOND) == expected
    assert desk.waits.next_us() is None


def test_what_is_over_long_before_its_moment_is_let_go_of() -> None:
    desk = Desk()
    for number in range(50_000):
        desk.add(number * SECOND)
        if number % 10:
            desk.all[-1].state = "met"
    assert len(desk.waits) < 26_000
    expected = desk.expected(50_000 * SECOND)
    assert len(expected) == 5_000
    assert desk.take(50_000 * SECOND) == expected


def test_so_many_that_are_over_are_held_as_there_are_things_and_no_more() -> None:
    desk = Desk(live=10_000)
    most = 0
    for number in range(100_000):
        desk.add(number * SECOND)
        desk.all[-1].state = "met"
        most = max(most, len(desk.waits))
    assert 20_000 < most <= 40_001


def test_a_wait_that_is_added_after_all_were_looked_through_is_not_overlooked() -> None:
    desk = Desk()
    desk.add(10_900_000)
    assert desk.waits.next_us() == 10_900_000  # its span is in order now
    for number in range(20_001):
        desk.add((100 + number) * SECOND)
        desk.all[-1].state = "met"
    assert len(desk.waits) < 100
    desk.add(10_600_000)  # of the same span
    assert desk.waits.next_us(10_600_000) == 10_600_000
