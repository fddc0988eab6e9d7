"""The API's part about emergency plans: start one, tick its steps, end it."""

from typing import Any

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.access.sight import sites_of
from gateway.emergency.running import runs
from gateway.web.access.guard import shown
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import own_sites
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, read_query, unusable
from gateway.web.desk.doing import StaffNote, by_whom, in_sight, key_of, read_note, repeat_key, submit
from gateway.web.live.now import place_of
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.events import PlanEnded, PlanStarted, PlanStepDone


class PlanNote(msgspec.Struct, forbid_unknown_fields=True):
    """`incident`: the number of the record that it is about."""

    plan: str
    incident: str = ""
    by: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/plans", show),
        web.post("/api/v1/plans", start),
        web.post("/api/v1/plans/{id}/steps/{step}/done", step_done),
        web.post("/api/v1/plans/{id}/end", end),
    ]


@needs(Right.SEE)
async def show(request: web.Request) -> web.Response:
    read_query(request)
    services = request.app[SERVICES]
    plans = [{"name": plan.name, "steps": msgspec.to_builtins(plan.steps)} for plan in services.emergency.plans]
    return json_answer({"plans": plans, "runs": await runs(services)})


@needs(Right.ACT)
async def start(request: web.Request) -> web.Response:
    told = read_body(await request.read(), PlanNote, 'send {"plan": "…"}')
    services = request.app[SERVICES]
    by = by_whom(request, StaffNote(by=told.by))
    plan = next((one for one in services.emergency.plans if one.name == told.plan), None)
    if plan is None:
        raise Problem(404, "No such plan", field="plan", cure="GET /api/v1/plans lists them")
    incident, sites = told.incident.strip(), own_sites(request)
    if incident:
        record = services.pipeline.state.by_number.get(incident)
        if record is None or not in_sight(request, **place_of(record)):
            raise unusable("incident", "the number of a record that is open to the desk, or nothing")
        sites = tuple(sites_of(services.pipeline.state.rules, place_of(record)))
    tell(request, plan=plan.name, incident=incident)
    event = PlanStarted(by=by, plan=plan.name, steps=plan.steps, incident=incident, sites=sites)
    await submit(services, event, repeat_key(request, "plan-start"))
    return json_answer({"state": "started", "by": by})


@needs(Right.ACT)
async def step_done(request: web.Request) -> web.Response:
    """Who ticked it first has ticked it."""
    run, note, by = await _running(request)
    text = request.match_info["step"]
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(run["steps"])):
        raise Problem(404, "No such step", field="step", cure="steps are counted from 0")
    event = PlanStepDone(by=by, started=run["id"], step=int(text), incident=run["incident"], note=note)
    await submit(request.app[SERVICES], event, key_of("plan-done", str(run["id"]), text))
    return json_answer({"state": "done", "by": by})


@needs(Right.ACT)
async def end(request: web.Request) -> web.Response:
    run, note, by = await _running(request)
    event = PlanEnded(by=by, started=run["id"], incident=run["incident"], note=note)
    await submit(request.app[SERVICES], event, key_of("plan-end", str(run["id"])))
    return json_answer({"state": "ended", "by": by})


async def _running(request: web.Request) -> tuple[dict[str, Any], str, str]:
    """The run that is named, with the note and who writes it."""
    told = await read_note(request)
    running = shown(request, await runs(request.app[SERVICES]))
    run = next((one for one in running if str(one["id"]) == request.match_info["id"]), None)
    if run is None:
        raise Problem(404, "No such run of a plan", field="id", cure="GET /api/v1/plans lists them")
    if not run["running"]:
        raise Problem(409, "This plan has ended", cure="start it anew")
    return run, told.note.strip(), by_whom(request, told)
