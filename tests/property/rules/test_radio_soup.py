"""Whatever the radio brings, in whatever order: no rule raises, nothing is told twice, a restart changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from tests.property.rules.promises import (
    check_a_restart_changes_no_decision,
    check_every_change_is_listed,
    check_nothing_is_told_twice,
)
from tests.property.rules.radio_soup import RULES, traffic
from tests.property.rules.soup import Traffic, decide_all, journal


@settings(max_examples=200, deadline=None, derandomize=True)
@given(traffic)
def test_no_rule_raises_and_no_alert_is_raised_twice(events: Traffic) -> None:
    check_nothing_is_told_twice(RULES, events)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(traffic, st.integers(0, 40))
def test_a_restart_anywhere_changes_no_decision(events: Traffic, cut: int) -> None:
    check_a_restart_changes_no_decision(RULES, events, cut)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic)
def test_every_change_is_listed(events: Traffic) -> None:
    check_every_change_is_listed(RULES, events)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic)
def test_every_waiting_hail_is_a_live_open_record(events: Traffic) -> None:
    state = State(RULES)
    decide_all(state, journal(events))
    for channel in state.channels.values():
        waiting = [hail for hail in channel.hails if not hail.answered]
        assert len({hail.incident for hail in channel.hails}) == len(channel.hails)
        for hail in waiting:
            incident = state.incidents[hail.incident]
            assert incident.unit == hail.unit
            assert incident.outcome == "open" or hail.emergency
            assert incident.calls >= 1
