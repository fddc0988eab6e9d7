"""The way in and out for people: name and password, a one-time link, the installation's token."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from adapters.errors import Overloaded, StoreError
from gateway.access.audit import Note
from gateway.access.signing_in import Caller, NotIn, SignedIn
from gateway.web.access.guard import AUTH, WHO, address, check_guesses, cookie, cookie_name, guessed_wrong
from gateway.web.access.needs import Door, page
from gateway.web.pages.rendering import bare
from gateway.web.problems import Problem
from gateway.web.services import SERVICES

DEVICE_COOKIE = "hotline_device"
_DEVICE_S = 400 * 86_400  # as long as browsers keep a cookie at most
_BY_CHARS_MAX = 40
_FIELDS_MAX = 8
_AGENT_CHARS_MAX = 200

log = structlog.get_logger()


def routes() -> list[web.RouteDef]:
    return [
        web.get("/login", show_login),
        web.post("/login", login),
        web.post("/logout", logout),
    ]


@page(Door.OPEN)
async def show_login(request: web.Request) -> web.Response:
    """The form; or with `?code=`, a link that the gateway printed: in at once, once."""
    code = request.query.get("code", "")
    if not code:
        return login_page(request, "")
    try:
        check_guesses(request)
    except Problem:
        return login_page(request, "wait", status=429)
    if not request.app[AUTH].take_code(code):
        guessed_wrong(request)
        await _failed(request, "code")
        return login_page(request, "code", status=401)
    return await _visitor_in(request, "desk", "code")


@page(Door.OPEN)
async def login(request: web.Request) -> web.Response:
    form = await read_form(request)
    if "name" in form:
        return await _by_password(request, form["name"], form.get("password", ""))
    token, by = form.get("token", ""), form.get("by", "")
    try:
        check_guesses(request)
    except Problem:
        return login_page(request, "wait", status=429)
    if not request.app[AUTH].token_is_right(token.strip()):
        guessed_wrong(request)
        await _failed(request, "token")
        return login_page(request, "token", status=401)
    said = " ".join(by.split())[:_BY_CHARS_MAX] or "desk"
    # Where people have accounts of their own, nobody goes by a name that was only typed.
    named = f"token: {said}" if request.app[SERVICES].signing_in.register.accounts else said
    return await _visitor_in(request, named, "token")


@page(Door.SIGNED_IN)
async def logout(request: web.Request) -> web.Response:
    session = request[WHO].session
    if session is not None:
        register = request.app[SERVICES].signing_in.register
        note = Note(request[WHO].by, "signed_out", address=address(request), detail={"session": session.id})
        register.sessions.end(session)
        try:
            await register.end(note, [session])
        except StoreError as error:
            log.warning("sign-out not noted", reason=str(error))
    gone = {"Location": "/login", "Clear-Site-Data": '"cache", "storage"'}  # what was typed and not sent is there too
    response = web.Response(status=303, headers=gone)
    response.del_cookie(cookie_name(request), path="/", secure=request.app[AUTH].settings.secure_cookie)
    return response


async def read_form(request: web.Request) -> Mapping[str, str]:
    try:
        pairs = parse_qsl((await request.read()).decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:  # no UTF-8, or no form that our page sends
        raise web.HTTPUnprocessableEntity from None
    return dict(pairs)


def caller_of(request: web.Request) -> Caller:
    agent = request.headers.get("User-Agent", "")[:_AGENT_CHARS_MAX]
    return Caller(address(request), agent, request.cookies.get(DEVICE_COOKIE, ""))


def let_in(request: web.Request, signed_in: SignedIn, location: str = "/") -> web.Response:
    """To the first page, with the cookies of a new session; the one that the browser had has ended."""
    response = web.Response(status=303, headers={"Location": location})
    set_cookies(request, response, signed_in)
    return response


def set_cookies(request: web.Request, response: web.StreamResponse, signed_in: SignedIn) -> None:
    set_session(request, response, signed_in.session)
    settings = request.app[AUTH].settings
    response.set_cookie(
        DEVICE_COOKIE,
        signed_in.device,
        max_age=_DEVICE_S,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=settings.secure_cookie,
    )


def set_session(request: web.Request, response: web.StreamResponse, session: str) -> None:
    settings = request.app[AUTH].settings
    response.set_cookie(
        cookie_name(request),
        session,
        max_age=int(settings.session_s),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=settings.secure_cookie,
    )


async def end_old_session(request: web.Request) -> None:
    """That of the cookie which a browser brought to its sign-in."""
    session = request.app[AUTH].sessions.find(cookie(request))
    if session is not None:
        note = Note(session.by, "signed_out", address=address(request), detail={"session": session.id})
        await request.app[SERVICES].signing_in.register.end(note, [session])


async def _by_password(request: web.Request, name: str, password: str) -> web.Response:
    caller = caller_of(request)
    signing_in = request.app[SERVICES].signing_in
    try:
        if not caller.device:  # who signed in here before is not slowed by what others guess from the same address
            check_guesses(request)
        signed_in = await signing_in.by_password(name, password, caller)
        await end_old_session(request)
    except NotIn as refusal:
        if refusal.wait_s:
            return login_page(request, "wait", status=429, name=name, wait_s=refusal.wait_s)
        guessed_wrong(request)
        return login_page(request, "password", status=401, name=name)
    except Problem as problem:
        return login_page(request, "wait", status=429, name=name, wait_s=problem.retry_after_s or 1)
    except (StoreError, Overloaded) as error:
        log.warning("sign-in not possible", reason=str(error))
        return login_page(request, "store", status=503, name=name)
    return let_in(request, signed_in)


async def _visitor_in(request: web.Request, by: str, way: str) -> web.Response:
    """With all rights, for whoever installs: let in also where no store is there to tell the audit to."""
    auth, register = request.app[AUTH], request.app[SERVICES].signing_in.register
    try:
        await end_old_session(request)
        await register.audit.write(Note(by, "signed_in", address=address(request), detail={"by": way}))
    except StoreError as error:
        log.warning("sign-in not noted", reason=str(error))
    auth.close_session(cookie(request))
    log.info("signed_in", by=by, address=address(request))
    response = web.Response(status=303, headers={"Location": "/"})
    set_session(request, response, auth.open_session(by))
    return response


async def _failed(request: web.Request, way: str) -> None:
    note = Note("", "sign_in_failed", "", address(request), {"by": way})
    await request.app[SERVICES].signing_in.failed(note)


def login_page(
    request: web.Request, wrong: str, status: int = 200, *, name: str = "", wait_s: float = 0.0
) -> web.Response:
    services = request.app[SERVICES]
    response = bare(
        "login.html",
        status,
        site=services.site,
        wrong=wrong,
        name=name[:_BY_CHARS_MAX],
        wait_s=max(1, round(wait_s)),
        accounts=bool(services.signing_in.register.accounts),
        provider=services.provider.settings.label or "OpenID" if services.provider is not None else "",
    )
    if wait_s:
        response.headers["Retry-After"] = str(max(1, round(wait_s)))
    return response
