"""Passwords: which are too weak, and that a check does the same work whoever is asked for."""

import pytest

from gateway.access.passwords import Passwords, why_weak
from tests.fixtures.served import CHEAP


@pytest.mark.parametrize(
    "password",
    ["", "short", "aaaaaaaaaaaa", "12121212121212", "password123", "PassWord123", "woaini1314", "x" * 129, "wangfang1"],
)
def test_a_weak_password_is_told_why(password: str) -> None:
    assert why_weak(password, "wangfang")


def test_a_password_that_is_the_name_and_little_more_is_weak() -> None:
    assert why_weak("wangfang008", "wangfang", "008")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "三声之内必须接听电话呀", "Zq8-hkw-21-mnb", "wangfang likes tea"]
)
def test_words_that_nobody_guesses_are_taken(password: str) -> None:
    assert why_weak(password, "wangfang") is None


async def test_the_right_password_holds_and_no_other() -> None:
    passwords = Passwords(CHEAP)
    kept = await passwords.hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert await passwords.holds(kept, "correct horse battery")
    assert not await passwords.holds(kept, "correct horse batterz")
    assert not await passwords.holds("", "correct horse battery")
    assert not await passwords.holds("no hash", "correct horse battery")


class Counting:
    """How often, and with which costs, a password is looked at."""

    def __init__(self) -> None:
        self.verified: list[str] = []

    def hash(self, password: str) -> str:
        return CHEAP.hash(password)

    def verify(self, kept: str, password: str) -> bool:
        self.verified.append(kept.rpartition("$p=")[0] or kept.split("$")[3])
        return CHEAP.verify(kept, password)


async def test_who_is_unknown_costs_the_same_as_who_is_known() -> None:
    """Counted, not timed: one verification at the same costs each."""
    counting = Counting()
    passwords = Passwords(counting)  # type: ignore[arg-type]  # as far as it is asked
    kept = CHEAP.hash("correct horse battery")
    for account in (kept, "", kept, ""):
        await passwords.holds(account, "wrong wrong wrong")
    assert len(counting.verified) == 4
    assert len(set(counting.verified)) == 1


def test_the_library_s_own_costs_are_those_of_its_second_recommendation() -> None:
    """RFC 9106 §4: t=3, 64 MiB."""
    hasher = Passwords()._with()  # noqa: SLF001 - what is used where nobody says otherwise
    assert (hasher.time_cost, hasher.memory_cost) >= (3, 65_536)
