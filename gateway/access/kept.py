"""What the store keeps of access: accounts, tokens, sessions. Secrets stand in it as digests only."""

from typing import Any, Final

import msgspec

from gateway.access.rights import ROLES, UNATTENDED, Right, rights_of

ACCOUNT: Final = "account/"
TOKEN: Final = "token/"  # noqa: S105 - the beginning of a key
SESSION: Final = "session/"


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who may sign in."""

    name: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] | None = None  # None: all
    person: str = ""  # the id of a [[person]]: what they do stands under their name and number
    password: str = ""  # argon2id; "": comes in by OpenID Connect only
    must_change: bool = False  # the password was somebody else's choice
    disabled: bool = False
    subject: str = ""  # issuer and subject of OpenID Connect
    devices: tuple[str, ...] = ()  # digests: browsers that signed in before, the newest last
    made_us: int = 0
    password_us: int = 0
    signed_in_us: int = 0

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(frozenset(self.roles))

    @property
    def unattended(self) -> bool:
        return set(self.roles) == {UNATTENDED}

    def document(self) -> dict[str, Any]:
        """As the API tells it."""
        return {
            "name": self.name,
            "roles": list(self.roles),
            "sites": None if self.sites is None else list(self.sites),
            "person": self.person,
            "has_password": bool(self.password),
            "must_change": self.must_change,
            "disabled": self.disabled,
            "rights": sorted(self.rights),
        }


class ApiToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A program's way in, with the rights of its scopes."""

    name: str
    digest: str
    scopes: tuple[Right, ...]
    sites: tuple[str, ...] | None = None  # None: all
    by: str = ""  # who made it
    made_us: int = 0
    expires_us: int | None = None  # None: never
    used_us: int | None = None  # to the hour


class KeptSession(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account's browser, so that a restart signs nobody out."""

    digest: str
    account: str
    opened_us: int
    expires_us: int
    address: str = ""
    agent: str = ""
    locked: bool = False


def known_roles() -> str:
    return ", ".join(ROLES)
