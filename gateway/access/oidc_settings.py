"""The [oidc] table: an identity provider that knows the people, and which of its groups is which role here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import Problem
from adapters.secrets import read_secret
from gateway.access.rights import ROLES
from gateway.reading import nearest, shown

CALLBACK: Final = "/login/oidc/callback"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [oidc] table. Register PUBLIC_URL/login/oidc/callback there, with [gateway] public_url."""

    issuer: str  # as the provider writes itself: https://id.example/realms/office
    client_id: str
    client_secret_file: str = ""  # unset: a public client, proven by PKCE alone
    roles: dict[str, str]  # a value of `roles_claim` = the role here; who has none of them is not let in
    roles_claim: str = "groups"  # of the ID token
    name_claim: str = "preferred_username"  # the account's name here
    number_claim: str = ""  # the employee number: who has it in [[person]] stands so in records
    scopes: tuple[str, ...] = ("openid", "profile")
    label: str = ""  # on the button, such as the firm's name


def check_oidc(settings: OidcSettings | None, public_url: str) -> Iterator[Problem]:
    if settings is None:
        return

    def wrong(key: str, cure: str) -> Problem:
        return Problem(f"oidc.{key}", shown(key, getattr(settings, key)), cure)

    if not is_guarded(settings.issuer):
        yield wrong("issuer", "must be https://…, as the provider names itself")
    if not settings.client_id:
        yield wrong("client_id", "the name under which the provider knows this gateway")
    if "openid" not in settings.scopes:
        yield wrong("scopes", '"openid" must be among them')
    if not settings.roles:
        yield wrong("roles", f'nobody could come in: {{ "GROUP" = "operator" }}; roles: {", ".join(ROLES)}')
    for role in settings.roles.values():
        if role not in ROLES:
            yield wrong("roles", f'no role "{role}": {nearest(role, ROLES)}there are: {", ".join(ROLES)}')
    if not public_url:
        cure = "the provider must lead people back to us: set public_url in [gateway]"
        yield Problem("gateway.public_url", "(empty)", cure)


def is_guarded(address: str) -> bool:
    """By TLS; or it never leaves this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def client_secret(settings: OidcSettings, folder: Path) -> str:
    """Nothing for a public client. Raises ConfigError."""
    if not settings.client_secret_file:
        return ""
    file = folder / settings.client_secret_file
    try:
        return read_secret(str(file), None)[0].decode()
    except (OSError, ValueError, IndexError) as error:
        cure = f"must be a file with the client's secret on its first line: {error}"
        raise ConfigError([("oidc.client_secret_file", str(file), cure)]) from error
