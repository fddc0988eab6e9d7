"""Signed-in browsers: known by a digest of what their cookie holds, ended in time, locked where nobody sits."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from gateway.access.rights import ALL_RIGHTS, Right

SECRET_BYTES = 32
_SHOWN_HEX = 16  # of a digest: enough to name a session by, and no way in


def digest_of(secret: str) -> str:
    """What is kept of a secret that was drawn at random: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(slots=True)
class Session:
    """`account` "" is a visitor with the installation's token or a one-time link, who has `rights`."""

    digest: str
    by: str
    account: str
    rights: frozenset[Right]
    sites: frozenset[str] | None
    opened_us: int
    expires: float  # as `seen`, by the monotonic clock
    seen: float
    address: str = ""
    agent: str = ""
    locked: bool = False

    @property
    def id(self) -> str:
        return self.digest[:_SHOWN_HEX]


class Sessions:
    """`monotonic` gives seconds that never go back. Beyond `most` the oldest session ends."""

    def __init__(self, most: int, monotonic: Callable[[], float]) -> None:
        self._most = most
        self._monotonic = monotonic
        self._open: OrderedDict[str, Session] = OrderedDict()

    def open(
        self,
        by: str,
        life_s: float,
        *,
        account: str = "",
        rights: frozenset[Right] = ALL_RIGHTS,
        sites: frozenset[str] | None = None,
        opened_us: int = 0,
        address: str = "",
        agent: str = "",
    ) -> tuple[str, Session]:
        """A new secret for the cookie, never one that the browser brought: nothing to fixate."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._monotonic()
        session = Session(digest_of(secret), by, account, rights, sites, opened_us, now + life_s, now, address, agent)
        self.keep(session)
        return secret, session

    def resume(self, session: Session) -> None:
        """One that was kept: its `expires` is what it has left; it is as if somebody sat there just now."""
        session.seen = self._monotonic()
        session.expires += session.seen
        self.keep(session)

    def left_s(self, session: Session) -> float:
        return session.expires - self._monotonic()

    def keep(self, session: Session) -> None:
        self._open[session.digest] = session
        while len(self._open) > self._most:
            self._open.popitem(last=False)

    def find(self, secret: str) -> Session | None:
        session = self._open.get(digest_of(secret))
        if session is not None and session.expires <= self._monotonic():
            del self._open[session.digest]
            return None
        return session

    def idle_s(self, session: Session) -> float:
        return self._monotonic() - session.seen

    def touch(self, session: Session) -> None:
        """Somebody sits there."""
        session.seen = self._monotonic()

    def end(self, session: Session) -> None:
        self._open.pop(session.digest, None)

    def of(self, account: str) -> list[Session]:
        """Newest first."""
        now = self._monotonic()
        mine = [one for one in self._open.values() if one.account == account and one.expires > now]
        return sorted(mine, key=lambda one: one.seen, reverse=True)
