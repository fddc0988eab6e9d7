"""Who asks, and what they may."""

from typing import NamedTuple

from gateway.access.rights import ALL_RIGHTS, OF_THE_WHOLE, Right
from gateway.access.sessions import Session
from gateway.access.sight import Sight


class Who(NamedTuple):
    """`by` is their name for the record; `session` is None for a program with a token."""

    by: str
    session: Session | None = None
    rights: frozenset[Right] = ALL_RIGHTS
    sites: frozenset[str] | None = None  # None: all
    account: str = ""
    must_change: bool = False  # the first password, before anything else
    locked: bool = False  # nobody sits there: it may what a wall board may

    def may(self, right: Right) -> bool:
        return right in self.rights and (self.sites is None or right not in OF_THE_WHOLE)

    @property
    def sight(self) -> Sight:
        return Sight(self.may(Right.NUMBERS), self.sites)
