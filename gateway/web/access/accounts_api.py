"""The API of accounts and tokens, for installers; and one number in full, for the desk."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from gateway.access.administration import AccountAsked, Administration, By, Refused, TokenAsked
from gateway.access.rights import ROLES, Right
from gateway.access.signing_in import Weak
from gateway.web.access.guard import AUTH, WHO, address
from gateway.web.access.needs import needs
from gateway.web.access.noting import note
from gateway.web.access.own_account import check_length
from gateway.web.asking import json_answer, read_body, read_query, whole_answer
from gateway.web.desk.doing import stored_incident
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.moments import parse_rfc3339

_ACCOUNT_CURE = 'send {"name": "…", "roles": ["operator"]}; also sites, person, password, disabled'
_NEW_CURE = 'send {"name": "…", "scopes": ["see"], "expires_at": "2027-01-01T00:00:00Z"}; also sites'


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    scopes: list[str]
    expires_at: str | None
    sites: list[str] | None = None


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/roles", list_roles),
        web.get("/api/v1/accounts", list_accounts),
        web.post("/api/v1/accounts", add_account),
        web.post("/api/v1/accounts/{name}", change_account),
        web.delete("/api/v1/accounts/{name}", remove_account),
        web.get("/api/v1/tokens", list_tokens),
        web.post("/api/v1/tokens", add_token),
        web.delete("/api/v1/tokens/{name}", revoke_token),
        web.post("/api/v1/sign-in-codes", add_code),
        web.post("/api/v1/incidents/{number}/reveal", reveal),
    ]


@needs(Right.SEE)
async def list_roles(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": [{"role": role, "rights": sorted(rights)} for role, rights in ROLES.items()]})


@needs(Right.ACCOUNTS)
async def list_accounts(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": administration(request).accounts()})


@needs(Right.ACCOUNTS)
async def add_account(request: web.Request) -> web.Response:
    asked = await _account_asked(request)
    with _told():
        return json_answer(await administration(request).add(asked, _by(request)))


@needs(Right.ACCOUNTS)
async def change_account(request: web.Request) -> web.Response:
    asked = await _account_asked(request)
    with _told():
        return json_answer(await administration(request).change(request.match_info["name"], asked, _by(request)))


@needs(Right.ACCOUNTS)
async def remove_account(request: web.Request) -> web.Response:
    return await _gone(request, administration(request).remove, "removed")


@needs(Right.ACCOUNTS)
async def list_tokens(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": administration(request).tokens()})


@needs(Right.ACCOUNTS)
async def add_token(request: web.Request) -> web.Response:
    told = read_body(await request.read(), NewToken, _NEW_CURE)
    try:
        expires_us = None if told.expires_at is None else parse_rfc3339(told.expires_at)
    except (ValueError, OverflowError):
        raise Problem(422, "Unusable expires_at", field="expires_at", cure="an RFC 3339 time, or null") from None
    asked = TokenAsked(name=told.name, scopes=told.scopes, sites=told.sites, expires_us=expires_us)
    with _told():
        return json_answer(await administration(request).add_token(asked, _by(request)))


@needs(Right.ACCOUNTS)
async def revoke_token(request: web.Request) -> web.Response:
    return await _gone(request, administration(request).revoke_token, "revoked")


@needs(Right.ACCOUNTS)
async def add_code(request: web.Request) -> web.Response:
    """A link that signs its first visitor in with all rights: for who has all rights alone."""
    if not request[WHO].rights >= set(Right):
        cure = "run `hotline-gateway sign-in-link` on the machine"
        raise Problem(403, "You may not do this", detail="The link gives all rights.", cure=cure)
    await note(request, "link_made")
    return json_answer({"path": f"/login?code={request.app[AUTH].one_time_code()}"})


@needs(Right.REVEAL)
async def reveal(request: web.Request) -> web.Response:
    """The numbers of one record in full. Each time it is asked is told to the audit."""
    incident = await stored_incident(request)
    await note(request, "number_shown", incident["number"])
    return whole_answer({key: incident[key] for key in ("number", "from", "from_name", "to")})


def administration(request: web.Request) -> Administration:
    services = request.app[SERVICES]
    services.signing_in.register.ask_loaded()
    return Administration(services.signing_in, [one.id for one in services.pipeline.state.rules.people])


async def _account_asked(request: web.Request) -> AccountAsked:
    asked = read_body(await request.read(), AccountAsked, _ACCOUNT_CURE)
    if asked.password:  # empty: one is to be drawn
        check_length(asked.password, "password")
    return asked


async def _gone(request: web.Request, end: Callable[[str, By], Awaitable[None]], state: str) -> web.Response:
    name = request.match_info["name"]
    with _told():
        await end(name, _by(request))
    return json_answer({"name": name, "state": state})


def _by(request: web.Request) -> By:
    return By(request[WHO].by, address(request))


class _told:  # noqa: N801 - read as a word: with _told()
    """What administration refuses, as a problem document."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Refused):
            raise Problem(error.status, f"Unusable {error.field}", field=error.field, cure=error.cure) from None
        if isinstance(error, Weak):
            raise Problem(409, "Unusable password", field="password", cure=str(error)) from None
