"""Who asks, and what they may."""

from typing import NamedTuple

from gateway.access.rights import ALL_RIGHTS, Right
from gateway.access.sight import Sight


class Who(NamedTuple):
    """`by` is their name for the record; `session` is "" for a program with a token."""

    by: str
    session: str
    rights: frozenset[Right] = ALL_RIGHTS
    sites: frozenset[str] | None = None  # None: all

    def may(self, right: Right) -> bool:
        return right in self.rights

    @property
    def sight(self) -> Sight:
        return Sight(self.may(Right.NUMBERS), self.sites)
