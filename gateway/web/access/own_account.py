"""The API of one's own account: who am I, lock and unlock, the password, the sessions."""

from typing import Any

import msgspec
from aiohttp import web

from gateway.access.audit import Note
from gateway.access.passwords import CHARS_MAX, CHARS_MIN
from gateway.access.rights import Right
from gateway.access.sessions import Session
from gateway.access.signing_in import NotIn, Weak
from gateway.access.who import Who
from gateway.web.access.guard import AUTH, WHO, address
from gateway.web.access.needs import Door, needs
from gateway.web.access.sign_in import caller_of, set_session
from gateway.web.asking import json_answer, read_body, read_query
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.moments import rfc3339


class Unlock(msgspec.Struct, forbid_unknown_fields=True):
    password: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    old: str
    new: str


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/session", show_session),
        web.post("/api/v1/session/active", tell_active),
        web.post("/api/v1/session/lock", lock),
        web.post("/api/v1/session/unlock", unlock),
        web.get("/api/v1/sessions", list_sessions),
        web.delete("/api/v1/sessions", end_sessions),
        web.delete("/api/v1/sessions/{id}", end_session),
        web.post("/api/v1/account/password", change_password),
    ]


@needs(Door.SIGNED_IN)
async def show_session(request: web.Request) -> web.Response:
    """What a page needs to know of who sits before it."""
    read_query(request)
    return json_answer(_session_document(request, request[WHO]))


@needs(Door.SIGNED_IN)
async def tell_active(request: web.Request) -> web.Response:
    """Somebody moves the mouse, or types: the guard has noted it."""
    return json_answer(_session_document(request, request[WHO]))


@needs(Door.SIGNED_IN)
async def lock(request: web.Request) -> web.Response:
    who, session = request[WHO], account_session(request)
    signing_in = request.app[SERVICES].signing_in
    if not who.locked:
        await signing_in.lock(session, address(request))
    return json_answer(_session_document(request, signing_in.register.who_has(session) or who))


@needs(Door.SIGNED_IN)
async def unlock(request: web.Request) -> web.Response:
    asked = read_body(await request.read(), Unlock, 'send {"password": "…"}')
    session, signing_in = account_session(request), request.app[SERVICES].signing_in
    try:
        await signing_in.unlock(session, asked.password, caller_of(request))
    except NotIn as refusal:
        raise wrong_password(refusal, "password") from None
    return json_answer(_session_document(request, signing_in.register.who_has(session) or request[WHO]))


@needs(Door.SIGNED_IN)
async def list_sessions(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": own_sessions(request)})


def own_sessions(request: web.Request) -> list[dict[str, Any]]:
    own, sessions = account_session(request), request.app[AUTH].sessions
    return [
        {
            "id": one.id,
            "opened_at": rfc3339(one.opened_us),
            "idle_s": round(sessions.idle_s(one)),
            "address": one.address,
            "browser": one.agent,
            "locked": one.locked,
            "this": one is own,
        }
        for one in sessions.of(own.account)
    ]


@needs(Door.SIGNED_IN)
async def end_sessions(request: web.Request) -> web.Response:
    """Everywhere but here."""
    own, register = account_session(request), request.app[SERVICES].signing_in.register
    others = [one for one in register.sessions.of(own.account) if one is not own]
    note = Note(own.account, "sessions_ended", own.account, address(request), {"count": len(others)})
    await register.end(note, others)
    return json_answer({"ended": len(others)})


@needs(Door.SIGNED_IN)
async def end_session(request: web.Request) -> web.Response:
    own, register = account_session(request), request.app[SERVICES].signing_in.register
    found = [one for one in register.sessions.of(own.account) if one.id == request.match_info["id"]]
    if not found:
        raise Problem(404, "No such session", field="id", cure="GET /api/v1/sessions lists yours")
    note = Note(own.account, "signed_out", own.account, address(request), {"session": found[0].id})
    await register.end(note, found)
    return json_answer({"ended": 1})


@needs(Door.SIGNED_IN)
async def change_password(request: web.Request) -> web.Response:
    """All other sessions end; this one goes on, under a new cookie."""
    asked = read_body(await request.read(), NewPassword, 'send {"old": "…", "new": "…"}')
    check_length(asked.new, "new")
    session, signing_in = account_session(request), request.app[SERVICES].signing_in
    try:
        signed_in = await signing_in.change_password(request[WHO], asked.old, asked.new, caller_of(request))
    except NotIn as refusal:
        raise wrong_password(refusal, "old") from None
    except Weak as why:
        raise Problem(409, "Unusable password", field="new", cure=str(why)) from None
    answer = json_answer({"account": session.account, "state": "password_changed"})
    set_session(request, answer, signed_in.session)
    return answer


def check_length(password: str, field: str) -> None:
    """What no password may be, whosever it is; what is too easily guessed is refused as weak."""
    if not CHARS_MIN <= len(password) <= CHARS_MAX:
        cure = f"{CHARS_MIN} to {CHARS_MAX} characters; several words are easy to keep in mind"
        raise Problem(422, "Unusable password", field=field, cure=cure)


def wrong_password(refusal: NotIn, field: str) -> Problem:
    if refusal.wait_s:
        cure = "wait as Retry-After says"
        return Problem(429, "Too many wrong passwords", field=field, cure=cure, retry_after_s=refusal.wait_s)
    return Problem(403, "Wrong password", field=field, cure="look at the keyboard's layout and at Caps Lock")


def account_session(request: web.Request) -> Session:
    session = request[WHO].session
    if session is None or not session.account:
        cure = "sign in with the name and password of an account"
        raise Problem(409, "This is for accounts", detail="A token or a one-time link has none.", cure=cure)
    return session


def _session_document(request: web.Request, who: Who) -> dict[str, Any]:
    services, session = request.app[SERVICES], who.session
    account = services.signing_in.register.accounts.get(who.account)
    lock_after_s = request.app[AUTH].settings.lock_after_s
    locks = account is not None and not account.unattended and lock_after_s > 0
    return {
        "by": who.by,
        "account": who.account,
        "person": account.person if account is not None else "",
        "roles": list(account.roles) if account is not None else [],
        "rights": [right for right in Right if who.may(right)],
        "sites": None if who.sites is None else sorted(who.sites),
        "locked": who.locked,
        "must_change": who.must_change,
        "lock_after_s": lock_after_s if locks else None,
        "ends_in_s": None if session is None else round(request.app[AUTH].sessions.left_s(session)),
    }
