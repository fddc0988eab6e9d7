"""The canonical event: every spelling of it is the same event; every mistake is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.webhook.words import EVENT_WORDS, FIELD_NAMES
from rules.events import (
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Failed,
    Held,
    Offered,
    Originated,
    Queued,
    Retrieved,
    Transferred,
)
from tests.unit.webhook.making import AT_US, events, only, read

KINDS = {
    "originated": Originated,
    "offered": Offered,
    "delivered": Delivered,
    "established": Established,
    "held": Held,
    "parked": Held,
    "retrieved": Retrieved,
    "queued": Queued,
    "dequeued": Dequeued,
    "diverted": Diverted,
    "transferred": Transferred,
    "failed": Failed,
    "cleared": ConnectionCleared,
}
FULL: dict[str, Any] = {
    "id": "e1",
    "event": "delivered",
    "call": "c1",
    "leg": "l1",
    "at": "2026-11-21T00:09:10.123Z",
    "from": "13800138000",
    "to": "4001",
    "name": "王女士",
    "device": "801",
    "agent": "li",
    "trunk": "t1",
    "queue": "front",
    "cause": "busy",
    "seq": 7,
    "direction": "inbound",
}
EXPECTED = Delivered(
    source="main",
    call="c1",
    leg="c1/l1",
    role="agent",
    occurred_us=AT_US,
    source_seq=7,
    direction="inbound",
    caller="13800138000",
    caller_name="王女士",
    called="4001",
    device="801",
    agent="li",
    trunk="t1",
    queue="front",
    cause="busy",
)


def test_the_whole_canonical_event_is_read() -> None:
    assert events(FULL) == [EXPECTED]


@pytest.mark.parametrize("event", list(KINDS))
def test_every_event_and_every_word_for_it_has_its_csta_meaning(event: str) -> None:
    for word in (event, *EVENT_WORDS[event]):
        found = only(events({"event": word, "call": "c1"}))
        assert type(found) is KINDS[event]
        assert getattr(found, "parked", False) is (event == "parked")


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


Spelling = Callable[[str], str]
SPELLED: st.SearchStrategy[Spelling] = st.sampled_from([str, str.upper, camel, lambda name: name.replace("_", "-")])


@given(st.data())
def test_every_spelling_of_the_canonical_event_gives_the_same_event(data: st.DataObject) -> None:
    item = {}
    for field in data.draw(st.permutations(list(FULL))):
        name = data.draw(st.sampled_from([field, *FIELD_NAMES[field]]))
        item[data.draw(SPELLED)(name)] = FULL[field]
    key = next(name for name in item if item[name] == "delivered")
    item[key] = data.draw(SPELLED)(data.draw(st.sampled_from(["delivered", "ringing", "alerting"])))
    # Call ids stay as they are; a number and a time may come in other forms.
    item = {k: data.draw(st.sampled_from([7, "7", 7.0])) if v == 7 else v for k, v in item.items()}
    at = next(name for name in item if item[name] == FULL["at"])
    item[at] = data.draw(
        st.sampled_from(
            [
                AT_US,
                AT_US // 1000,
                str(AT_US // 1000),
                "2026-11-21T08:09:10.123+08:00",
                "2026-11-21 08:09:10.123",  # the source's zone: Asia/Shanghai
                "2026-11-21t00:09:10.123z",
            ]
        )
    )
    assert events(item) == [EXPECTED]


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("sip:13800138000@10.0.0.1;transport=udp", "13800138000"),
        ('"Li" <sips:%2B8613800138000@pbx:5061>', "+8613800138000"),
        ("Tel:+86-138-0013-8000", "+86-138-0013-8000"),
        ("Li Lei <801>", "801"),
        ("anonymous", "anonymous"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_a_number_that_comes_as_an_address_is_the_number(told: str, number: str) -> None:
    found = only(events({"event": "delivered", "call": "c", "from": told, "to": told, "device": told}))
    assert (found.caller, found.called, found.device) == (number, number, number)


def test_the_canonical_name_wins_over_another_for_the_same_field() -> None:
    one = {"status": "x", "event": "held", "uuid": "u", "call": "c1"}
    assert events(one) == events(dict(reversed(one.items()))) == [Held(source="main", call="c1")]


def test_numbers_that_came_as_json_numbers_are_text() -> None:
    found = only(events({"event": "delivered", "call": 17, "from": 13800138000, "to": 4001.0, "device": 801}))
    assert (found.call, found.caller, found.called, found.device) == ("17", "13800138000", "4001", "801")


@pytest.mark.parametrize(
    ("given_at", "expected_us"),
    [
        (None, None),
        ("", None),
        (1795219750, 1795219750_000_000),
        (1795219750.123, AT_US),
        ("1795219750.123", AT_US),
        ("2026-11-21T00:09:10Z", AT_US - 123_000),
        ("20261121T080910+0800", AT_US - 123_000),
        ("2026/11/21 08:09:10.123", AT_US),
        ("2026-11-21T08:09:10 08:00", AT_US - 123_000),  # a form made a space of the +
        ("2026-11-21 08:09:10.123 +0800", AT_US),
        ("2026-11-21 00:09:10 UTC", AT_US - 123_000),
        ("Sat, 21 Nov 2026 08:09:10 +0800", AT_US - 123_000),
        ("Sat, 21 Nov 2026 00:09:10 GMT", AT_US - 123_000),
        ("2026-11-21T00:09:60.5Z", AT_US + 50_377_000),
        (AT_US * 1000, AT_US),
        ("0001-01-01T00:00:00Z", 0),  # what .NET, MySQL and others write for "none": absurd, so the receipt judges
        ("0000-00-00 00:00:00", 0),
        (-1, 0),
        ("9999-12-31T23:59:59-12:00", 253_402_300_799_999_999),
    ],
)
def test_times_come_in_many_forms(given_at: object, expected_us: int | None) -> None:
    assert only(events({"event": "held", "call": "c", "at": given_at})).occurred_us == expected_us


def test_a_time_without_a_zone_is_in_the_sources_zone() -> None:
    item = {"event": "held", "call": "c", "at": "2026-11-20T16:09:10.123"}
    assert only(events(item, timezone="America/Los_Angeles")).occurred_us == AT_US


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"call": "c"}, "event"),
        ({"event": "exploded", "call": "c"}, "event"),
        ({"event": "held"}, "call"),
        ({"event": "held", "call": " "}, "call"),
        ({"event": "held", "call": "x" * 129}, "call"),
        ({"event": "held", "call": {"a": 1}}, "call"),
        ({"event": "held", "call": True}, "call"),
        ({"event": "held", "call": ["a", "b"]}, "call"),
        ({"event": "held", "call": "c", "at": "yesterday"}, "at"),
        ({"event": "held", "call": "c", "at": 1e300}, "at"),
        ({"event": "held", "call": "c", "at": "2026-13-21T00:00:00Z"}, "at"),
        ({"event": "held", "call": "c", "at": [1]}, "at"),
        ({"event": "held", "call": "c", "seq": "many"}, "seq"),
        ({"event": "held", "call": "c", "seq": 2**63}, "seq"),
        ({"event": "held", "call": "c", "direction": "up"}, "direction"),
        ({"event": "held", "call": "c", "role": "boss"}, "role"),
        ({"event": "held", "call": "c", "device": "8" * 257}, "device"),
    ],
)
def test_a_mistake_is_named_with_its_field_and_a_cure(item: dict[str, Any], field: str) -> None:
    reading = read(json.dumps(item).encode())
    error = only(reading.errors)  # type: ignore[arg-type]
    assert (error.field, error.status, bool(error.cure)) == (field, 422, True)
    assert only([one.event for one in reading.incoming]).call == ("c" if item.get("call") == "c" else "")


def test_a_time_that_is_none_is_called_so_in_plain_words() -> None:
    error = read(b'{"event":"held","call":"c","at":"yesterday"}').errors[0]
    assert error.detail == "'yesterday' is not a time"


def test_the_allowed_events_are_listed_when_one_is_not() -> None:
    error = read(b'{"event":"boom","call":"c"}').errors[0]
    assert all(event in error.cure for event in KINDS)


def test_what_is_not_used_is_remarked_and_does_no_harm() -> None:
    reading = read(b'{"event":"held","call":"c","colour":"red","nested":{"a":[1]}}')
    assert reading.remarks == ["'colour' is not used", "'nested' is not used"]
    assert not reading.errors


def test_control_characters_are_dropped_and_chinese_stays() -> None:
    found = only(events({"event": "held", "call": "c\u0000\n1", "name": "王\u001b[31m女士"}))
    assert (found.call, found.caller_name) == ("c1", "王[31m女士")


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (16, "normal"),
        ("17", "busy"),
        (26, "answered_elsewhere"),
        (19, "no_answer"),
        (486, "busy"),
        (99, "failed"),
        ("NORMAL_CLEARING", "normal"),
        ("ORIGINATOR_CANCEL", "cancelled"),
        ("no answer", "no_answer"),
        ("unreachable", "unavailable"),
        ("odd", ""),
    ],
)
def test_cause_words_q850_numbers_and_sip_statuses_are_understood(told: object, cause: str) -> None:
    assert only(events({"event": "cleared", "call": "c", "cause": told})).cause == cause


@pytest.mark.parametrize(
    ("item", "leg"),
    [
        ({"event": "delivered", "device": "801"}, "c/801"),
        ({"event": "delivered", "device": "801", "leg": "l"}, "c/l"),
        ({"event": "established", "device": "801"}, "c/801"),
        ({"event": "held", "device": "801"}, ""),
        ({"event": "retrieved", "device": "801"}, ""),
        ({"event": "held", "leg": "l"}, "c/l"),
        ({"event": "failed", "device": "801", "cause": "no_answer"}, "c/801"),
        ({"event": "cleared", "device": "801"}, ""),
        ({"event": "cleared", "device": "801", "cause": 26}, "c/801"),
        ({"event": "cleared", "device": "801", "leg": "l"}, "c/l"),
        ({"event": "queued", "device": "801"}, ""),
        ({"event": "delivered"}, ""),
    ],
)
def test_which_leg_an_event_speaks_of(item: dict[str, Any], leg: str) -> None:
    assert only(events({"call": "c", **item})).leg == leg


def test_the_same_leg_of_two_calls_is_two_legs() -> None:
    legs = {only(events({"event": "delivered", "call": call, "leg": "1"})).leg for call in ("a", "b")}
    assert len(legs) == 2


@pytest.mark.parametrize(("told", "ids"), [("b", ("b",)), (["b", 7, ""], ("b", "7")), (None, ())])
def test_other_ids_of_the_same_call_are_told_apart(told: object, ids: tuple[str, ...]) -> None:
    assert only(events({"event": "held", "call": "a", "same_call": told})).same_call == ids


def test_hold_can_be_shown_unless_the_configuration_says_otherwise() -> None:
    assert only(events({"event": "delivered", "call": "c"})).shows_hold
    assert not only(events({"event": "delivered", "call": "c"}, shows_hold=False)).shows_hold
