"""Passwords: argon2id in a thread, few at once; what makes a password too weak."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from adapters.errors import Overloaded

if TYPE_CHECKING:
    from argon2 import PasswordHasher

CHARS_MIN: Final = 10
CHARS_MAX: Final = 128  # argon2 itself knows no bound; a body has one
_AT_ONCE: Final = 2  # each takes 64 MiB and a core for a twentieth of a second
_WAITING_MAX: Final = 32
_DIFFERENT_MIN: Final = 5
_COMMON: Final = frozenset(
    """1234567890 0123456789 12345678910 123456789a a123456789 qwertyuiop 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 password12
    password123 passw0rd123 iloveyou12 admin12345 administrator woaini1314 woaini5201314 5201314520 zhongguo123
    abcdefghij abc1234567 qwerty12345 qwertyuiop123 asdfghjkl123 1234567891 9876543210 0987654321 hotline123
    changeme123 letmein1234 welcome1234 football12 sunshine12 princess12 11223344556 a1234567890""".split()  # noqa: SIM905 - as a list it fills a screen
)
T = TypeVar("T")

Flaw = Literal["short", "long", "repeated", "common", "named", "unchanged"]
FLAWS: Final[dict[Flaw, str]] = {
    "short": f"at least {CHARS_MIN} characters; several words are easy to keep in mind",
    "long": f"at most {CHARS_MAX} characters",
    "repeated": "the same few characters again and again",
    "common": "one of the passwords that everybody tries first",
    "named": "too near to the name",
    "unchanged": "the same as before",
}


def why_weak(password: str, *known: str) -> Flaw | None:
    """Why nobody should use it; None where they may. `known`: words that strangers would try first."""
    if len(password) < CHARS_MIN:
        return "short"
    if len(password) > CHARS_MAX:
        return "long"
    if len(set(password)) < _DIFFERENT_MIN:
        return "repeated"
    lowered = password.lower()
    if lowered in _COMMON:
        return "common"
    for word in known:
        if len(word) > 2 and word.lower() in lowered and len(password) - len(word) < CHARS_MIN - 2:
            return "named"
    return None


class Passwords:
    """`hasher`: with other costs than the library's (RFC 9106, second recommended option)."""

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._hasher = hasher
        self._nobodys = ""
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        return await self._in_thread(lambda: self._with().hash(password))

    async def holds(self, kept: str, password: str) -> bool:
        """The same work where there is no account or it has no password: `kept` is "" then, and the answer no."""
        if not self._nobodys:
            self._nobodys = await self.hashed(secrets.token_urlsafe())
        right = await self._in_thread(lambda: self._verified(kept or self._nobodys, password))
        return right and bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Hashed with lower costs than today's."""
        return self._with().check_needs_rehash(kept)

    def _verified(self, kept: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as below

        try:
            return self._with().verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _with(self) -> "PasswordHasher":
        if self._hasher is None:
            from argon2 import PasswordHasher  # noqa: PLC0415 - costs a start 0.03 s: only if somebody signs in

            self._hasher = PasswordHasher()
        return self._hasher

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= _WAITING_MAX:
            raise Overloaded("too many sign in at once")
        self._waiting += 1
        try:
            async with self._room:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
