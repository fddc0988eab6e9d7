"""An event that is read in one go is the one that the long way reads, and what is not right goes there to be told."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.pbx.webhook.plain_event import plain_event
from adapters.pbx.webhook.times import time_reader, zone
from adapters.pbx.webhook.words import CAUSE_WORDS, EVENT_WORDS, FIELD_NAMES
from rules.events import ConnectionCleared
from tests.unit.webhook.making import read

PLAIN = {"event": "cleared", "call": "c1", "from": "13800138000", "to": "4001", "device": "801", "name": "王女士"}
LONG_WAY = "application/json; charset=utf-8"

names = st.sampled_from([*FIELD_NAMES, *(other for others in FIELD_NAMES.values() for other in others), "callId", "x"])
words = st.sampled_from(
    [*EVENT_WORDS, "newCall", "answer", "hangup", *(w for ws in CAUSE_WORDS.values() for w in ws), *CAUSE_WORDS]
)
texts = st.one_of(
    words,
    st.sampled_from(["", " 801", "<sip:801@pbx>", "tel:+86", "17", "2026-11-21T00:09:10Z", "1795219750", "c" * 129]),
    st.text(max_size=12),
)
values = st.one_of(texts, texts, st.none(), st.integers(), st.booleans(), st.lists(texts, max_size=2))
plain_names = st.sampled_from(["event", "call", "from", "to", "device", "id", "leg", "cause", "at", "name", "queue"])
fields = st.one_of(st.tuples(plain_names, texts), st.tuples(names, values))


def body_of(pairs: list[tuple[str, Any]], *, ascii_only: bool) -> bytes:
    told = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=ascii_only)}" for k, v in pairs)
    return ("{" + ", ".join(told) + "}").encode("utf-8", "surrogatepass")


@given(
    st.lists(fields, max_size=8),
    st.booleans(),
    st.sampled_from(list(EVENT_WORDS)),
    st.sampled_from([None, True, False]),
)
@example([("call", "c1"), ("call", "c2")], True, "delivered", None)
@example([("call", 'c"')], True, "delivered", None)
def test_it_is_read_as_the_long_way_reads_it(
    pairs: list[tuple[str, Any]], ascii_only: bool, event: str, shows_hold: bool | None
) -> None:
    body = body_of([("event", event), ("call", "c1"), *pairs] if len(pairs) < 8 else pairs, ascii_only=ascii_only)
    short, long = (read(body, kind, shows_hold=shows_hold) for kind in ("application/json", LONG_WAY))
    assert short.incoming == long.incoming
    assert list(map(str, short.errors)) == list(map(str, long.errors))
    assert short.remarks == long.remarks


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ({}, True),
        ({"id": "e1", "leg": "l1", "agent": "li", "trunk": "t", "queue": "q"}, True),
        ({"at": "2026-11-21T00:09:10.123Z", "cause": "user_busy"}, True),
        ({"at": "yesterday"}, False),
        ({"cause": "because"}, False),
        ({"event": "hangup"}, False),
        ({"from": "<sip:801@pbx>"}, False),
        ({"from": 13800138000}, False),
        ({"name": "Li Wei"}, True),
        ({"name": "Li Wei "}, False),
        ({"call": ""}, False),
        ({"call": "c" * 129}, False),
        ({"role": "agent"}, False),
        ({"uncertain": "1"}, False),
    ],
)
def test_what_is_plain(told: dict[str, Any], plain: bool) -> None:
    body = json.dumps({**PLAIN, **told}).encode()
    found = plain_event(body, "main", shows_hold=True, read_time=time_reader("auto", zone("Asia/Shanghai")))
    assert (found is not None) == plain
    assert found is None or isinstance(found.event, ConnectionCleared)
