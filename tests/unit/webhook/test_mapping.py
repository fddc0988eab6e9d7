"""Payloads of other PBXs, read by a table; the examples of docs/adapters/webhook.md among them."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.webhook import KIND, decode_sample
from adapters.pbx.webhook.mapping import Mapping
from adapters.pbx.webhook.words import EVENT_WORDS, FIELD_NAMES
from rules.events import CallEvent, ConnectionCleared, Delivered, Established, Held
from tests.unit.webhook.making import AT_US, events, only, read, settings

DOCS = (Path(__file__).parents[3] / "docs/adapters/webhook.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"<!-- example: (\w+) -->\s*```json\n(.*?)```\s*```toml\n(.*?)```\s*```text\n(.*?)```", DOCS, re.DOTALL
)
PLAIN = {"event": "e", "call": "c"}


def mapped(body: Any, **mapping: Any) -> list[Any]:
    return list(events(body, mapping={**PLAIN, **mapping}))


@pytest.mark.parametrize(("name", "payload", "table", "expected"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_the_documents_examples_give_what_the_document_says(name: str, payload: str, table: str, expected: str) -> None:
    source_table = tomllib.loads(table)["source"][0]
    del source_table["path_token_file"]  # a file of the reader's own
    source = msgspec.convert({**source_table, "allow_unsigned": True}, KIND.settings)
    assert KIND.check(source) == []
    found, _ = decode_sample(source, "application/json", "", {}, payload.encode())
    told = [
        f"{type(event).__name__} call={event.call} leg={event.leg} device={event.device} caller={event.caller}"
        for event in found
        if isinstance(event, CallEvent)
    ]
    assert told == expected.strip().splitlines()
    assert len(EXAMPLES) >= 2


def test_the_document_lists_every_field_and_every_word() -> None:
    for field, others in FIELD_NAMES.items():
        row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{field}`"))
        assert all(f"`{name}`" in row for name in others), field
    for event, others in EVENT_WORDS.items():
        row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{event}` |"))
        assert all(f"`{name}`" in row for name in others), event


def test_paths_go_through_objects_lists_and_json_in_texts() -> None:
    body = {"e": "held", "msg": json.dumps({"legs": [{}, {"call": {"id": "c9"}}]})}
    assert mapped(body, call="msg.legs[1].call.id") == [Held(source="main", call="c9")]


def test_a_constant_and_the_first_of_several_paths() -> None:
    body = {"call": "c", "b": "801", "a": ""}
    found = only(mapped(body, event="= ringing", call="call", device=["a", "b", "= 999"]))
    assert isinstance(found, Delivered)
    assert found.device == "801"
    assert only(mapped({"call": "c"}, event="= held", call="call", device=["a", "= 999"])).device == "999"


def test_each_element_of_a_list_is_an_event_and_has_a_key_of_its_own() -> None:
    body = {"id": "x", "call": "c", "legs": [{"s": "R", "n": 801}, {"s": "A", "n": 802}, {"s": "?", "n": 803}]}
    table = {
        "each": "legs",
        "id": "$.id",
        "call": "$.call",
        "event": "s",
        "device": "n",
        "events": {"R": "delivered", "A": "established", "?": ""},
    }
    reading = read(json.dumps(body).encode(), mapping=table)
    assert [type(one.event) for one in reading.incoming] == [Delivered, Established]
    assert len({one.key for one in reading.incoming}) == 2
    assert [one.raw is not None for one in reading.incoming] == [True, False]


def test_what_the_filter_does_not_fit_is_passed_by() -> None:
    table = {"when": {"type": [30011, 30012], "test": False}}
    assert mapped({"e": "held", "c": "1", "type": 30010, "test": False}, **table) == []
    assert mapped({"e": "held", "c": "1", "type": "30011", "test": True}, **table) == []
    assert len(mapped({"e": "held", "c": "1", "type": "30011", "test": False}, **table)) == 1


def test_several_fields_are_joined_and_nothing_where_one_is_absent() -> None:
    table = {"event": "{s}/{hold}", "events": {"up/true": "held", "up/": "established"}, "call": ["{a}-{b}", "b"]}
    assert mapped({"s": "up", "hold": True, "a": 1, "b": "2"}, **table) == [Held(source="main", call="1-2")]
    assert [event.call for event in mapped({"s": "up", "hold": "", "b": "2"}, **table)] == ["2"]


def test_a_part_is_taken_by_a_regular_expression() -> None:
    table = {"call": "id ~ ^[^-]+", "device": ["ch ~ PJSIP/(\\d+)-", "ch"]}
    found = [
        only(mapped({"e": "ringing", "id": f"77-{n}", "ch": ch}, **table)) for n, ch in enumerate(("PJSIP/801-0a", "x"))
    ]
    assert [(event.call, event.device) for event in found] == [("77", "801"), ("77", "x")]


def test_a_part_is_looked_for_in_the_first_thousand_characters_only() -> None:
    table = {"call": "c", "device": ["ch ~ PJSIP/(\\d+)$", "= none"]}
    near, far = "x" * 1014 + "PJSIP/8012", "x" * 1015 + "PJSIP/8012"
    heard = [only(mapped({"e": "ringing", "c": str(n), "ch": ch}, **table)) for n, ch in enumerate((near, far))]
    assert [event.device for event in heard] == ["8012", "801"]


def test_a_key_of_any_characters_is_named_in_quotes() -> None:
    body = {"Call Status": "held", "data": {"call.id[0]": ["c9"]}}
    assert mapped(body, event='["Call Status"]', call='data["call.id[0]"][0]') == [Held(source="main", call="c9")]


def test_one_word_may_be_several_events_each_with_a_key_of_its_own() -> None:
    reading = read(b'{"e":"Up","c":"1"}', mapping={**PLAIN, "events": {"Up": ["established", "retrieved"]}})
    assert [type(one.event).__name__ for one in reading.incoming] == ["Established", "Retrieved"]
    assert len({one.key for one in reading.incoming}) == 2


def test_a_star_stands_for_every_word_that_the_table_does_not_name() -> None:
    table = {"events": {"Up": "established", "*": ""}}
    assert [type(event) for event in mapped({"e": "Up", "c": "1"}, **table)] == [Established]
    assert mapped({"e": "ringing", "c": "1"}, **table) == mapped({"e": "user.online"}, **table) == []


def test_a_role_goes_by_its_table() -> None:
    table = {"role": "d", "roles": {"inbound": "caller", "outbound-dial": "agent"}}
    found = [
        only(mapped({"e": "answered", "c": "1", "d": word}, **table)).role for word in ("inbound", "outbound-dial")
    ]
    assert found == ["caller", "agent"]


def test_each_takes_an_object_of_objects_and_one_that_stands_alone() -> None:
    table = {"each": "legs", "call": "$.c", "device": "n"}
    many = {"c": "1", "legs": {"a": {"e": "ringing", "n": 801}, "b": {"e": "ringing", "n": 802}}}
    assert [event.device for event in mapped(many, **table)] == ["801", "802"]
    assert only(mapped({"c": "1", "legs": {"e": "ringing", "n": 801}}, **table)).device == "801"
    assert mapped({"c": "1", "legs": {}}, **table) == []


def test_a_time_of_zero_has_not_come_yet() -> None:
    table = {"at": ["answered", "rang"], "at_format": "epoch_us"}
    assert only(mapped({"e": "ringing", "c": "1", "answered": "0", "rang": AT_US}, **table)).occurred_us == AT_US
    assert only(mapped({"e": "ringing", "c": "1", "answered": 0}, at="answered")).occurred_us is None


def test_causes_and_directions_go_by_tables_or_by_our_own_words() -> None:
    table = {"cause": "w", "direction": "d", "causes": {"8": "cancelled"}, "directions": {"0": "inbound"}}
    found = only(mapped({"e": "hangup", "c": "1", "w": 8, "d": 0}, **table))
    assert isinstance(found, ConnectionCleared)
    assert (found.cause, found.direction) == ("cancelled", "inbound")
    found = only(mapped({"e": "hangup", "c": "1", "w": 17, "d": "out"}, **table))
    assert (found.cause, found.direction) == ("busy", "outbound")


@pytest.mark.parametrize(
    ("form", "zone", "value"),
    [
        ("auto", "", AT_US // 1000),
        ("rfc3339", "", "2026-11-21T00:09:10.123Z"),
        ("epoch_s", "", "1795219750.123"),
        ("epoch_ms", "", AT_US // 1000),
        ("epoch_us", "", str(AT_US)),
        ("gregorian_s", "", 1795219750.123 + 62_167_219_200),
        ("%d/%m/%Y %H:%M:%S.%f", "America/New_York", "20/11/2026 19:09:10.123"),
        ("%Y%m%d%H%M%S%f", "", "20261121080910123"),
    ],
)
def test_times_of_every_format_are_read(form: str, zone: str, value: object) -> None:
    found = only(mapped({"e": "held", "c": "1", "t": value}, at="t", at_format=form, at_zone=zone))
    assert abs(found.occurred_us - AT_US) < 1000


def test_a_mistake_names_the_field_and_the_path_it_was_looked_for() -> None:
    reading = read(b'{"e":"held","x":"1"}', mapping={**PLAIN, "call": "data.id"})
    error = only(reading.errors)  # type: ignore[arg-type]
    assert error.field == "call"
    assert "mapping.call = 'data.id'" in error.cure


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({"event": "e"}, "mapping.call"),
        ({"call": "c"}, "mapping.event"),
        ({**PLAIN, "device": "a..b"}, "mapping.device"),
        ({**PLAIN, "device": "a[x]"}, "mapping.device"),
        ({**PLAIN, "device": []}, ""),
        ({**PLAIN, "each": "a b"}, "mapping.each"),
        ({**PLAIN, "when": {"a b": 1}}, "mapping.when.a b"),
        ({**PLAIN, "events": {"X": "boom"}}, "mapping.events.X"),
        ({**PLAIN, "causes": {"X": "boom"}}, "mapping.causes.X"),
        ({**PLAIN, "directions": {"X": "up"}}, "mapping.directions.X"),
        ({**PLAIN, "events": {"X": ["held", "boom"]}}, "mapping.events.X"),
        ({**PLAIN, "roles": {"X": "boss"}}, "mapping.roles.X"),
        ({**PLAIN, "device": "{a"}, "mapping.device"),
        ({**PLAIN, "device": "{a b}"}, "mapping.device"),
        ({**PLAIN, "device": "a ~ (801"}, "mapping.device"),
        ({**PLAIN, "at_format": "swatch"}, "mapping.at_format"),
        ({**PLAIN, "at_zone": "Mars/Olympus"}, "mapping.at_zone"),
    ],
)
def test_a_wrong_table_is_told_by_key_with_the_cure(mapping: dict[str, Any], key: str) -> None:
    problems = KIND.check(settings(mapping=mapping))
    assert [problem.key for problem in problems] == ([key] if key else [])
    assert all(problem.cure for problem in problems)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), ANY_JSON), st.sampled_from(["", "a", "a.b", "a[0].b"]))
def test_no_payload_whatever_makes_the_table_raise(body: dict[str, Any], each: str) -> None:
    read(
        msgspec.json.encode(body), mapping={"event": "a", "call": ["b.c", "$.b"], "at": "c", "seq": "a.b", "each": each}
    )


def test_an_empty_table_is_none() -> None:
    assert settings().mapping == Mapping()
