"""Whatever comes: silence changes no verdict, keeps back no emergency, loses nobody, and outlives a restart."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.effects import Alert, Decision
from rules.engine import State
from rules.events import EventUndecided, MaintenanceBegun, MaintenanceEnded, RulesTaken
from rules.quiet import Maintenance, Opening, Scope, ServiceHours, StormRules
from rules.settings import RuleSet
from tests.property.rules import radio_soup, soup
from tests.property.rules.promises import (
    check_a_restart_changes_no_decision,
    check_every_change_is_listed,
    check_nothing_is_told_twice,
)
from tests.property.rules.soup import START_US, Traffic, decide_all, journal

TOWARDS_US = frozenset({"acknowledge", "notify", "act"})
STORMY: dict[str, Any] = {
    "version": "quiet",
    "storm": StormRules(alone=1, window_s=30.0, update_every_s=7.0, over_after_s=20.0),
    "maintenance": (
        Maintenance(name="m", reason="work", from_="16:00", to="16:01", rules=("hold_checkin", "two_calls")),
    ),
    "hours": (ServiceHours(medium="phone", after_hours="record_only", opening=(Opening(from_="08:00", to="16:02"),)),),
}
PHONE = msgspec.structs.replace(soup.RULES, **STORMY)
RADIO = msgspec.structs.replace(radio_soup.RULES, **STORMY)
LOUD = msgspec.structs.replace(soup.RULES, storm=StormRules(enabled=False))
LOUD_RADIO = msgspec.structs.replace(radio_soup.RULES, storm=StormRules(enabled=False))
deeds = st.lists(
    st.tuples(
        soup.steps,
        st.one_of(
            st.builds(
                MaintenanceBegun,
                by=st.just("li"),
                window=st.sampled_from(["m1", "m2"]),
                until_us=st.integers(0, 4).map(lambda n: START_US + n * 20_000_000),
                scope=st.sampled_from([Scope(), Scope(sources=("main",)), Scope(rules=("three_rings",))]),
                reason=st.just("work"),
            ),
            st.builds(MaintenanceEnded, by=st.just("li"), window=st.sampled_from(["by_hand:m1", "maintenance:m", ""])),
        ),
    ),
    max_size=3,
)
calls_and_deeds = st.tuples(soup.traffic, deeds).map(lambda both: both[1][:1] + both[0] + both[1][1:])


def begun(rules: RuleSet, events: Traffic) -> Traffic:
    """The rules are taken first, and nothing is put aside: what is next due differs with what is silent."""
    kept = [(us, event) for us, event in events if not isinstance(event, RulesTaken | EventUndecided)]
    return [(0, RulesTaken(rules=rules)), *kept]


def verdicts(decisions: list[Decision]) -> Counter[tuple[Any, ...]]:
    last = {o.id: o for decision in decisions for o in decision.obligations if o.rule not in TOWARDS_US}
    return Counter(
        (o.rule, o.opened_us, o.state, o.seconds, o.ring, o.calls, o.reason, o.ended_us) for o in last.values()
    )


def raised(decisions: list[Decision]) -> dict[str, Alert]:
    return {alert.id: alert for decision in decisions for alert in decision.alerts}


def check(loud: RuleSet, quiet: RuleSet, events: Traffic) -> None:
    as_ever = decide_all(State(loud), journal(begun(loud, events)))
    held = decide_all(State(quiet), journal(begun(quiet, events)))
    assert verdicts(held) == verdicts(as_ever)
    alerts = raised(held)
    told = {send.alert for decision in held for send in decision.sends}
    for alert in alerts.values():
        if alert.severity == "emergency":
            assert not alert.silenced
            assert alert.id in told
        assert (alert.id in told) != bool(alert.silenced), alert
        if alert.silenced == "storm":
            assert alert.tied_to in told
    for decision in held:
        for thing in decision.quiet:
            assert getattr(thing, "count", 0) <= sum(a.tied_to == getattr(thing, "line", "") for a in alerts.values())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(soup.traffic)
def test_of_calls_every_verdict_is_the_same_and_everybody_is_told_or_held(events: Traffic) -> None:
    check(LOUD, PHONE, events)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(radio_soup.traffic)
def test_of_radios_every_verdict_is_the_same_and_everybody_is_told_or_held(events: Traffic) -> None:
    check(LOUD_RADIO, RADIO, events)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(calls_and_deeds)
def test_nothing_is_told_twice(events: Traffic) -> None:
    check_nothing_is_told_twice(PHONE, [(0, RulesTaken(rules=PHONE)), *events])


@settings(max_examples=120, deadline=None, derandomize=True)
@given(calls_and_deeds, st.integers(1, 40))
def test_a_restart_anywhere_changes_no_decision(events: Traffic, cut: int) -> None:
    check_a_restart_changes_no_decision(PHONE, [(0, RulesTaken(rules=PHONE)), *events], cut)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(calls_and_deeds)
def test_every_change_is_listed(events: Traffic) -> None:
    check_every_change_is_listed(PHONE, [(0, RulesTaken(rules=PHONE)), *events])
