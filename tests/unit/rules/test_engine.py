"""What does not read well as a story: housekeeping, bounds, rule changes, what is forgotten."""

import msgspec

from rules.engine import State, decide, next_deadline
from rules.events import (
    AlertAcknowledged,
    ConnectionCleared,
    DeadlinePassed,
    Delivered,
    DeliverySettled,
    Entry,
    Established,
    EventUndecided,
    Held,
    LinkChanged,
    RulesTaken,
)
from rules.settings import RuleSet, SourceRules, ThreeRings

RULES = RuleSet(version="v1", site="s", sources=(SourceRules(name="main"),), notifiers=("desk",))
NOW = 1_763_712_000_000_000
SECOND = 1_000_000
HOUR = 3600 * SECOND


def test_the_next_deadline_is_the_next_step_of_the_plan() -> None:
    state = State(RULES)
    assert next_deadline(state) is None
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    assert next_deadline(state) == NOW + 5 * SECOND
    decide(state, Entry(2, NOW + 5 * SECOND, DeadlinePassed()))
    assert next_deadline(state) == NOW + 10 * SECOND
    decide(state, Entry(3, NOW + 6 * SECOND, Established(source="main", call="a", leg="x")))
    assert next_deadline(state) is None


def test_an_early_deadline_entry_does_nothing() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decision = decide(state, Entry(2, NOW + 5 * SECOND - 1, DeadlinePassed()))
    assert decision.alerts == []
    assert next_deadline(state) == NOW + 5 * SECOND


def test_one_deadline_entry_takes_no_more_steps_than_it_says() -> None:
    state = State(RULES)
    for number in range(10):
        decide(state, Entry(number + 1, NOW, Delivered(source="main", call=f"c{number}", leg="x")))
    first = decide(state, Entry(11, NOW + 5 * SECOND, DeadlinePassed(steps_max=4)))
    assert len(first.alerts) == 4
    assert next_deadline(state) == NOW + 5 * SECOND
    rest = decide(state, Entry(12, NOW + 5 * SECOND, DeadlinePassed()))
    assert len(rest.alerts) == 6


def test_an_event_that_overtook_its_deadline_finds_it_passed() -> None:
    """Even if the pipeline had not entered the deadline, an answer after it is too late."""
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decision = decide(state, Entry(2, NOW + 16 * SECOND, Established(source="main", call="a", leg="x")))
    told = [alert.kind for alert in {a.id: a for a in decision.alerts}.values()]
    assert told == ["warning", "warning", "breach", "cleared"]
    assert decision.incidents[-1].obligations[0].state == "breached"


def test_deadlines_that_passed_while_we_were_down_say_so() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decision = decide(state, Entry(2, NOW + 15 * SECOND + 300_000, DeadlinePassed()))
    assert [(a.kind, a.late) for a in decision.alerts] == [("warning", True), ("warning", True), ("breach", False)]
    assert decision.alerts[-1].due_us == NOW + 15 * SECOND


def test_a_closed_call_is_kept_for_late_events_for_an_hour_and_then_forgotten() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decide(state, Entry(2, NOW + SECOND, Established(source="main", call="a", leg="x")))
    decide(state, Entry(3, NOW + 2 * SECOND, ConnectionCleared(source="main", call="a")))
    assert next_deadline(state) is not None
    assert len(state.incidents) == 1
    decision = decide(state, Entry(4, NOW + 2 * SECOND + HOUR, DeadlinePassed()))
    assert decision.forgotten == (1,)
    assert state.incidents == {}
    assert not any(state.by_call.values())
    assert state.by_number == {}
    assert next_deadline(state) is None


def test_a_breach_nobody_acknowledges_leaves_the_live_alerts_after_a_day() -> None:
    state = State(msgspec.structs.replace(RULES, notifiers=()))
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decide(state, Entry(2, NOW + 15 * SECOND, DeadlinePassed()))
    assert [a.kind for a in state.alerts.values()] == ["breach"]
    decision = decide(state, Entry(3, NOW + 15 * SECOND + 24 * HOUR, DeadlinePassed()))
    assert [a.state for a in decision.alerts] == ["expired"]
    assert state.alerts == {}


