"""A storm of more than is judged at once: how many it is so far is told before all are counted."""

import pytest

from rules.effects import Alert
from rules.engine import State, decide, next_deadline
from rules.events import AlertAcknowledged, DeadlinePassed, Delivered, Entry
from rules.quiet import StormRules
from rules.settings import RuleSet, SourceRules, ThreeRings
from rules.storm_lines import UNTOLD_MAX
from tests.fixtures.counting import calls_of

NOW = 1_763_712_000_000_000
LIMIT_US = 15_000_000
ALONE = 20


def lines_of_a_burst(calls: int, sources: tuple[str, ...] = ("main",)) -> list[Alert]:
    return burst(calls, sources)[1]


def burst(calls: int, sources: tuple[str, ...] = ("main",)) -> tuple[State, list[Alert]]:
    """So many calls begin in one moment and are not answered: what lives then, and the lines, each as it was told."""
    rules = RuleSet(
        version="v1",
        site="s",
        three_rings=ThreeRings(warn_at_rings=()),
        storm=StormRules(alone=ALONE),
        sources=tuple(SourceRules(name=name) for name in sources),
        notifiers=("desk",),
    )
    state = State(rules)
    for number in range(calls):
        source = sources[number % len(sources)]
        decide(state, Entry(number + 1, NOW, Delivered(source=source, call=f"c{number}", leg="x")))
    lines: list[Alert] = []
    due_us = NOW + LIMIT_US
    seq = calls
    while next_deadline(state, due_us) is not None:
        seq += 1
        decision = decide(state, Entry(seq, due_us, DeadlinePassed()))
        told = {send.alert for send in decision.sends}
        lines += [alert for alert in decision.alerts if alert.count is not None and alert.id in told]
    return state, lines


def test_the_line_says_how_many_it_is_so_far_and_once_more_when_all_are_counted() -> None:
    calls = 3 * UNTOLD_MAX
    so_far, all_of_them = lines_of_a_burst(calls)
    assert so_far.reason == "storm_so_far"
    assert UNTOLD_MAX <= (so_far.count or 0) < UNTOLD_MAX + 256
    assert (all_of_them.reason, all_of_them.count) == ("storm", calls - ALONE)
    assert all_of_them.tied_to == so_far.id
    assert so_far.state == "cleared"


def test_a_burst_that_is_soon_counted_is_told_once() -> None:
    (line,) = lines_of_a_burst(UNTOLD_MAX)
    assert (line.reason, line.count) == ("storm", UNTOLD_MAX - ALONE)


def test_storms_of_many_places_are_told_so_far_when_they_are_much_together() -> None:
    sources = ("main", "north", "south")
    lines = lines_of_a_burst(2 * UNTOLD_MAX, sources)
    assert [line.reason for line in lines] == ["storm_so_far"] * 3 + ["storm"] * 3
    assert {line.source for line in lines[:3]} == set(sources)
    assert sum(line.count or 0 for line in lines[3:]) == 2 * UNTOLD_MAX - 3 * ALONE


def test_who_acknowledges_a_line_waits_no_longer_for_each_whom_it_stands_for_than_for_few() -> None:
    """Looked for one by one among all that is live, 5,000 took 1.4 s, and 100,000 would have taken ten minutes."""

    def cost(held: int) -> int:
        state, (line,) = burst(held + ALONE)
        seen = Entry(10**6, NOW + 2 * LIMIT_US, AlertAcknowledged(alert=line.id, by="li"))
        return calls_of(lambda: decide(state, seen))

    assert cost(2_000) / cost(500) == pytest.approx(4, rel=0.1)
