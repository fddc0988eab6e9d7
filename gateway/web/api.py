"""The JSON API under /api/v1: what happened, what is open, and what the desk does about it."""

import hashlib
from collections.abc import Awaitable
from typing import Any, get_args

import msgspec
from aiohttp import web

from adapters.ports import Incoming, Page
from gateway.web import live
from gateway.web.guard import WHO
from gateway.web.problems import Problem
from gateway.web.services import Services
from gateway.web.stream import HUB, stream
from rules.effects import AlertState
from rules.events import AlertAcknowledged, CalledBack, CheckedIn, Event
from rules.incidents import Incident, IncidentOutcome
from rules.moments import parse_rfc3339
from rules.obligations import Outcome

SERVICES = web.AppKey("services", Services)

_LIMIT_DEFAULT, _LIMIT_MAX = 50, 500
_CURSOR_CHARS_MAX = 512
_CURSOR_CURE = "use `next` of the page before, as it is"
_NOTE_CHARS_MAX = 500
_KEY_CHARS_MAX = 200


class StaffNote(msgspec.Struct, forbid_unknown_fields=True):
    """The optional body of what the desk does. `by` names the person where a program speaks for them."""

    by: str = ""
    note: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/incidents", list_incidents),
        web.get("/api/v1/incidents/{number}", show_incident),
        web.post("/api/v1/incidents/{number}/check-in", check_in),
        web.post("/api/v1/incidents/{number}/called-back", called_back),
        web.get("/api/v1/obligations", list_obligations),
        web.get("/api/v1/alerts", list_alerts),
        web.post("/api/v1/alerts/{id}/acknowledge", acknowledge),
        web.get("/api/v1/sources", list_sources),
        web.get("/api/v1/notifiers", list_notifiers),
        web.get("/api/v1/rules", show_rules),
        web.get("/api/v1/unparsed", list_unparsed),
        web.get("/api/v1/stream", stream),
    ]


async def list_incidents(request: web.Request) -> web.Response:
    query = _query(request, "limit", "since", "cursor", "outcome", "caller")
    since = query.get("since")
    try:
        since_us = None if since is None else parse_rfc3339(since)
    except (ValueError, OverflowError):
        raise _unusable(
            "since", "write an RFC 3339 time with its zone, as 2026-11-21T08:00:00Z (write + as %2B)"
        ) from None
    store = request.app[SERVICES].store
    outcome = _one_of(query, "outcome", get_args(IncidentOutcome))
    limit, cursor, caller = _limit(query), query.get("cursor"), query.get("caller")
    return await _page(store.incidents(limit=limit, cursor=cursor, since_us=since_us, outcome=outcome, caller=caller))


async def show_incident(request: web.Request) -> web.Response:
    _query(request)
    found = await _stored_incident(request)
    timeline = await request.app[SERVICES].store.timeline(found["number"])
    return _json(found | {"timeline": timeline})


async def list_obligations(request: web.Request) -> web.Response:
    query = _query(request, "state", "limit", "cursor")
    state = _one_of(query, "state", get_args(Outcome))
    store = request.app[SERVICES].store
    return await _page(store.obligations(state=state, limit=_limit(query), cursor=query.get("cursor")))


async def list_alerts(request: web.Request) -> web.Response:
    query = _query(request, "state", "limit", "cursor")
    state = _one_of(query, "state", get_args(AlertState))
    store = request.app[SERVICES].store
    return await _page(store.alerts(state=state, limit=_limit(query), cursor=query.get("cursor")))


async def list_unparsed(request: web.Request) -> web.Response:
    query = _query(request, "limit", "cursor")
    store = request.app[SERVICES].store
    return await _page(store.unparsed(limit=_limit(query), cursor=query.get("cursor")))


async def list_sources(request: web.Request) -> web.Response:
    _query(request)
    return _json({"items": live.sources(request.app[SERVICES], request.app[HUB].heard_us)})


async def list_notifiers(request: web.Request) -> web.Response:
    _query(request)
    return _json({"items": [dict(status) for status in request.app[SERVICES].notifiers.status()]})


async def show_rules(request: web.Request) -> web.Response:
    _query(request)
    return _json(msgspec.to_builtins(request.app[SERVICES].pipeline.state.rules))


async def acknowledge(request: web.Request) -> web.Response:
    note = await _note(request)
    alert_id = request.match_info["id"]
    by = _by(request, note)
    key = _key("acknowledge", alert_id)
    services = request.app[SERVICES]
    if alert_id not in services.pipeline.state.alerts and not await services.store.known([key]):
        raise Problem(
            404,
            "No such live alert",
            field="id",
            cure="it may have been cleared meanwhile: GET /api/v1/alerts?state=raised lists those that wait",
        )
    await _submit(services, AlertAcknowledged(by=by, alert=alert_id, note=note.note), key)
    alert = services.pipeline.state.alerts.get(alert_id)
    return _json({"alert": alert_id, "state": "acknowledged", "by": (alert.acknowledged_by if alert else "") or by})


