"""The manager interface's framing: any pieces, any bytes, bounded memory."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.asterisk.codec import LINE_BYTES_MAX, MESSAGE_BYTES_MAX, Codec, Message, Oversized, encode_action

GREETING = b"Asterisk Call Manager/5.0.4\r\n"
STREAM = (
    GREETING
    + b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n"
    + "Event: Newchannel\r\nCallerIDName: 王女士: 3栋\r\n".encode()
    + b"ChanVariable: a=1\r\nChanVariable: b=2\r\nExten:\r\n\r\n"
    + b"Event: Hangup\r\nCause: 16\r\n\r\n"
)


def _fed(data: bytes, cuts: list[int], encoding: str = "utf-8") -> list[Message | Oversized]:
    codec = Codec(encoding)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [m for start, end in pairwise(edges) for m in codec.feed(data[start:end])]


@given(st.lists(st.integers(min_value=0), max_size=40))
def test_the_messages_are_the_same_in_whatever_pieces_they_come(cuts: list[int]) -> None:
    assert [m.raw for m in _fed(STREAM, cuts)] == [m.raw for m in _fed(STREAM, [])]


@given(st.binary(max_size=4000), st.lists(st.integers(min_value=0), max_size=10))
def test_no_bytes_make_it_raise_and_their_pieces_do_not_matter(data: bytes, cuts: list[int]) -> None:
    whole, pieces = _fed(data, []), _fed(data, cuts)
    assert [m.raw for m in pieces] == [m.raw for m in whole]
    for one in whole:
        if isinstance(one, Message):
            assert isinstance(one.event + one.get("uniqueid"), str)


def test_values_keep_colons_and_repeated_keys_and_may_be_empty() -> None:
    created = _fed(STREAM, [])[1]
    assert isinstance(created, Message)
    assert created.event == "newchannel"
    assert created.get("calleridname") == "王女士: 3栋"
    assert created.get_all("chanvariable") == ["a=1", "b=2"]
    assert created.get("exten") == created.get("nothing") == ""


def test_a_name_in_another_encoding_is_read_when_the_settings_name_it() -> None:
    raw = GREETING + b"Event: Newchannel\r\nCallerIDName: " + "王女士".encode("gbk") + b"\r\n\r\n"
    names = [m.get("calleridname") for m in (*_fed(raw, [], "gbk"), *_fed(raw, [])) if isinstance(m, Message)]
    assert names[0] == "王女士"
    assert "\ufffd" in names[1]


def test_the_greeting_is_taken_off_and_its_absence_does_no_harm() -> None:
    codec = Codec()
    assert list(codec.feed(GREETING[:10])) == []
    assert [m.raw for m in codec.feed(GREETING[10:] + b"Event: Hangup\r\n\r\n")] == [b"Event: Hangup"]
    assert codec.greeting == GREETING.strip()
    assert [m.raw for m in Codec().feed(b"Event: Hangup\r\n\r\n")] == [b"Event: Hangup"]


@pytest.mark.parametrize(
    "long",
    [
        b"Event: Newstate\r\nChannel: " + b"x" * LINE_BYTES_MAX + b"\r\n\r\n",
        b"Event: Newstate\r\n" + b"Key: value\r\n" * (MESSAGE_BYTES_MAX // 12) + b"\r\n",
    ],
)
@pytest.mark.parametrize("piece", [1000, 1 << 20])
def test_a_message_beyond_the_bounds_is_reported_once_and_passed_over(long: bytes, piece: int) -> None:
    data = GREETING + long + b"Event: Hangup\r\n\r\n"
    found = _fed(data, list(range(0, len(data), piece)))
    assert [type(m) for m in found] == [Oversized, Message]
    assert len(found[0].raw) <= LINE_BYTES_MAX
    assert found[1].raw == b"Event: Hangup"


def test_an_endless_line_takes_no_more_memory_than_the_bound() -> None:
    codec = Codec()
    list(codec.feed(GREETING))
    for _ in range(100):
        list(codec.feed(b"x" * 10_000))
    assert len(codec._buffer) <= MESSAGE_BYTES_MAX + 10_000  # noqa: SLF001 (memory is the point)


def test_an_action_is_written_with_its_fields_in_order() -> None:
    assert encode_action("Login", Username="hotline", Key="abc") == (
        b"Action: Login\r\nUsername: hotline\r\nKey: abc\r\n\r\n"
    )


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb"])
def test_a_line_end_in_a_value_cannot_smuggle_in_another_header(value: str) -> None:
    with pytest.raises(ValueError, match="line end"):
        encode_action("Login", Username=value)
