"""What is known of a caller, for who claimed the record: whose number it is, what they wanted, what is owed."""

from typing import Any

import msgspec
from aiohttp import web

from adapters.intake.documents import incident_document
from gateway.access.rights import Right
from gateway.web.access.guard import WHO, remember
from gateway.web.access.needs import needs
from gateway.web.asking import json_answer, read_query
from gateway.web.desk.doing import live_record, stored_incident
from gateway.web.live.now import owed
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules.incidents import Incident
from rules.obligations import INTERNAL_RULES
from rules.phone_numbers import number_key

_EARLIER_MAX = 20


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/incidents/{number}/caller", show_caller)]


@needs(Right.HISTORY)
async def show_caller(request: web.Request) -> web.Response:
    """For who works on their matter: a browser is told once its person has claimed it."""
    read_query(request)
    who, services = request[WHO], request.app[SERVICES]
    incident = await live_record(request)
    record = await stored_incident(request) if incident is None else incident_document(incident)
    if who.session and record["claimed_by"] != who.by:
        raise Problem(403, "Claim the record first", cure="POST …/claim; then the caller's history is yours to read")
    remember(request, "history_shown", record["number"])
    caller, unit = record["from"], record["unit"]
    resident = services.desk.resident(caller) if not unit else None
    return json_answer(
        {
            "number": record["number"],
            "resident": None if resident is None else msgspec.to_builtins(resident),
            "earlier": await _earlier(services, record) if caller or unit else [],
            "owed": [incident_document(one) for one in _owed(services, record)],
        }
    )


async def _earlier(services: Services, record: dict[str, Any]) -> list[dict[str, Any]]:
    of = {"unit": record["unit"]} if record["unit"] else {"caller": record["from"]}
    page = await services.store.incidents(limit=_EARLIER_MAX + 1, **of)
    return [one for one in page.items if one["number"] != record["number"] and not one["merged_into"]][:_EARLIER_MAX]


def _owed(services: Services, record: dict[str, Any]) -> list[Incident]:
    """Other records of theirs for which the desk still owes something: a call back, an answer."""
    key = number_key(record["from"])
    return [
        one
        for one in services.pipeline.state.incidents.values()
        if one.number != record["number"]
        and (one.unit == record["unit"] if record["unit"] else key and number_key(one.caller) == key)
        and any(owed(ob) and ob.rule not in INTERNAL_RULES for ob in one.obligations)
    ][:_EARLIER_MAX]
