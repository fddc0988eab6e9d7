"""Whatever comes, in whatever order: no rule raises, nothing is told twice, a restart changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.effects import Decision
from rules.engine import State
from rules.events import Event
from tests.property.rules.soup import RULES, decide_all, journal, restarted, traffic

Traffic = list[tuple[int, Event]]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic)
def test_no_rule_raises_and_no_alert_is_raised_twice(events: Traffic) -> None:
    decisions = decide_all(State(RULES), journal(events))
    sends = [(send.alert, send.notifier) for decision in decisions for send in decision.sends]
    assert len(sends) == len(set(sends))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(traffic)
def test_the_same_journal_gives_the_same_decisions(events: Traffic) -> None:
    assert decide_all(State(RULES), journal(events)) == decide_all(State(RULES), journal(events))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(traffic, st.integers(0, 40))
def test_a_restart_anywhere_changes_no_decision(events: Traffic, cut: int) -> None:
    moments = journal(events)
    straight = decide_all(State(RULES), moments)
    first = State(RULES)
    before = decide_all(first, moments[:cut])
    latest_us = moments[min(cut, len(moments)) - 1][0] if cut and moments else 0
    after = decide_all(restarted(first), moments[cut:], seq=len(before), latest_us=latest_us)
    assert before + after == straight


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
    """What the decisions list, last state first, is all that a restart needs."""
    state = State(RULES)
    stored = _Stored()
    for decision in decide_all(state, journal(events)):
        stored.take(decision)
    assert stored.incidents == {i.id: i for i in state.incidents.values()}
    assert stored.alerts == state.alerts
    assert stored.sources == state.sources


class _Stored:
    """The live tables as a store keeps them."""

    def __init__(self) -> None:
        self.incidents: dict[int, object] = {}
        self.alerts: dict[str, object] = {}
        self.sources: dict[str, object] = {}

    def take(self, decision: Decision) -> None:
        self.incidents |= {i.id: i for i in decision.incidents}
        self.alerts |= {a.id: a for a in decision.alerts}
        self.sources |= {s.name: s for s in decision.sources}
        for gone in decision.forgotten:
            self.incidents.pop(gone, None)
        for settled in decision.settled:
            self.alerts.pop(settled, None)
