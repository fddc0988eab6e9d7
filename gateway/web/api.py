"""The JSON API under /api/v1, as far as it only reads: what happened, what is open, what we hear."""

from collections.abc import Awaitable
from typing import get_args

import msgspec
from aiohttp import web

from adapters.ports import Page
from gateway.access.rights import Right
from gateway.web import callers, duty, record_search, reporting
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import rules_seen, unread_seen
from gateway.web.asking import (
    DATED,
    NAMED,
    NUMBERED,
    json_answer,
    read_cursor,
    read_limit,
    read_one_of,
    read_query,
)
from gateway.web.desk import alert_deeds, care, deeds, duty_changes, own_view, plans, quiet, shifts, trial_alerts
from gateway.web.desk.doing import stored_incident
from gateway.web.live import now, pulse, radio, today
from gateway.web.live.stream import HUB, stream
from gateway.web.services import SERVICES
from rules.effects import AlertState
from rules.obligations import Outcome


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/incidents", list_incidents),
        web.get("/api/v1/incidents/{number}", show_incident),
        *deeds.routes(),
        *care.routes(),
        *callers.routes(),
        *own_view.routes(),
        *alert_deeds.routes(),
        *duty.routes(),
        *duty_changes.routes(),
        *pulse.routes(),
        *today.routes(),
        *reporting.routes(),
        *shifts.routes(),
        *quiet.routes(),
        *plans.routes(),
        *trial_alerts.routes(),
        web.get("/api/v1/obligations", list_obligations),
        web.get("/api/v1/alerts", list_alerts),
        web.get("/api/v1/channels", list_channels),
        web.get("/api/v1/units", list_units),
        web.get("/api/v1/sources", list_sources),
        web.get("/api/v1/notifiers", list_notifiers),
        web.get("/api/v1/rules", show_rules),
        web.get("/api/v1/unparsed", list_unparsed),
        web.get("/api/v1/stream", stream),
    ]


@needs(Right.SEE)
async def list_incidents(request: web.Request) -> web.Response:
    query = read_query(request, "limit", "cursor", *record_search.PARAMETERS)
    asked = record_search.asked_by(query)
    store = request.app[SERVICES].store
    record_search.check_right(request, asked)
    return await _page(store.incidents(limit=read_limit(query), cursor=read_cursor(query, DATED), **asked))


@needs(Right.SEE)
async def show_incident(request: web.Request) -> web.Response:
    read_query(request)
    found = await stored_incident(request)
    timeline = await request.app[SERVICES].store.timeline(found["number"])
    return json_answer(found | {"timeline": timeline})


@needs(Right.SEE)
async def list_obligations(request: web.Request) -> web.Response:
    query = read_query(request, "state", "limit", "cursor")
    state = read_one_of(query, "state", get_args(Outcome))
    store = request.app[SERVICES].store
    return await _page(store.obligations(state=state, limit=read_limit(query), cursor=read_cursor(query, NUMBERED)))


@needs(Right.SEE)
async def list_alerts(request: web.Request) -> web.Response:
    query = read_query(request, "state", "limit", "cursor", "tied_to")
    state, tied_to = read_one_of(query, "state", get_args(AlertState)), query.get("tied_to")
    store = request.app[SERVICES].store
    limit, cursor = read_limit(query), read_cursor(query, NAMED)
    return await _page(store.alerts(state=state, limit=limit, cursor=cursor, tied_to=tied_to))


@needs(Right.MANAGE)
async def list_unparsed(request: web.Request) -> web.Response:
    query = read_query(request, "limit", "cursor")
    store = request.app[SERVICES].store
    page = await store.unparsed(limit=read_limit(query), cursor=read_cursor(query, NUMBERED))
    return json_answer({"items": unread_seen(request, page.items), "next": page.next})


@needs(Right.SEE)
async def list_sources(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": now.sources(request.app[SERVICES], request.app[HUB].heard_us)})


@needs(Right.SEE)
async def list_channels(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": radio.channels(request.app[SERVICES].pipeline.state)})


@needs(Right.SEE)
async def list_units(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": radio.units(request.app[SERVICES].pipeline.state)})


@needs(Right.SEE)
async def list_notifiers(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": [dict(status) for status in request.app[SERVICES].notifiers.status()]})


@needs(Right.SEE)
async def show_rules(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer(msgspec.to_builtins(rules_seen(request)))


async def _page(asked: Awaitable[Page]) -> web.Response:
    page = await asked
    return json_answer({"items": page.items, "next": page.next})
