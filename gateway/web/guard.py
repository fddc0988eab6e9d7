"""The door: who is asking, may they, and the headers every answer leaves with."""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from adapters.errors import Overloaded, StoreError
from gateway.access.rights import Right, roles_with
from gateway.access.who import Who
from gateway.web.asking import Told
from gateway.web.auth import Auth
from gateway.web.handed_over import Handler, at_work
from gateway.web.needs import Door, is_page, need_of
from gateway.web.problems import Problem, problem_response
from gateway.web.services import SERVICES

UPLOAD_PATH = "/api/call-upload"
COOKIE = "hotline_session"
BODY_TIMEOUT_S: Final = 10.0
AUTH = web.AppKey("auth", Auth)
_PATH_CHARS_MAX: Final = 100  # of a path that stands in the log

log = structlog.get_logger()

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send `Origin: null` for the login form and the check below would refuse it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


WHO = web.RequestKey("who", Who)


def still_signed_in(request: web.Request) -> bool:
    """For answers that last, such as the stream: a session may have ended meanwhile."""
    who = request.get(WHO)
    if who is None:
        return False
    return not who.session or request.app[AUTH].session(who.session) is not None


def address(request: web.Request) -> str:
    """The connection's own address. A forwarding header is not believed: anybody can write one."""
    return request.remote or "unknown"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/hooks/"):  # read by a PBX, not by a browser; and the hot path
        return
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        need = need_of(request)
        if need is Door.OWN_PROOF:
            return await handler(request)
        _let_in(request, need)
        await _read_body(request)
        at_work(request)
        answer = await handler(request)
        if isinstance(answer, Told):
            _write(request, answer)
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


def _let_in(request: web.Request, need: Right | Door) -> None:
    if need is Door.OPEN or _is_open(request):
        _check_origin(request, needed=False)
        return
    who = _who(request)
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
    _check_origin(request, needed=bool(who.session))
    if isinstance(need, Right) and not who.may(need):
        raise right_lacks(need)
    request[WHO] = who


def right_lacks(right: Right) -> Problem:
    """For handlers too, where what is asked for decides."""
    cure = f"roles that may: {', '.join(roles_with(right))}; a token needs --scope {right}; see docs/ACCESS.md"
    detail = f"this needs the right {right}"
    return Problem(403, "You may not do this", detail=detail, field="right", cure=cure, more={"right": right})


def _write(request: web.Request, answer: Told) -> None:
    """As far as the asker may read it."""
    rules, sight = request.app[SERVICES].pipeline.state.rules, request[WHO].sight
    if isinstance(answer.document, dict) and not sight.sees(rules, answer.document):
        raise Problem(404, "No such thing", detail="It is of a site that is not yours.")
    answer.tell(sight.shown(rules, answer.document))


async def _read_body(request: web.Request) -> None:
    """Whole, or an answer in time; the handlers then find it read. Its size is bounded by the application."""
    if not request.can_read_body:
        return
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


def _who(request: web.Request) -> Who | None:
    auth = request.app[AUTH]
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        check_guesses(request)
        if scheme.lower() == "bearer" and auth.token_is_right(token.strip()):
            return Who("api", "")
        guessed_wrong(request)
        return None
    session = request.cookies.get(COOKIE, "")
    found = auth.session(session) if session else None
    return None if found is None else Who(found.by, session, found.rights, found.sites)


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
        raise Problem(403, "Foreign origin", field="Origin", cure="send this request from the gateway's own pages")
