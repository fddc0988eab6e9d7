"""Whatever comes, in whatever order: no rule raises, nothing is told twice, a restart changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from tests.property.rules.promises import (
    check_a_restart_changes_no_decision,
    check_every_change_is_listed,
    check_nothing_is_told_twice,
)
from tests.property.rules.soup import RULES, Traffic, decide_all, journal, traffic


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic)
def test_no_rule_raises_and_no_alert_is_raised_twice(events: Traffic) -> None:
    check_nothing_is_told_twice(RULES, events)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(traffic)
def test_the_same_journal_gives_the_same_decisions(events: Traffic) -> None:
    assert decide_all(State(RULES), journal(events)) == decide_all(State(RULES), journal(events))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic, st.integers(0, 40))
def test_a_restart_anywhere_changes_no_decision(events: Traffic, cut: int) -> None:
    check_a_restart_changes_no_decision(RULES, events, cut)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(traffic)
def test_nothing_is_told_before_its_moment(events: Traffic) -> None:
    for decision in decide_all(State(RULES), journal(events)):
        for alert in decision.alerts:
            if alert.kind == "breach" and alert.rule in ("hold_checkin", "call_back"):
                assert alert.raised_us >= alert.due_us


@settings(max_examples=100, deadline=None, derandomize=True)
@given(traffic)
def test_every_change_is_listed(events: Traffic) -> None:
    check_every_change_is_listed(RULES, events)
