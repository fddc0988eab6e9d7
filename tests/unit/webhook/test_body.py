"""From bytes to items: every shape that PBXs send, and every way to send rubbish."""

import gzip
import tracemalloc
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.webhook.body import BODY_BYTES_MAX, inflate, read_form, read_items, read_json
from adapters.pbx.webhook.unreadable import Unreadable
from rules.events import Held, Unparsed
from tests.unit.webhook.making import AT_US, FORM, events, read, settings

from adapters.pbx.webhook.source import Reader  # isort: skip

HELD = {"event": "held", "call": "c1"}
JSON = msgspec.json.encode(HELD)
ZIPPED = gzip.compress(JSON, mtime=0)  # without the time, which would be in a test's name
MULTIPART = (
    b'---x-\r\nContent-Disposition: form-data; name="event"\r\n\r\nheld\r\n'
    b'---x-\r\nContent-Disposition: form-data; name="log"; filename="a.txt"\r\n\r\nlost\r\n'
    b'---x-\r\nContent-Disposition: form-data; name="call"\r\nContent-Type: text/plain\r\n\r\nc1\r\n---x---\r\n'
)
SHAPES = {
    "an object": (JSON, "application/json"),
    "an array": (b"[" + JSON + b"]", "application/json"),
    "with a byte order mark": (b"\xef\xbb\xbf" + JSON, "application/json; charset=utf-8"),
    "without a content type": (JSON, ""),
    "called text": (JSON, "text/plain"),
    "a vendor's type": (JSON, "application/vnd.pbx+json"),
    "a form": (b"event=held&call=c1", FORM),
    "a multipart form": (MULTIPART, 'multipart/form-data; boundary="-x-"'),
    "JSON called a form": (JSON, FORM),
    "JSON in a form's field": (urlencode({"payload": JSON.decode()}).encode(), FORM),
    "JSON in a text": (msgspec.json.encode(JSON.decode()), "application/json"),
    "in another charset": (JSON.decode().encode("utf-16"), "application/json; charset=utf-16"),
}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_shape_gives_the_same_event(shape: str) -> None:
    body, content_type = SHAPES[shape]
    assert events(body, content_type) == [Held(source="main", call="c1")]


@pytest.mark.parametrize("charset", ["gbk", "GB2312", "gb18030", "utf-8", "iso-8859-1"])
def test_a_form_may_be_escaped_in_the_charset_it_names(charset: str) -> None:
    escapes = "utf-8" if charset == "iso-8859-1" else charset
    body = urlencode({"event": "保持", "call": "c1", "name": "王小路"}, encoding=escapes).encode()
    assert events(body, f"{FORM}; charset={charset}") == [Held(source="main", call="c1", caller_name="王小路")]


def test_a_query_gives_the_same_event() -> None:
    reading = Reader(settings()).read_query(b"event=held&call=c1", message_id="", at_us=AT_US)
    assert [one.event for one in reading.incoming] == [Held(source="main", call="c1")]


def test_a_gzip_body_gives_the_same_event() -> None:
    reading = read(ZIPPED, encoding="gzip")
    assert [one.event for one in reading.incoming] == [Held(source="main", call="c1")]
    assert reading.incoming[0].raw == JSON


def test_a_body_that_the_server_inflated_already_is_read_as_it_is() -> None:
    assert not read(JSON, encoding="gzip").errors


def test_a_gzip_bomb_costs_the_bound_and_not_its_size() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000, 9)
    assert len(bomb) < BODY_BYTES_MAX
    tracemalloc.start()
    with pytest.raises(Unreadable) as caught:
        inflate(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.status == 413
    assert peak < 4 * BODY_BYTES_MAX


@pytest.mark.parametrize("body", [ZIPPED[:-3], ZIPPED + b"more", b"\x1f\x8bnothing"])
def test_a_broken_gzip_body_is_told(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        inflate(body)
    assert caught.value.status == 422
    assert caught.value.cure


def test_users_of_a_group_become_a_list() -> None:
    assert read_form(b"user[]=A&user%5B%5D=B&call=1") == [{"user": ["A", "B"], "call": "1"}]
    assert read_form(b"user[0]=A&user[1]=B") == [{"user": ["A", "B"]}]
    assert read_form(b"a=1&a=2&a=3&b=") == [{"a": ["1", "2", "3"], "b": ""}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"event":"held","event":"cleared","call":"1"}', "event"),
        (b'{"ev\\u0065nt":"held","event":"cleared","call":"1"}', "event"),
        (b'{"event":"held","call":"1","x":{"y":1,"y":1}}', "y"),
        (b'[{"event":"held","call":"\\"","call":"1"}]', "call"),
        (b'{"a":":\\"","a":1}', "a"),
        (b'{"a":[{"b":{"c":1,"c":2}}]}', "c"),
    ],
)
def test_a_key_that_stands_twice_is_named(body: bytes, field: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json(body)
    assert (caught.value.status, caught.value.field) == (422, field)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"12",
        b"NaN",
        b'{"event":"held","call":NaN}',
        b'{"event":"held","call":Infinity}',
        b'{"event":"held","call":"\\ud800"}',
        b'{"event":"held","call":"\xff"}',
        b'{"event":"held","call":"1"',
        b'{"event":"held","call":"1"} more',
        b"[1,2]",
        b"[[{}]]",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[" + b",".join([b"{}"] * 1001) + b"]",
    ],
)
def test_what_is_no_event_is_kept_with_its_bytes(body: bytes) -> None:
    reading = read(body)
    assert [error.status for error in reading.errors] == [422]
    assert isinstance(reading.incoming[0].event, Unparsed)
    assert reading.incoming[0].raw == body


