"""What an installer changes: accounts and tokens. Through the API of a running gateway, or on the store at rest."""

import re
import secrets
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from adapters.errors import GatewayError
from gateway.access.audit import Note
from gateway.access.kept import Account, ApiToken, known_roles
from gateway.access.rights import ROLES, Right
from gateway.access.sessions import SECRET_BYTES, digest_of
from gateway.access.signing_in import SigningIn
from gateway.reading import nearest
from rules.moments import rfc3339

TOKEN_PREFIX: Final = "hgt_"  # noqa: S105 - so that scanners of code and logs know one
NAME_FORM: Final = r"[^\s/\x00-\x1f\x7f]{1,63}"
_NAME: Final = re.compile(NAME_FORM)
_FIRST_PASSWORD_BYTES: Final = 9  # twelve letters, to be changed at the first sign-in


class Refused(GatewayError):
    """What is asked cannot be: `field` at fault, and the cure."""

    def __init__(self, field: str, cure: str, *, status: int = 422) -> None:
        self.field = field
        self.cure = cure
        self.status = status
        super().__init__(f"{field}: {cure}")


class By(msgspec.Struct, frozen=True):
    """Who changes it, from where."""

    who: str
    address: str = ""


class AccountAsked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new account, or what changes of one; `password` empty, or left out of a new one: one is drawn."""

    name: str = ""
    roles: list[str] | None = None
    sites: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    person: str | None = None
    password: str | None = None
    disabled: bool | None = None


class TokenAsked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    scopes: list[str]
    sites: list[str] | None = None
    expires_us: int | None = None  # None: never


class Administration:
    """`people`: the ids of the roster."""

    def __init__(self, signing_in: SigningIn, people: Collection[str]) -> None:
        self._signing_in = signing_in
        self._register = signing_in.register
        self._people = people

    def accounts(self) -> list[dict[str, Any]]:
        found = sorted(self._register.accounts.values(), key=lambda one: one.name)
        return [self._shown(one) for one in found]

    async def add(self, asked: AccountAsked, by: By) -> dict[str, Any]:
        """Its first password is told once, and must be changed."""
        name = asked.name.casefold()
        if not _NAME.fullmatch(asked.name):
            raise Refused("name", "a word without spaces or /, at most 63 characters")
        if name in self._register.accounts:
            raise Refused("name", f'there is an account "{name}" already', status=409)
        if not asked.roles:
            raise Refused("roles", f"at least one of {known_roles()}")
        account = Account(name=name, roles=(), made_us=self._register.now_us())
        return await self._changed(account, asked, by, "account_added")

    async def change(self, name: str, asked: AccountAsked, by: By) -> dict[str, Any]:
        """What is not named stays. New rights hold at once; who is disabled, or has a new password, is out at once."""
        return await self._changed(self._found(name), asked, by, "account_changed")

    async def remove(self, name: str, by: By) -> None:
        account = self._found(name)
        await self._register.change([Note(by.who, "account_removed", account.name, by.address)], dropped=[account])
        await self._end_sessions(account.name, by, "account_removed")

    def tokens(self) -> list[dict[str, Any]]:
        found = sorted(self._register.tokens.values(), key=lambda one: one.name)
        return [self._token_shown(one) for one in found]

    async def add_token(self, asked: TokenAsked, by: By) -> dict[str, Any]:
        """Its secret is told once."""
        if not _NAME.fullmatch(asked.name):
            raise Refused("name", "a word without spaces or /, at most 63 characters")
        if asked.name in self._register.tokens:
            raise Refused("name", f'there is a token "{asked.name}" already: revoke it first', status=409)
        if not asked.scopes:
            raise Refused("scopes", f"at least one of {', '.join(Right)}")
        for scope in asked.scopes:
            if scope not in set(Right):
                raise Refused("scopes", f'no right "{scope}": {nearest(scope, Right)}there are: {", ".join(Right)}')
        now_us = self._register.now_us()
        if asked.expires_us is not None and asked.expires_us <= now_us:
            raise Refused("expires", "a moment to come", status=409)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = ApiToken(
            name=asked.name,
            digest=digest_of(secret),
            scopes=tuple(sorted({Right(scope) for scope in asked.scopes})),
            sites=_sites(asked.sites),
            by=by.who,
            made_us=now_us,
            expires_us=asked.expires_us,
        )
        detail = {"scopes": list(token.scopes), "expires_us": token.expires_us}
        await self._register.change([Note(by.who, "token_added", token.name, by.address, detail)], kept=[token])
        return self._token_shown(token) | {"token": secret}

    async def revoke_token(self, name: str, by: By) -> None:
        token = self._register.tokens.get(name)
        if token is None:
            close = nearest(name, self._register.tokens)
            raise Refused("name", f'no token "{name}": {close}hotline-gateway token list tells them', status=404)
        await self._register.change([Note(by.who, "token_revoked", name, by.address)], dropped=[token])

    async def _changed(self, before: Account, asked: AccountAsked, by: By, what: str) -> dict[str, Any]:
        account = self._as_asked(before, asked)
        told: dict[str, Any] = {}
        if asked.password is not None or what == "account_added":
            drawn = "" if asked.password else secrets.token_urlsafe(_FIRST_PASSWORD_BYTES)
            account = await self._signing_in.with_password(account, asked.password or drawn)
            account = msgspec.structs.replace(account, must_change=True)
            told = {"first_password": drawn} if drawn else {}
        detail = _difference(before, account)
        await self._register.change([Note(by.who, what, account.name, by.address, detail)], kept=[account])
        if account.disabled or account.password != before.password:
            await self._end_sessions(account.name, by, what)
        return self._shown(account) | told

    def _as_asked(self, account: Account, asked: AccountAsked) -> Account:
        changes: dict[str, Any] = {}
        if asked.roles is not None:
            for role in asked.roles:
                if role not in ROLES:
                    raise Refused("roles", f'no role "{role}": {nearest(role, ROLES)}there are: {known_roles()}')
            changes["roles"] = tuple(dict.fromkeys(asked.roles))
        if asked.sites is not msgspec.UNSET:
            changes["sites"] = _sites(asked.sites)
        if asked.person is not None:
            if asked.person and asked.person not in self._people:
                there = ", ".join(self._people) or "none"
                raise Refused("person", f'no [[person]] "{asked.person}"; there are: {there}', status=409)
            changes["person"] = asked.person
        if asked.disabled is not None:
            changes["disabled"] = asked.disabled
        return msgspec.structs.replace(account, **changes)

    async def _end_sessions(self, name: str, by: By, why: str) -> None:
        sessions = self._register.sessions.of(name)
        if sessions:
            await self._register.end(Note(by.who, "sessions_ended", name, by.address, {"why": why}), sessions)

    def _found(self, name: str) -> Account:
        account = self._register.account(name)
        if account is None:
            close = nearest(name, self._register.accounts)
            raise Refused("name", f'no account "{name}": {close}hotline-gateway account list tells them', status=404)
        return account

    def _shown(self, account: Account) -> dict[str, Any]:
        signed_in = account.signed_in_us
        return account.document() | {
            "by": self._register.by(account),
            "signed_in_at": rfc3339(signed_in) if signed_in else None,
            "sessions": len(self._register.sessions.of(account.name)),
        }

    def _token_shown(self, token: ApiToken) -> dict[str, Any]:
        return {
            "name": token.name,
            "scopes": list(token.scopes),
            "sites": None if token.sites is None else list(token.sites),
            "made_by": token.by,
            "made_at": rfc3339(token.made_us),
            "expires_at": None if token.expires_us is None else rfc3339(token.expires_us),
            "used_at": None if token.used_us is None else rfc3339(token.used_us),
        }


def _sites(sites: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if sites is None else tuple(dict.fromkeys(sites))


def _difference(before: Account, after: Account) -> dict[str, Any]:
    """For the audit: what changed, and of a password only that it did."""
    names = ("roles", "sites", "person", "disabled")
    changed = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    return changed | ({"password": "set"} if after.password != before.password else {})
