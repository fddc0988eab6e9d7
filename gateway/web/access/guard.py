"""The door: who is asking, may they, and the headers every answer leaves with."""

import asyncio
import contextlib
from typing import Any, Final

import structlog
from aiohttp import web

from adapters.errors import Overloaded, StoreError
from gateway.access.audit import Note
from gateway.access.register import who_of
from gateway.access.rights import Right, roles_with
from gateway.access.sessions import Session
from gateway.access.sight import whole_numbers
from gateway.access.who import Who
from gateway.web.access.auth import Auth
from gateway.web.access.needs import Door, is_page, need_of
from gateway.web.access.told_deeds import told_of
from gateway.web.asking import Told
from gateway.web.door.handed_over import Handler, at_work
from gateway.web.door.seldom import Seldom
from gateway.web.problems import Problem, problem_response
from gateway.web.services import SERVICES

UPLOAD_PATH = "/api/call-upload"
_COOKIE: Final = "hotline_session"
_HOST_ONLY: Final = "__Host-"  # behind TLS: no other host of the domain can set such a cookie (RFC 6265bis)
BODY_TIMEOUT_S: Final = 10.0
AUTH = web.AppKey("auth", Auth)
SELDOM = web.AppKey("seldom", Seldom)
AUDIT_HEADER, AUDIT_OWED = "Hotline-Audit", "owed"  # done, and the audit hears of it later
_PATH_CHARS_MAX: Final = 100  # of a path that stands in the log
_TOLD_MAX: Final = 200  # records that one entry of the audit names; more are counted

log = structlog.get_logger()

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURE_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send `Origin: null` for the login form and the check below would refuse it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


WHO = web.RequestKey("who", Who)
_SEEN = web.RequestKey("seen", list[tuple[str, str]])


def still_sees(request: web.Request) -> bool:
    """For answers that last, such as the stream: a session may have ended, or been locked, or a token revoked."""
    who, auth, register = request.get(WHO), request.app[AUTH], request.app[SERVICES].signing_in.register
    if who is None:
        return False
    if who.session is not None:
        session = auth.sessions.find(cookie(request))
        now = None if session is None else register.who_has(session)
    elif auth.token_is_right(_offered(request)):
        now = Who("api")
    else:
        token = register.token(_offered(request))
        now = None if token is None else who_of(token)
    return now is not None and now.sight == who.sight and now.may(Right.SEE)


def _offered(request: web.Request) -> str:
    """The token that a program shows, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie_name(request: web.Request) -> str:
    return f"{_HOST_ONLY}{_COOKIE}" if request.app[AUTH].settings.secure_cookie else _COOKIE


def cookie(request: web.Request) -> str:
    """What the browser shows of its session, or ""."""
    return request.cookies.get(cookie_name(request), "")


def address(request: web.Request) -> str:
    """The connection's own address. A forwarding header is not believed: anybody can write one."""
    return request.remote or "unknown"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/hooks/"):  # read by a PBX, not by a browser; and the hot path
        return
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[AUTH].settings.secure_cookie:
        response.headers.update(_SECURE_ONLY)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    elif response.content_type.startswith("text/"):
        response.charset = "utf-8"


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        need = need_of(request)
        if need is Door.OWN_PROOF:
            return await handler(request)
        await _let_in(request, need)
        await _read_body(request)
        at_work(request)
        if request.method not in _SAFE_METHODS:
            await request.app[SERVICES].signing_in.register.audit.pay()
        answer = await handler(request)
        if isinstance(answer, Told):
            _write(request, answer)
        await _tell_done(request, answer)
        await _tell_seen(request)
        return answer  # noqa: TRY300 - what a handler raises is caught as well
    except Problem as problem:
        return problem_response(problem)
    except StoreError as error:
        return problem_response(Problem(503, "The intake store does not answer", detail=str(error), retry_after_s=1))
    except Overloaded as error:
        return problem_response(Problem(503, "Too much waits already", detail=str(error), retry_after_s=1))
    except web.HTTPException as error:
        if error.status < 400 or is_page(request):
            raise
        return problem_response(Problem(error.status, error.reason, headers=_kept(error)))


