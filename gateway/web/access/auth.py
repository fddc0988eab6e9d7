"""The installation's own ways in: its tokens, one-time sign-in links; and how often an address may guess."""

import hashlib
import hmac
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from gateway.access.rights import ALL_RIGHTS, Right
from gateway.access.sessions import Session, Sessions

_CODE_LIFE_S = 600.0
_CODES_MAX = 16
_TOKEN_BYTES = 32
_GUESSES_MAX = 10  # wrong secrets an address may offer …
_GUESS_REFILL_S = 6.0  # … and how long until it may offer one more
_ADDRESSES_MAX = 4096


class AuthSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [auth] table."""

    session_s: float = 12 * 3600.0  # a browser stays signed in for so long
    lock_after_s: float = 900.0  # nobody sat there for so long: the password is asked again; 0: never
    sessions_max: int = 256  # beyond it the oldest session ends
    secure_cookie: bool = False  # True behind TLS: the cookie then never travels in the clear
    metrics_open: bool = False  # /metrics without a token


def ensure_token_file(path: Path) -> tuple[list[str], bool]:
    """The API tokens, one a line, and whether the file was made just now (mode 0600): then show the token once."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_token_file(path), False
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    return [token], True


def read_token_file(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


class Auth:
    """Keeps digests only, so a dump of memory shows no token and comparing takes the same time for every guess.

    `monotonic` gives seconds that never go back.
    """

    def __init__(self, tokens: Sequence[str], settings: AuthSettings, monotonic: Callable[[], float]) -> None:
        self.settings = settings
        self._tokens = [_digest(token) for token in tokens]
        self._monotonic = monotonic
        self._codes: OrderedDict[bytes, float] = OrderedDict()
        self.sessions = Sessions(settings.sessions_max, monotonic)
        self._guesses: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take_tokens(self, tokens: Sequence[str]) -> bool:
        """In place of those before; whether they differ. Who is signed in stays so."""
        before, self._tokens = self._tokens, [_digest(token) for token in tokens]
        return self._tokens != before

    def token_is_right(self, token: str) -> bool:
        offered = _digest(token)
        right = False
        for known in self._tokens:  # no early leave: the time must not tell which token was near
            right |= hmac.compare_digest(known, offered)
        return right

    def one_time_code(self) -> str:
        """A code for `/login?code=…`: works once, for ten minutes."""
        code = secrets.token_urlsafe(_TOKEN_BYTES)
        self._codes[_digest(code)] = self._monotonic() + _CODE_LIFE_S
        while len(self._codes) > _CODES_MAX:
            self._codes.popitem(last=False)
        return code

    def take_code(self, code: str) -> bool:
        expires = self._codes.pop(_digest(code), None)
        return expires is not None and self._monotonic() < expires

    def open_session(self, by: str, rights: frozenset[Right] = ALL_RIGHTS, sites: frozenset[str] | None = None) -> str:
        """Of a visitor with the installation's token or a one-time link."""
        return self.sessions.open(by, self.settings.session_s, rights=rights, sites=sites)[0]

    def session(self, session: str) -> Session | None:
        return self.sessions.find(session)

    def close_session(self, session: str) -> None:
        found = self.sessions.find(session)
        if found is not None:
            self.sessions.end(found)

    def may_guess(self, address: str) -> float:
        """Seconds this address must wait before another guess counts; 0 now. Only wrong guesses are counted, each
        address apart, so nobody can lock out the right user.
        """
        allowance, _ = self._allowance(address)
        return 0.0 if allowance >= 1 else (1 - allowance) * _GUESS_REFILL_S

    def guessed_wrong(self, address: str) -> None:
        allowance, now = self._allowance(address)
        self._guesses[address] = (max(allowance - 1, 0.0), now)
        self._guesses.move_to_end(address)
        while len(self._guesses) > _ADDRESSES_MAX:
            self._guesses.popitem(last=False)

    def _allowance(self, address: str) -> tuple[float, float]:
        now = self._monotonic()
        left, since = self._guesses.get(address, (float(_GUESSES_MAX), now))
        return min(left + (now - since) / _GUESS_REFILL_S, float(_GUESSES_MAX)), now
