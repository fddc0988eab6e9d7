"""Every alert makes a document that the published schema accepts, and texts that say what to do and mask the caller."""

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.notify.message import document, told
from adapters.notify.texts import masked, texts
from rules.effects import (
    Acknowledgement,
    Alert,
    AlertKind,
    AlertState,
    Fate,
    HandOver,
    Manner,
    ReceiverState,
)
from rules.obligations import Rule, Severity
from rules.people import Person

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/alert.json").read_text())
VALID = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
START_US = 1_763_712_549_123_456

BREACH = Alert(
    id="riverside-20261121-0042-7-breach0",
    key="riverside-20261121-0042-7-breach0",
    site="riverside",
    rule="three_rings",
    kind="breach",
    severity="critical",
    opened_us=START_US,
    due_us=START_US + 15_000_000,
    raised_us=START_US + 15_003_000,
    incident_id=42,
    incident="20261121-0042",
    obligation=7,
    call="c42",
    source="main",
    source_call="abc",
    caller="13800138000",
    line="4001",
    ring=4,
)

alerts = st.builds(
    Alert,
    id=st.text(min_size=1),
    key=st.text(min_size=1),
    site=st.text(min_size=1),
    rule=st.sampled_from(get_args(Rule)),
    kind=st.sampled_from(get_args(AlertKind)),
    severity=st.sampled_from(get_args(Severity)),
    opened_us=st.integers(0, 2**51),
    due_us=st.integers(0, 2**51),
    raised_us=st.integers(0, 2**51),
    incident=st.text(),
    call=st.text(),
    source=st.text(),
    source_call=st.text(),
    caller=st.text(),
    line=st.text(),
    device=st.text(),
    ring=st.none() | st.integers(0, 100),
    seconds=st.none() | st.floats(0, 1e6),
    late=st.booleans(),
    certain=st.booleans(),
    reason=st.text(),
    clears=st.lists(st.text()).map(tuple),
    notified=st.dictionaries(st.text(), st.booleans()),
    acknowledged_us=st.none() | st.integers(0, 2**51),
    state=st.sampled_from(get_args(AlertState)),
    notifiers=st.lists(st.text()).map(tuple),
    fates=st.dictionaries(st.text(), st.builds(Fate, st.sampled_from(get_args(ReceiverState)), st.integers(0, 2**51))),
    unreached=st.lists(st.text()).map(tuple),
    manner=st.none() | st.builds(Manner, *[st.integers(0, 2**40)] * 6, snoozes_max=st.integers(0, 9)),
    owing=st.lists(st.text()).map(tuple),
    acknowledgements=st.lists(st.builds(Acknowledgement, by=st.text(), at_us=st.integers(0, 2**51))).map(tuple),
    act_us=st.none() | st.integers(0, 2**51),
    handed=st.none() | st.builds(HandOver, by=st.text(), to=st.text(), at_us=st.integers(0, 2**51)),
    snoozed_us=st.none() | st.integers(0, 2**51),
    snoozes=st.integers(0, 9),
)


@given(alerts)
def test_every_document_keeps_to_the_schema(alert: Alert) -> None:
    for one in (told(alert), document(alert)):
        VALID.validate(one)
        assert set(one) <= set(SCHEMA["properties"])


def test_the_contract_s_fields_are_there_as_written() -> None:
    one = told(BREACH)
    assert one["opened_at"] == "2025-11-21T08:09:09.123Z"
    assert one["due_at"] == "2025-11-21T08:09:24.123Z"
    assert (one["from"], one["line"], one["ring"], one["call"], one["source_call"]) == (
        "13800138000",
        "4001",
        4,
        "c42",
        "abc",
    )


def test_two_people_behind_one_notifier_are_told_by_two_keys() -> None:
    """A receiver takes a key once."""
    keys = [told(BREACH, to)["key"] for to in (None, Person(id="wang"), Person(id="li"))]
    assert keys == [BREACH.key, f"{BREACH.key}/wang", f"{BREACH.key}/li"]


def test_a_breach_says_what_happened_since_when_and_what_to_do() -> None:
    said = texts(BREACH)
    assert said.zh == "【20261121-0042】响铃超时未接（第 4 声）：138****8000 → 4001，已响 15.0 秒，请立即接听"
    assert said.en == (
        "[20261121-0042] Not answered in time (ring 4): 138****8000 → 4001, ringing for 15.0 s. Answer at once"
    )


def test_a_time_just_in_time_does_not_read_as_too_late() -> None:
    facts = {name: getattr(BREACH, name) for name in BREACH.__struct_fields__}
    said = texts(Alert(**facts | {"kind": "cleared", "seconds": 14.999}))
    assert "14.9 秒" in said.zh
    assert "14.9 s" in said.en


def test_a_late_alert_says_so() -> None:
    late = Alert(**{name: getattr(BREACH, name) for name in BREACH.__struct_fields__} | {"late": True})
    assert "迟报" in texts(late).zh
    assert "told late" in texts(late).en


def test_a_storm_s_line_says_whether_all_are_counted() -> None:
    facts = {name: getattr(BREACH, name) for name in BREACH.__struct_fields__} | {"count": 4332, "incident": ""}
    so_far = texts(Alert(**facts | {"reason": "storm_so_far"}))
    assert "至少另有 4332 条合并通知，仍在计数" in so_far.zh
    assert "at least 4332 more in this line, still counting" in so_far.en
    counted = texts(Alert(**facts | {"reason": "storm"}))
    assert "counting" not in counted.en
    assert "4332 more in this line" in counted.en


@pytest.mark.parametrize("rule", get_args(Rule))
@pytest.mark.parametrize("kind", get_args(AlertKind))
def test_no_text_shows_a_caller_s_whole_number(rule: Rule, kind: AlertKind) -> None:
    alert = Alert(**{name: getattr(BREACH, name) for name in BREACH.__struct_fields__} | {"rule": rule, "kind": kind})
    assert all("13800138000" not in text for text in texts(alert))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("4001", "4001"),
        ("66881234", "****34"),
        ("", ""),
    ],
)
def test_numbers_are_masked_and_extensions_are_not(number: str, shown: str) -> None:
    assert masked(number) == shown
