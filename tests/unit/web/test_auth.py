"""Codes, sessions and guesses, under a clock that only the test moves."""

from gateway.web.access.auth import Auth, AuthSettings
from tests.fixtures.seconds import Hand


def make(**settings: float) -> tuple[Auth, Hand]:
    hand = Hand()
    return Auth(["right", "also-right"], AuthSettings(**settings), hand), hand  # type: ignore[arg-type]  # ints too


def test_every_token_of_the_file_is_right_and_no_other() -> None:
    auth, _ = make()
    assert auth.token_is_right("right")
    assert auth.token_is_right("also-right")
    for wrong in ("", "righ", "right ", "RIGHT", "\udcff"):
        assert not auth.token_is_right(wrong)


def test_a_code_works_once_and_for_ten_minutes_only() -> None:
    auth, hand = make()
    code, old = auth.one_time_code(), auth.one_time_code()
    assert auth.take_code(code)
    assert not auth.take_code(code)
    hand.at_s += 600
    assert not auth.take_code(old)


def test_codes_are_bounded_the_newest_count() -> None:
    auth, _ = make()
    codes = [auth.one_time_code() for _ in range(20)]
    assert not auth.take_code(codes[0])
    assert auth.take_code(codes[-1])


def test_a_session_ends_in_time() -> None:
    auth, hand = make(session_s=60)
    session = auth.open_session("王 008")
    hand.at_s += 59
    found = auth.session(session)
    assert found is not None
    assert found.by == "王 008"
    hand.at_s += 1
    assert auth.session(session) is None


def test_beyond_the_bound_the_oldest_session_ends() -> None:
    auth, _ = make(sessions_max=2)
    first, second, third = (auth.open_session(name) for name in "abc")
    assert auth.session(first) is None
    assert auth.session(second) is not None
    assert auth.session(third) is not None


def test_ten_thousand_guesses_admit_few_and_leave_other_addresses_alone() -> None:
    auth, hand = make()
    admitted = 0
    for _ in range(10_000):
        hand.at_s += 0.01
        if auth.may_guess("10.0.0.1") == 0:
            admitted += 1
            auth.guessed_wrong("10.0.0.1")
    assert admitted <= 10 + 100 / 6 + 1
    assert auth.may_guess("10.0.0.2") == 0


def test_an_address_may_guess_again_after_a_while() -> None:
    auth, hand = make()
    for _ in range(10):
        auth.guessed_wrong("10.0.0.1")
    wait_s = auth.may_guess("10.0.0.1")
    assert 0 < wait_s <= 6
    hand.at_s += wait_s
    assert auth.may_guess("10.0.0.1") == 0


def test_many_addresses_do_not_fill_the_memory() -> None:
    auth, _ = make()
    for n in range(10_000):
        auth.guessed_wrong(f"10.{n >> 8}.{n & 255}.1")
    assert len(auth._guesses) <= 4096  # noqa: SLF001 - the bound itself is what is tested
