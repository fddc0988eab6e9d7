"""The page of one's own account: rights, password, sessions. Plain forms: it works where nothing else does yet."""

from typing import Any

from aiohttp import web

from gateway.access.audit import Note
from gateway.access.passwords import CHARS_MAX, CHARS_MIN
from gateway.access.rights import Right
from gateway.access.signing_in import NotIn, Weak
from gateway.web.access.guard import WHO, address
from gateway.web.access.needs import Door, page
from gateway.web.access.own_account import account_session, own_sessions
from gateway.web.access.sign_in import caller_of, let_in, read_form
from gateway.web.pages.rendering import render, words_of
from gateway.web.services import SERVICES


def routes() -> list[web.RouteDef]:
    return [
        web.get("/account", show),
        web.post("/account/password", change_password),
        web.post("/account/unlock", unlock),
        web.post("/account/sessions", end_sessions),
    ]


@page(Door.SIGNED_IN)
async def show(request: web.Request) -> web.Response:
    return _shown(request)


@page(Door.SIGNED_IN)
async def change_password(request: web.Request) -> web.Response:
    account_session(request)
    form = await read_form(request)
    new = form.get("new", "")
    if new != form.get("again", ""):
        return _shown(request, "again", status=422)
    signing_in = request.app[SERVICES].signing_in
    try:
        signed_in = await signing_in.change_password(request[WHO], form.get("old", ""), new, caller_of(request))
    except NotIn as refusal:
        return _refused(request, refusal, "old")
    except Weak as why:
        cure = words_of(request)(f"account.weak_{why.flaw}", least=CHARS_MIN, most=CHARS_MAX)
        return _shown(request, "weak", cure=cure, status=422)
    return let_in(request, signed_in, "/" if request[WHO].must_change else "/account?done=password")


@page(Door.SIGNED_IN)
async def unlock(request: web.Request) -> web.Response:
    form = await read_form(request)
    signing_in = request.app[SERVICES].signing_in
    try:
        await signing_in.unlock(account_session(request), form.get("password", ""), caller_of(request))
    except NotIn as refusal:
        return _refused(request, refusal, "password")
    return web.Response(status=303, headers={"Location": "/"})


@page(Door.SIGNED_IN)
async def end_sessions(request: web.Request) -> web.Response:
    """One by its id, or all but this."""
    own, form = account_session(request), await read_form(request)
    register = request.app[SERVICES].signing_in.register
    wanted = form.get("id", "")
    ended = [one for one in register.sessions.of(own.account) if one is not own and wanted in {"others", one.id}]
    note = Note(own.account, "sessions_ended", own.account, address(request), {"count": len(ended)})
    await register.end(note, ended)
    return web.Response(status=303, headers={"Location": "/account?done=sessions"})


def _refused(request: web.Request, refusal: NotIn, wrong: str) -> web.Response:
    if refusal.wait_s:
        return _shown(request, "wait", cure=str(max(1, round(refusal.wait_s))), status=429)
    return _shown(request, wrong, status=403)


def _shown(request: web.Request, wrong: str = "", *, cure: str = "", status: int = 200) -> web.Response:
    who, register = request[WHO], request.app[SERVICES].signing_in.register
    account = register.accounts.get(who.account)
    values: dict[str, Any] = {
        "who": who,
        "account": account,
        "rights": [right for right in Right if who.may(right)],
        "sessions": own_sessions(request) if account is not None and not who.locked else [],
        "wrong": wrong,
        "cure": cure,
        "done": request.query.get("done", ""),
        "chars_min": CHARS_MIN,
        "chars_max": CHARS_MAX,
    }
    return render(request, "account.html", status, **values)