async def _let_in(request: web.Request, need: Right | Door) -> None:
    if need is Door.OPEN or _is_open(request):
        _check_origin(request, needed=False)
        return
    who = await _who(request)
    if who is None and is_page(request):
        raise web.HTTPSeeOther("/login")
    if who is None:
        raise Problem(
            401,
            "Not signed in",
            field="Authorization",
            cure="send `Authorization: Bearer TOKEN` with a token of api_token_file, or sign in at /login",
            headers={"WWW-Authenticate": 'Bearer realm="hotline-gateway"'},
        )
    _check_origin(request, needed=who.session is not None)
    request[WHO] = who
    if isinstance(need, Right) and not who.may(need):
        request.app[SELDOM].warning("right_refused", who.by, right=need.value, **_where(request))
        raise _refusal(request, who, need)


def _where(request: web.Request) -> dict[str, str]:
    return {"address": address(request), "method": request.method, "path": request.path[:_PATH_CHARS_MAX]}


def _refusal(request: web.Request, who: Who, need: Right) -> Exception:
    if who.must_change and is_page(request):
        return web.HTTPSeeOther("/account")
    if who.must_change:
        cure = "POST /api/v1/account/password, or open /account"
        return Problem(403, "The first password must be changed", cure=cure, more={"must_change": True})
    if who.locked:
        cure = "POST /api/v1/session/unlock with the password; nothing is lost"
        return Problem(423, "Locked: nobody sat here for a while", cure=cure, more={"locked": True})
    return of_the_whole() if need in who.rights else right_lacks(need)


def of_the_whole() -> Problem:
    """For what cannot be parted by sites, and for who has the rights of some only."""
    cure = "ask somebody who has the rights of all sites: an account without `sites`"
    return Problem(403, "This is of the whole gateway", field="sites", cure=cure)


def right_lacks(right: Right) -> Problem:
    """For handlers too, where what is asked for decides."""
    cure = f"roles that may: {', '.join(roles_with(right))}; a token needs --scope {right}; see docs/ACCESS.md"
    detail = f"this needs the right {right}"
    return Problem(403, "You may not do this", detail=detail, field="right", cure=cure, more={"right": right})


def shown(request: web.Request, document: Any) -> Any:
    """As far as the asker may read it; for the audit, of whom numbers are told in full."""
    sight = request[WHO].sight
    if sight.numbers:
        for record in sorted(set(whole_numbers(document))):
            remember(request, "numbers_shown", record)
    return sight.shown(request.app[SERVICES].pipeline.state.rules, document)


def remember(request: web.Request, what: str, target: str) -> None:
    """What the answer shows: the audit is told before it leaves; the same again within the hour is not told again."""
    request.setdefault(_SEEN, []).append((what, target))


def _write(request: web.Request, answer: Told) -> None:
    rules, sight = request.app[SERVICES].pipeline.state.rules, request[WHO].sight
    if isinstance(answer.document, dict) and not sight.sees(rules, answer.document):
        raise Problem(404, "No such thing", detail="It is of a site that is not yours.")
    answer.tell(answer.document if answer.whole else shown(request, answer.document))


async def _tell_done(request: web.Request, answer: web.StreamResponse) -> None:
    if (deed := told_of(request)) is not None:
        what, target, detail = deed
        audit = request.app[SERVICES].signing_in.register.audit
        if not await audit.write_done(Note(request[WHO].by, what, target, address(request), detail)):
            answer.headers[AUDIT_HEADER] = AUDIT_OWED