def test_thirty_two_levels_are_read() -> None:
    body = b'{"event":"held","call":"1","x":' + b"[" * 31 + b"]" * 31 + b"}"
    assert not read(body).errors


@pytest.mark.parametrize("content_type", ["text/xml", "multipart/form-data", "application/json; charset=rot13"])
def test_a_form_of_body_that_we_do_not_read_is_415(content_type: str) -> None:
    assert [error.status for error in read(b"<x/>", content_type).errors] == [415]


def test_a_multipart_form_cut_short_is_no_event() -> None:
    reading = read(MULTIPART[:-20], 'multipart/form-data; boundary="-x-"')
    assert [error.status for error in reading.errors] == [422]


def test_a_form_may_hold_objects_as_php_and_rails_write_them() -> None:
    form = b"call[id]=c1&call[legs][0][ext]=801&call[legs][1][ext]=802&user[]=A&user[]=B&call[tags][]=x&odd=1&odd[a]=2"
    assert read_form(form) == [
        {
            "call": {"id": "c1", "legs": {"0": {"ext": "801"}, "1": {"ext": "802"}}, "tags": ["x"]},
            "user": ["A", "B"],
            "odd": "1",
            "odd[a]": "2",
        }
    ]


def test_what_the_address_tells_stands_beside_the_body() -> None:
    reader = Reader(settings())
    keys = []
    for query in (b"event=held", b"event=retrieved&call=other"):
        reading = reader.read(
            b'{"call":"c1"}', content_type="", content_encoding="", message_id="", at_us=AT_US, query=query
        )
        assert not reading.errors
        keys.append(reading.incoming[0].key)
        assert reading.incoming[0].event.call == "c1"  # type: ignore[union-attr]
    assert len(set(keys)) == 2
    reading = reader.read(
        b"", content_type="", content_encoding="", message_id="", at_us=AT_US, query=b"event=held&call=c2"
    )
    assert [one.event for one in reading.incoming] == [Held(source="main", call="c2")]


def test_an_unknown_encoding_is_415() -> None:
    assert [error.status for error in read(JSON, encoding="br").errors] == [415]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(ANY_JSON)
def test_a_document_without_double_keys_is_never_said_to_have_one(value: object) -> None:
    try:
        body = msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError):  # beyond 64 bits, or a lone surrogate: no document at all
        return
    read_json(body)


TYPES = st.sampled_from(
    ["application/json", FORM, "", "text/plain", "application/json; charset=gbk", "text/xml", "a;charset=x"]
)


@given(
    st.binary(max_size=300) | ANY_JSON.map(lambda v: repr(v).encode("utf-8", "replace")), TYPES | st.text(max_size=30)
)
def test_no_bytes_whatever_raise_anything_but_unreadable(body: bytes, content_type: str) -> None:
    try:
        items = read_items(body, content_type)
    except Unreadable:
        return
    assert all(isinstance(item, dict) for item in items)


@given(
    st.dictionaries(
        st.sampled_from(["event", "call", "at", "from", "device", "seq", "cause", "user", "callId", "role"]), ANY_JSON
    ),
    st.sampled_from(["delivered", "newCall", "hangup", "failed", None]),
    st.sampled_from(["", "gzip", "br"]),
)
def test_no_document_whatever_makes_the_reader_raise(item: dict[str, object], event: str | None, encoding: str) -> None:
    if event:
        item["event"] = event
    try:
        body = msgspec.json.encode(item)
    except (OverflowError, UnicodeEncodeError):
        return
    reading = read(body, encoding=encoding)
    assert len(reading.incoming) <= 1


@given(st.binary(max_size=200))
def test_no_query_whatever_makes_the_reader_raise(query: bytes) -> None:
    Reader(settings()).read_query(query, message_id="", at_us=AT_US)


@pytest.mark.parametrize(
    ("body", "table"),
    [
        (gzip.compress(bytes(1 << 20)), {}),
        (b"\x1f\x8b is no gzip", {}),
        (b"{", {}),
        (b'[{"event":"delivered"},{"event":"held","call":1.5e999}]', {}),
        (b'{"event":"newCall","callId":""}', {}),
        (b'{"e":"delivered"}', {"mapping": {"event": "e", "call": "c"}}),
    ],
)
def test_an_error_that_is_kept_holds_no_frames_and_so_no_body(body: bytes, table: dict[str, Any]) -> None:
    errors = read(body, **table).errors
    assert errors
    assert [(e.__traceback__, e.__cause__, e.__context__) for e in errors] == [(None, None, None)] * len(errors)
