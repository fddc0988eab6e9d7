"""Commands about who may come in: account, token, sign-in-link."""

import base64
import re
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from adapters.errors import GatewayError
from gateway.access.administration import AccountAsked, TokenAsked
from gateway.cli import machine
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.config import load
from gateway.terminal import terminal
from rules.moments import parse_rfc3339, rfc3339, us_of

_TOKEN_BYTES = 32
_SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64
_SPAN = re.compile(r"(\d{1,5})d")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Once for each: docs/ACCESS.md has the table.")]
SiteNames = Annotated[list[str] | None, typer.Option("--site", help="Only these sites' matters; all without it.")]

account = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
token = typer.Typer(add_completion=False, rich_markup_mode=None)


@account.callback()
def _accounts() -> None:
    """Say who may sign in, and as what."""


@account.command("add")
def account_add(
    name: Name,
    *,
    role: Roles = None,
    site: SiteNames = None,
    person: Annotated[str, typer.Option(help="The id of a [[person]]: records then name them with number.")] = "",
    password_file: Annotated[Path | None, typer.Option(help="Holds the first password; one is drawn without.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """A new account. Its first password is shown once, and must be changed at the first sign-in."""
    asked = AccountAsked(name=name, roles=role, sites=site, person=person, password=_first_line(password_file))
    _tell(machine.change(load(config), "POST", "/api/v1/accounts", asked, lambda on, by: on.add(asked, by)))


@account.command("list")
def account_list(*, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """All accounts, with their roles."""

    async def at_rest(on: Any, _by: Any) -> Any:
        return {"items": on.accounts()}

    table = Table("account", "roles", "sites", "stands in records as", "last sign-in", "")
    for one in machine.change(load(config), "GET", "/api/v1/accounts", None, at_rest)["items"]:
        state = "disabled" if one["disabled"] else "first password" if one["must_change"] else ""
        sites = "all" if one["sites"] is None else ", ".join(one["sites"])
        table.add_row(one["name"], ", ".join(one["roles"]), sites, one["by"], one["signed_in_at"] or "never", state)
    terminal().print(table)


@account.command("change")
def account_change(
    name: Name,
    *,
    role: Roles = None,
    site: SiteNames = None,
    all_sites: Annotated[bool, typer.Option("--all-sites", help="Every site's matters.")] = False,
    person: Annotated[str | None, typer.Option(help="The id of a [[person]].")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Other roles, sites or person. Holds at once."""
    asked = AccountAsked(roles=role, person=person)
    if site or all_sites:
        asked.sites = None if all_sites else site
    _change(config, name, asked)


@account.command("password")
def account_password(
    name: Name,
    *,
    password_file: Annotated[Path | None, typer.Option(help="Holds the password; one is drawn without.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """A new first password. Whoever is signed in by the old one is signed out."""
    _change(config, name, AccountAsked(password=_first_line(password_file) or ""))


@account.command("disable")
def account_disable(name: Name, *, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Out at once, and not in again."""
    _change(config, name, AccountAsked(disabled=True))


@account.command("enable")
def account_enable(name: Name, *, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """In again, with the old password."""
    _change(config, name, AccountAsked(disabled=False))


@account.command("remove")
def account_remove(name: Name, *, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Out at once, for good. What they did keeps their name."""
    machine.change(load(config), "DELETE", f"/api/v1/accounts/{quote(name)}", None, lambda on, by: on.remove(name, by))
    typer.echo(f"{name}: removed")


@token.callback(invoke_without_command=True)
def _tokens(
    context: typer.Context,
    *,
    webhook: Annotated[bool, typer.Option("--webhook", help="A signing secret for webhooks instead: whsec_…")] = False,
) -> None:
    """Tokens of programs: add, list, revoke; alone, print a new secret. Put that into a file of its own."""
    if context.invoked_subcommand is not None:
        return
    if webhook:
        typer.echo("whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode())
    else:
        typer.echo(secrets.token_urlsafe(_TOKEN_BYTES))


@token.command("add")
def token_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    scope: Annotated[list[str], typer.Option("--scope", help="A right; once for each: docs/ACCESS.md.")],
    expires: Annotated[str, typer.Option(help="A day as 2027-01-31, so many days as 90d, or never.")] = "365d",
    site: SiteNames = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """A new token with these rights only. It is shown once; the gateway keeps a digest."""
    asked = TokenAsked(name=name, scopes=scope, sites=site, expires_us=_moment(expires))
    body = {"name": name, "scopes": scope, "sites": site, "expires_at": asked.expires_us and rfc3339(asked.expires_us)}
    made = machine.change(load(config), "POST", "/api/v1/tokens", body, lambda on, by: on.add_token(asked, by))
    typer.echo(made["token"])
    typer.echo(f"{name}: {', '.join(made['scopes'])}, until {made['expires_at'] or 'revoked'}; shown once", err=True)


@token.command("list")
def token_list(*, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """All tokens but those of api_token_file."""

    async def at_rest(on: Any, _by: Any) -> Any:
        return {"items": on.tokens()}

    table = Table("token", "scopes", "sites", "expires", "last used", "made by")
    for one in machine.change(load(config), "GET", "/api/v1/tokens", None, at_rest)["items"]:
        sites = "all" if one["sites"] is None else ", ".join(one["sites"])
        used, expires = one["used_at"] or "never", one["expires_at"] or "never"
        table.add_row(one["name"], ", ".join(one["scopes"]), sites, expires, used, one["made_by"])
    terminal().print(table)


@token.command("revoke")
def token_revoke(name: Annotated[str, typer.Argument(metavar="NAME")], *, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Worth nothing from now on."""
    path = f"/api/v1/tokens/{quote(name)}"
    machine.change(load(config), "DELETE", path, None, lambda on, by: on.revoke_token(name, by))
    typer.echo(f"{name}: revoked")


def sign_in_link(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print a link that signs one visitor in. With all rights, within ten minutes; asks the gateway that runs."""
    checked = load(config)
    typer.echo(checked.board_url + machine.ask(checked, "POST", "/api/v1/sign-in-codes")["path"])


def _change(config: Path, name: str, asked: AccountAsked) -> None:
    path = f"/api/v1/accounts/{quote(name)}"
    _tell(machine.change(load(config), "POST", path, asked, lambda on, by: on.change(name, asked, by)))


def _tell(account_told: Any) -> None:
    state = "disabled" if account_told["disabled"] else ", ".join(account_told["roles"])
    typer.echo(f"{account_told['name']}: {state}; stands in records as {account_told['by']}")
    if password := account_told.get("first_password"):
        typer.echo(f"First password, shown once, to be changed at the first sign-in: {password}")


def _first_line(file: Path | None) -> str | None:
    if file is None:
        return None
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    if not text.strip():
        raise GatewayError(f"{file}: no password stands in it")
    return text.splitlines()[0].strip()


def _moment(expires: str) -> int | None:
    if expires == "never":
        return None
    if days := _SPAN.fullmatch(expires):
        return us_of(datetime.now(UTC) + timedelta(days=int(days[1])))
    try:
        return parse_rfc3339(f"{expires}T00:00:00Z")
    except ValueError:
        raise GatewayError(f'--expires {expires}: write a day as 2027-01-31, "90d", or "never"') from None