async def check_in(request: web.Request) -> web.Response:
    """Idempotent by `Idempotency-Key`: without one, each call is one more greeting."""
    note = await _note(request)
    by = _by(request, note)
    incident = await _live_incident(request)
    clock = _open(incident, "hold_checkin")
    if incident is None or clock is None:
        raise Problem(409, "Nobody waits on this call", cure="a check-in counts while the caller is on hold")
    repeat = request.headers.get("Idempotency-Key", "")
    if len(repeat) > _KEY_CHARS_MAX:
        raise _unusable("Idempotency-Key", f"at most {_KEY_CHARS_MAX} characters")
    key = _key("check-in", incident.number, repeat) if repeat else None
    await _submit(request.app[SERVICES], CheckedIn(by=by, incident=incident.number), key)
    return _json({"incident": incident.number, "state": "checked_in", "by": by})


async def called_back(request: web.Request) -> web.Response:
    note = await _note(request)
    by = _by(request, note)
    number = request.match_info["number"]
    key = _key("called-back", number)
    services = request.app[SERVICES]
    incident = await _live_incident(request)
    if _open(incident, "call_back") is None and not await services.store.known([key]):
        raise Problem(
            409, "No call-back is due for this incident", cure="GET /api/v1/obligations?state=open lists them"
        )
    await _submit(services, CalledBack(by=by, incident=number, note=note.note), key)
    return _json({"incident": number, "state": "called_back", "by": by})


async def _submit(services: Services, event: Event, key: bytes | None) -> None:
    """By the front door like every event; returns once it is on disk."""
    await services.pipeline.submit([Incoming(event, services.pipeline.now_us(), key)])


async def _live_incident(request: web.Request) -> Incident | None:
    """The live one, None for one that is history; Problem 404 for one that never was."""
    incident = request.app[SERVICES].pipeline.state.by_number.get(request.match_info["number"])
    if incident is not None:
        return incident
    await _stored_incident(request)
    return None


async def _stored_incident(request: web.Request) -> dict[str, Any]:
    number = request.match_info["number"]
    try:
        page = await request.app[SERVICES].store.incidents(limit=1, number=number)
    except ValueError:  # text that no database takes
        page = Page([], None)
    if not page.items:
        raise Problem(404, "No such incident", field="number", cure="GET /api/v1/incidents lists their numbers")
    return page.items[0]


def _open(incident: Incident | None, rule: str) -> object | None:
    if incident is None:
        return None
    return next((o for o in incident.obligations if o.rule == rule and o.state == "open"), None)


def _key(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(("staff", *parts)).encode(), digest_size=16).digest()


def _by(request: web.Request, note: StaffNote) -> str:
    """Who acted: a signed-in browser speaks for its own session only."""
    who = request[WHO]
    return who.by if who.session else note.by.strip() or who.by


async def _note(request: web.Request) -> StaffNote:
    body = await request.read()
    if not body.strip():
        return StaffNote()
    try:
        note = msgspec.json.decode(body, type=StaffNote)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(
            422, "Unusable body", field="body", detail=str(error), cure='send nothing, or {"by": "…", "note": "…"}'
        ) from None
    if len(note.by) > _NOTE_CHARS_MAX or len(note.note) > _NOTE_CHARS_MAX:
        raise _unusable("note", f"at most {_NOTE_CHARS_MAX} characters")
    return note


def _query(request: web.Request, *known: str) -> dict[str, str]:
    """The query's values; an unknown or repeated key is refused: a typing slip must not widen an answer."""
    for name in request.query:
        if name not in known:
            raise _unusable(name, "known here: " + (", ".join(known) or "none"))
        if len(request.query.getall(name)) > 1:
            raise _unusable(name, "give it once")
    if len(request.query.get("cursor", "")) > _CURSOR_CHARS_MAX:
        raise _unusable("cursor", _CURSOR_CURE)
    return dict(request.query)


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(_LIMIT_DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= _LIMIT_MAX):
        raise _unusable("limit", f"a whole number from 1 to {_LIMIT_MAX}")
    return int(text)


def _one_of(query: dict[str, str], name: str, values: tuple[str, ...]) -> str | None:
    value = query.get(name)
    if value is not None and value not in values:
        raise _unusable(name, "one of " + ", ".join(values))
    return value


def _unusable(name: str, cure: str) -> Problem:
    return Problem(422, f"Unusable {name}", field=name, cure=cure)


async def _page(asked: Awaitable[Page]) -> web.Response:
    try:
        page = await asked
    except (ValueError, OverflowError):  # what the store says of a cursor that it never gave
        raise _unusable("cursor", _CURSOR_CURE) from None
    return _json({"items": page.items, "next": page.next})


def _json(document: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), content_type="application/json")
