"""Whatever the radio brings, in whatever order: no rule raises, nothing is told twice, a restart changes nothing."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from rules.events import Event
from tests.property.rules.radio_soup import RULES, traffic
from tests.property.rules.soup import decide_all, journal, restarted

Traffic = list[tuple[int, Event]]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(traffic)
def test_no_rule_raises_and_no_alert_is_raised_twice(events: Traffic) -> None:
    decisions = decide_all(State(RULES), journal(events))
    sends = [(send.alert, send.notifier) for decision in decisions for send in decision.sends]
    assert len(sends) == len(set(sends))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(traffic, st.integers(0, 40))
def test_a_restart_anywhere_changes_no_decision(events: Traffic, cut: int) -> None:
    moments = journal(events)
    straight = decide_all(State(RULES), moments)
    first = State(RULES)
    before = decide_all(first, moments[:cut])
    latest_us = moments[min(cut, len(moments)) - 1][0] if cut and moments else 0
    after = decide_all(restarted(first), moments[cut:], seq=len(before), latest_us=latest_us)
    assert before + after == straight


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic)
def test_every_change_is_listed(events: Traffic) -> None:
    """What the decisions list, last state first, is all that a restart needs."""
    state = State(RULES)
    stored: dict[str, dict[object, object]] = {"incidents": {}, "alerts": {}, "channels": {}, "units": {}}
    for decision in decide_all(state, journal(events)):
        stored["incidents"] |= {i.id: i for i in decision.incidents}
        stored["alerts"] |= {a.id: a for a in decision.alerts}
        stored["channels"] |= {c.name: c for c in decision.channels}
        stored["units"] |= {u.unit: u for u in decision.units}
        for incident in decision.forgotten:
            stored["incidents"].pop(incident, None)
        for alert in decision.settled:
            stored["alerts"].pop(alert, None)
    for kind, things in stored.items():
        live = getattr(state, kind)
        assert {key: msgspec.to_builtins(thing) for key, thing in things.items()} == {
            key: msgspec.to_builtins(thing) for key, thing in live.items()
        }, kind


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