def test_an_alert_leaves_the_live_ones_when_delivered_and_acknowledged() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    breach = decide(state, Entry(2, NOW + 15 * SECOND, DeadlinePassed())).alerts[-1]
    settled = DeliverySettled(alert=breach.id, notifier="desk", delivered=True, attempts=1)
    assert decide(state, Entry(3, NOW + 16 * SECOND, settled)).settled == []
    seen = AlertAcknowledged(alert=breach.id, by="li")
    assert decide(state, Entry(4, NOW + 17 * SECOND, seen)).settled == [breach.id]
    assert breach.acknowledged_by == "li"
    again = decide(state, Entry(5, NOW + 18 * SECOND, seen))
    assert (again.alerts, again.notes) == ([], [])


def test_what_runs_keeps_its_plan_when_new_rules_are_taken() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    faster = msgspec.structs.replace(RULES, version="v2", three_rings=ThreeRings(seconds=6, warn_at_rings=()))
    decide(state, Entry(2, NOW, RulesTaken(rules=faster)))
    decide(state, Entry(3, NOW, Delivered(source="main", call="b", leg="x")))
    at_six = decide(state, Entry(4, NOW + 6 * SECOND, DeadlinePassed()))
    assert [(a.source_call, a.kind) for a in at_six.alerts] == [("a", "warning"), ("b", "breach")]
    sets = {i.call.ids[0]: i.obligations[0].rule_set for i in state.incidents.values()}
    assert sets == {"a": "v1", "b": "v2"}


def test_an_undecided_deadline_is_put_aside_and_told() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Delivered(source="main", call="a", leg="x")))
    decision = decide(state, Entry(3, NOW + 5 * SECOND, EventUndecided(seq=2, error="KeyError", deadline=True)))
    assert [(a.rule, a.kind) for a in decision.alerts] == [("undecided", "breach")]
    assert [o.state for o in decision.obligations] == ["not_measurable"]
    assert next_deadline(state) == NOW + 15 * SECOND  # the operators' alert must have reached somebody


def test_a_source_s_deadline_that_is_put_aside_stays_so_after_a_restart() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, LinkChanged(source="main", state="offline")))
    assert next_deadline(state) is not None
    told = decide(state, Entry(3, NOW, EventUndecided(seq=2, error="KeyError", deadline=True))).alerts[0]
    again = State(RULES, sources=state.sources.values(), alerts=state.alerts.values(), last_id=state.last_id)
    assert next_deadline(again) == next_deadline(state) == NOW + 10 * SECOND
    back = decide(again, Entry(4, NOW, LinkChanged(source="main", state="online")))
    assert [(alert.kind, alert.clears) for alert in back.alerts if alert.kind == "cleared"] == [("cleared", (told.id,))]


def test_a_caller_forgotten_on_hold_does_not_make_the_document_grow_for_ever() -> None:
    state = State(RULES)
    decide(state, Entry(1, NOW, Established(source="main", call="a", leg="x")))
    decide(state, Entry(2, NOW, Held(source="main", call="a", leg="x")))
    seq = 2
    for minute in range(1, 241):
        while (due := next_deadline(state)) is not None and due <= NOW + minute * 60 * SECOND:
            seq += 1
            decide(state, Entry(seq, due, DeadlinePassed()))
    incident = next(iter(state.incidents.values()))
    assert len(incident.obligations) <= 110


def test_equal_numbers_of_entries_leave_equal_numbers_of_waits() -> None:
    """Outdated waits are dropped with time: the heap does not grow with the calls that were."""
    state = State(msgspec.structs.replace(RULES, notifiers=()))
    for number in range(12_000):
        at_us = NOW + number * 10_000
        decide(state, Entry(3 * number + 1, at_us, Delivered(source="main", call=f"c{number}", leg="x")))
        decide(state, Entry(3 * number + 2, at_us, Established(source="main", call=f"c{number}", leg="x")))
        decide(state, Entry(3 * number + 3, at_us, ConnectionCleared(source="main", call=f"c{number}")))
    assert len(state.closed) == 12_000
    assert len(state.waits) < 15_000
