"""The board, and the way in and out."""

from pathlib import Path
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.guard import AUTH, COOKIE, address, check_guesses, guessed_wrong
from gateway.web.needs import Door, page
from gateway.web.problems import Problem
from gateway.web.rendering import bare, render
from gateway.web.services import SERVICES
from gateway.web.views import record, records

_STATIC = Path(__file__).parent / "static"
_BY_CHARS_MAX = 40
_FIELDS_MAX = 8

log = structlog.get_logger()


def routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("/", board),
        web.get("/login", show_login),
        web.post("/login", login),
        web.post("/logout", logout),
        *records.routes(),
        *record.routes(),
        web.static("/static", _STATIC),
    ]


@page(Right.SEE)
async def board(request: web.Request) -> web.Response:
    return render(request, "board.html")


@page(Door.OPEN)
async def show_login(request: web.Request) -> web.Response:
    """The form; or with `?code=`, a link that the gateway printed at its start: in at once, once."""
    code = request.query.get("code", "")
    if not code:
        return _login_page(request, "")
    try:
        check_guesses(request)
    except Problem:
        return _login_page(request, "wait", status=429)
    if not request.app[AUTH].take_code(code):
        guessed_wrong(request)
        return _login_page(request, "code", status=401)
    return _signed_in(request, "desk")


@page(Door.OPEN)
async def login(request: web.Request) -> web.Response:
    try:
        pairs = parse_qsl((await request.read()).decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:  # no UTF-8, or no form that our page sends
        raise web.HTTPUnprocessableEntity from None
    form = dict(pairs)
    token, by = form.get("token", ""), form.get("by", "")
    try:
        check_guesses(request)
    except Problem:
        return _login_page(request, "wait", status=429)
    if not request.app[AUTH].token_is_right(token.strip()):
        guessed_wrong(request)
        return _login_page(request, "token", status=401)
    return _signed_in(request, " ".join(by.split())[:_BY_CHARS_MAX] or "desk")


@page(Door.SIGNED_IN)
async def logout(request: web.Request) -> web.Response:
    request.app[AUTH].close_session(request.cookies.get(COOKIE, ""))
    response = web.Response(status=303, headers={"Location": "/login"})
    response.del_cookie(COOKIE, path="/")
    return response


def _signed_in(request: web.Request, by: str) -> web.Response:
    auth = request.app[AUTH]
    auth.close_session(request.cookies.get(COOKIE, ""))
    log.info("signed_in", by=by, address=address(request))
    response = web.Response(status=303, headers={"Location": "/"})
    response.set_cookie(
        COOKIE,
        auth.open_session(by),
        max_age=int(auth.settings.session_s),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=auth.settings.secure_cookie,
    )
    return response


def _login_page(request: web.Request, wrong: str, status: int = 200) -> web.Response:
    return bare("login.html", status, site=request.app[SERVICES].site, wrong=wrong)