async def _tell_seen(request: web.Request) -> None:
    seen: list[tuple[str, str]] = request.get(_SEEN, [])
    register, by = request.app[SERVICES].signing_in.register, request[WHO].by if seen else ""
    new = [one for one in seen if register.first_shown(by, " ".join(one))]
    if not new:
        return
    notes = []
    for what in dict.fromkeys(what for what, _ in new):
        targets = [target for kind, target in new if kind == what]
        told: dict[str, Any] = {"path": request.path[:_PATH_CHARS_MAX]}
        if len(targets) > 1:
            told |= {"records": targets[:_TOLD_MAX], "count": len(targets)}
        notes.append(Note(by, what, targets[0] if len(targets) == 1 else "", address(request), told))
    await register.audit.write(*notes)
    for one in new:
        register.was_shown(by, " ".join(one))


async def _read_body(request: web.Request) -> None:
    """Whole, or an answer in time; the handlers then find it read. Its size is bounded by the application."""
    if not request.can_read_body:
        return
    announced = request.content_length or 0
    if announced > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, announced)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            await request.read()
    except TimeoutError:
        cure = f"send the whole body within {BODY_TIMEOUT_S:.0f} s"
        raise Problem(408, "The body did not arrive", cure=cure, headers={"Connection": "close"}) from None
    except web.RequestPayloadError as error:
        raise Problem(400, "The body is broken", detail=str(error), headers={"Connection": "close"}) from None


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {
        name: value for name, value in error.headers.items() if name in {"Allow", "WWW-Authenticate", "Retry-After"}
    }


def _is_open(request: web.Request) -> bool:
    return request.path == "/metrics" and request.app[AUTH].settings.metrics_open


async def _who(request: web.Request) -> Who | None:
    register = request.app[SERVICES].signing_in.register
    header = request.headers.get("Authorization", "")
    if header:
        check_guesses(request)
        if request.app[AUTH].token_is_right(_offered(request)):
            return Who("api")
        known = register.token(_offered(request))
        if known is not None:
            return await register.who_holds(known)
        guessed_wrong(request)
        return None
    session = request.app[AUTH].sessions.find(cookie(request))
    who = None if session is None else register.who_has(session)
    if session is None or who is None:
        return None
    if who.locked:
        await _keep_locked(request, session)
    elif request.method not in _SAFE_METHODS or is_page(request):  # what a page asks by itself proves nobody's presence
        register.sessions.touch(session)
    return who


async def _keep_locked(request: web.Request, session: Session) -> None:
    """A restart must not open it."""
    if not session.locked:
        with contextlib.suppress(StoreError):
            await request.app[SERVICES].signing_in.lock(session, address(request))


def check_guesses(request: web.Request) -> None:
    """Raise Problem 429 for an address that guessed wrong too often; its signed-in browsers are not touched."""
    wait_s = request.app[AUTH].may_guess(address(request))
    if wait_s > 0:
        raise Problem(
            429,
            "Too many wrong tokens from this address",
            cure="wait as Retry-After says; a signed-in browser goes on working",
            retry_after_s=wait_s,
        )


def guessed_wrong(request: web.Request) -> None:
    """Count it against the address, and note it: `check_guesses` keeps both few."""
    request.app[AUTH].guessed_wrong(address(request))
    log.warning("wrong_token", address=address(request), path=request.path[:_PATH_CHARS_MAX])


def _check_origin(request: web.Request, *, needed: bool) -> None:
    """What is done, or read, by a browser's session must be asked for by our own pages. Behind a TLS proxy only the
    scheme differs. `needed`: a session speaks, so a request that changes something must say where it comes from.
    """
    origin = request.headers.get("Origin", "")
    elsewhere = origin.partition("://")[2] != request.host
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method in _SAFE_METHODS:
        if not needed or is_page(request):  # anybody may link to a page
            return
        foreign = site in {"cross-site", "same-site"} or (origin and elsewhere)
    elif not origin and not needed:
        return
    else:
        foreign = elsewhere or site == "cross-site"
    if foreign:
        request.app[SELDOM].warning("foreign_origin", "web", origin=origin[:_PATH_CHARS_MAX], **_where(request))
        raise Problem(403, "Foreign origin", field="Origin", cure="send this request from the gateway's own pages")
