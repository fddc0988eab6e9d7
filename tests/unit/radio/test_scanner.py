"""How a stream is cut, with the smallest protocol there is: "<", one digit of length, so many letters."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.scanner import UNREAD_BYTES_MAX, Scanner, Unread
from tests.unit.radio.streams import cuts, torn


class Letters(NamedTuple):
    raw: bytes


def match(buffer: bytearray, at: int, last: bool) -> Letters | str | None:
    if buffer[at : at + 1] != b"<":
        return ""
    head = buffer[at + 1 : at + 2]
    if head and not head.isdigit():
        return "no length"
    end = at + 2 + int(head or b"0")
    if not head or len(buffer) < end:
        return None
    body = buffer[at + 2 : end]
    return Letters(bytes(buffer[at:end])) if body.isalpha() or not body else "no letters"


def scanner(frame_bytes_max: int = 11) -> Scanner[Letters]:
    return Scanner(match, frame_bytes_max)


def whole(data: bytes) -> list[Letters | Unread]:
    cut = scanner()
    return cut.feed(data) + cut.end()


def test_adjoining_rubbish_is_one_piece_with_the_first_reason_that_says_something() -> None:
    assert whole(b"..<x<2..<2ab!") == [
        Unread(b"..<x<2..", "no length"),
        Letters(b"<2ab"),
        Unread(b"!", "not a frame"),
    ]


def test_it_looks_again_one_byte_after_a_failed_start() -> None:
    assert whole(b"<4<2ab") == [Unread(b"<4", "no letters"), Letters(b"<2ab")]


def test_what_waits_for_its_end_is_looked_through_when_none_comes() -> None:
    cut = scanner()
    assert cut.feed(b"<9a<1b") == []
    assert cut.pending
    assert cut.end() == [Unread(b"<9a", "cut off"), Letters(b"<1b")]
    assert not cut.pending


def test_rubbish_without_end_is_told_in_pieces() -> None:
    found = scanner().feed(b"." * (3 * UNREAD_BYTES_MAX))
    assert [len(piece.raw) for piece in found] == [UNREAD_BYTES_MAX] * 3


def test_a_start_that_waits_for_ever_is_given_up() -> None:
    cut = Scanner[Letters](lambda _buffer, _at, _last: None, 8)
    cut.feed(b"x" * 1000)
    assert [len(piece.raw) for piece in cut.end()] == [(1000 - UNREAD_BYTES_MAX)]


@given(st.lists(st.sampled_from([b"<", b"2", b"<2ab", b"<0", b"."]), max_size=40).map(b"".join), cuts)
def test_any_split_gives_the_same(data: bytes, places: list[int]) -> None:
    cut = scanner()
    pieces = [piece for part in torn(data, places) for piece in cut.feed(part)] + cut.end()
    assert pieces == whole(data)
    assert b"".join(piece.raw for piece in pieces) == data
