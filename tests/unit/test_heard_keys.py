"""What tells new keys from those that may be known: it forgets none, and is seldom wrong about a new one."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from adapters.intake.heard_keys import BYTES_MAX, HeardKeys


def keys_of(numbers: range) -> list[bytes]:
    return [blake2b(b"%d" % number, digest_size=16).digest() for number in numbers]


def whole(count: int = 0) -> HeardKeys:
    heard = HeardKeys(count)
    heard.whole = True
    return heard


@given(st.lists(st.binary(min_size=16, max_size=16)))
def test_no_key_is_ever_taken_for_new(keys: list[bytes]) -> None:
    heard = whole()
    heard.add(keys)
    assert heard.maybe(keys) == keys


def test_while_the_journal_is_still_read_every_key_may_be_known() -> None:
    assert HeardKeys().maybe(keys_of(range(9))) == keys_of(range(9))


def test_hardly_any_new_key_is_looked_up_while_it_has_room() -> None:
    heard = whole()
    heard.add(keys_of(range(200_000)))
    assert not heard.outgrown
    assert len(heard.maybe(keys_of(range(300_000, 320_000)))) < 20


def test_one_that_has_no_more_room_says_so_and_the_next_has() -> None:
    heard = whole()
    room = next(count for count in range(50_000, 10**7, 50_000) if _filled(heard, count))
    heard = whole(room)
    heard.add(keys_of(range(room)))
    assert not heard.outgrown


def _filled(heard: HeardKeys, count: int) -> bool:
    heard.add(keys_of(range(count - 50_000, count)))
    return heard.outgrown


def test_its_memory_is_bounded_and_then_it_never_asks_for_more() -> None:
    heard = whole(10**10)
    heard.add(keys_of(range(1000)))
    assert len(heard) == BYTES_MAX
    assert not heard.outgrown
