"""The way in by an identity provider: there with a state that works once, back with proof, into an account here."""

import re
from typing import Any

import msgspec
import structlog
from aiohttp import web

from adapters.errors import StoreError
from gateway.access.audit import Note
from gateway.access.kept import Account
from gateway.access.oidc_settings import CALLBACK
from gateway.web.access.guard import AUTH, address, check_guesses, guessed_wrong
from gateway.web.access.needs import Door, page
from gateway.web.access.sign_in import caller_of, end_old_session, login_page, set_cookies
from gateway.web.pages.rendering import bare
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, IdentityProvider

_COOKIE = "hotline_oidc"  # Lax: the provider leads back from another site, and Strict would not come along
_LIFE_S = 600
_NAME = re.compile(r"[^\s/\x00-\x1f\x7f]{1,63}")

log = structlog.get_logger()


class NoWay(Exception):
    """Proven, but nobody who may come in here; the message is for the log and the audit."""


def routes() -> list[web.RouteDef]:
    return [web.get("/login/oidc", begin), web.get(CALLBACK, finish)]


@page(Door.OPEN)
async def begin(request: web.Request) -> web.Response:
    provider = _provider(request)
    try:
        check_guesses(request)
        begun = await provider.begin()
    except Problem:
        return login_page(request, "wait", status=429, wait_s=1)
    except provider.not_proven as why:
        log.warning("the identity provider does not do", reason=str(why))
        return login_page(request, "provider", status=503)
    response = web.Response(status=303, headers={"Location": begun.location})
    response.set_cookie(
        _COOKIE,
        begun.secret,
        max_age=_LIFE_S,
        path=CALLBACK,
        httponly=True,
        samesite="Lax",
        secure=request.app[AUTH].settings.secure_cookie,
    )
    return response


@page(Door.OPEN)
async def finish(request: web.Request) -> web.Response:
    provider, signing_in = _provider(request), request.app[SERVICES].signing_in
    try:
        check_guesses(request)
        signing_in.register.ask_loaded()
        proven = await provider.finish(dict(request.query), request.cookies.get(_COOKIE, ""))
        account = await _account(request, provider, proven.subject, proven.claims)
        await end_old_session(request)
        signed_in = await signing_in.signed_in(account, caller_of(request), "oidc")
    except Problem:
        return login_page(request, "wait", status=429, wait_s=1)
    except (provider.not_proven, NoWay) as why:
        guessed_wrong(request)
        log.warning("sign_in_failed", by="oidc", reason=str(why), address=address(request))
        detail = {"by": "oidc", "why": str(why)}
        await signing_in.failed(Note("", "sign_in_failed", "", address(request), detail))
        return login_page(request, "provider", status=401)
    except StoreError as error:
        log.warning("sign-in not possible", reason=str(error))
        return login_page(request, "store", status=503)
    # A page, not a redirect: a Strict cookie does not go along a chain that began on another site.
    response = bare("signed_in.html", site=request.app[SERVICES].site)
    set_cookies(request, response, signed_in)
    response.del_cookie(_COOKIE, path=CALLBACK)
    return response


async def _account(request: web.Request, provider: IdentityProvider, subject: str, claims: dict[str, Any]) -> Account:
    """That of the subject, with the roles of today; a new one where there is none. Raises NoWay."""
    register, settings = request.app[SERVICES].signing_in.register, provider.settings
    roles = provider.roles_of(claims)
    known = next((one for one in register.accounts.values() if one.subject == subject), None)
    if known is not None and known.disabled:
        raise NoWay(f"account {known.name} is disabled")
    if not roles:
        raise NoWay(f"no role for {subject}: none of {settings.roles_claim} is among [oidc] roles")
    name = str(claims.get(settings.name_claim, "")).strip().casefold()
    if known is None and (not _NAME.fullmatch(name) or name in register.accounts):
        raise NoWay(f"no account for {subject}: the name {name[:63]!r} is unusable, or another account's")
    account = known or Account(name=name, roles=(), subject=subject, made_us=register.now_us())
    number = str(claims.get(settings.number_claim, "")) if settings.number_claim else ""
    people = request.app[SERVICES].pipeline.state.rules.people
    person = next((one.id for one in people if number and one.number == number), account.person)
    changed = msgspec.structs.replace(account, roles=roles, person=person)
    if changed != known:
        what = "account_added" if known is None else "account_changed"
        note = Note(account.name, what, account.name, address(request), {"by": "oidc", "roles": list(roles)})
        await register.change([note], kept=[changed])
    return changed


def _provider(request: web.Request) -> IdentityProvider:
    provider = request.app[SERVICES].provider
    if provider is None:
        raise Problem(404, "No identity provider", cure="[oidc] in the configuration; see docs/ACCESS.md")
    return provider
