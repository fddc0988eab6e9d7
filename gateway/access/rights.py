"""The one table of who may what: docs/ACCESS.md shows it, the guard enforces it."""

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a person or a program may do here. A scope of a token is a right."""

    SEE = "see"  # what goes on: calls, hails, alerts, records, sources, duty; numbers masked
    ACT = "act"  # acknowledge, check in, call back, write facts
    CLAIM = "claim"  # take a matter for oneself
    OVERRIDE = "override"  # take it from another, with a reason
    MANAGE = "manage"  # people, rosters, rules, tests, sources
    ACCOUNTS = "accounts"  # accounts and tokens
    REVEAL = "reveal"  # one number in full, each time with an entry of the audit
    NUMBERS = "numbers"  # all numbers in full
    HISTORY = "history"  # what the same caller wanted before
    RECORDINGS = "recordings"  # listen; sensitive history
    REPORTS = "reports"  # figures of the past, and their export
    AUDIT = "audit"  # read the audit


ALL_RIGHTS: Final = frozenset(Right)
# An account gives rights at any site, and an audit tells of all: who has the rights of some sites only has neither.
OF_THE_WHOLE: Final = frozenset({Right.ACCOUNTS, Right.AUDIT})
_DESK = frozenset({Right.SEE, Right.ACT, Right.CLAIM, Right.REVEAL, Right.HISTORY})

ROLES: Final[dict[str, frozenset[Right]]] = {
    "wallboard": frozenset({Right.SEE}),
    "operator": _DESK,
    "dispatcher": _DESK | {Right.RECORDINGS, Right.REPORTS},
    "supervisor": ALL_RIGHTS - {Right.ACCOUNTS},
    "installer": frozenset({Right.SEE, Right.MANAGE, Right.ACCOUNTS}),
    "auditor": frozenset({Right.SEE, Right.REVEAL, Right.HISTORY, Right.RECORDINGS, Right.REPORTS, Right.AUDIT}),
}
UNATTENDED: Final = "wallboard"  # this role's screen has nobody before it: it is never locked


def rights_of(roles: frozenset[str]) -> frozenset[Right]:
    """All rights that any of the roles has."""
    return frozenset(right for role in roles for right in ROLES.get(role, ()))


def roles_with(right: Right) -> list[str]:
    return [role for role, rights in ROLES.items() if right in rights]
