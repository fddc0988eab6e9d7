"""The gateway's pulse, for pages without the live stream: is it there, what time is it, does somebody wait?"""

from typing import Any

from aiohttp import web

from gateway.access.rights import Right
from gateway.access.sight import Sight
from gateway.web.access.guard import WHO
from gateway.web.access.needs import needs
from gateway.web.asking import json_answer, read_query
from gateway.web.live.now import alerts_seen, owed, records_seen
from gateway.web.services import SERVICES, Services
from rules.moments import rfc3339
from rules.obligations import INTERNAL_RULES


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/pulse", show_pulse)]


@needs(Right.SEE)
async def show_pulse(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer(pulse(request.app[SERVICES], request[WHO].sight))


def pulse(services: Services, sight: Sight) -> dict[str, Any]:
    state = services.pipeline.state
    now_us = services.pipeline.now_us()
    records = records_seen(state, sight)
    due = [o.due_us for i in records for o in i.obligations if owed(o) and o.rule not in INTERNAL_RULES]
    waiting = [a for a in alerts_seen(state, sight) if a.state == "raised" and a.kind != "warning"]
    return {
        "now": rfc3339(now_us),
        "timezone": state.rules.timezone,
        "version": services.version,
        "ready": services.pipeline.ready,
        "alerts_waiting": len({a.key for a in waiting}),  # matters: as many as the board has rows
        "emergencies_waiting": len({a.key for a in waiting if a.severity == "emergency"}),
        "obligations_owed": len(due),
        "overdue": sum(due_us <= now_us for due_us in due),
        "first_due_at": rfc3339(min(due)) if due else None,
    }
