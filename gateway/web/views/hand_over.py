"""The page of the hand-over: what the next shift must know, and both signatures. S3 便民 一.4 (交接清)."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from aiohttp import web

from adapters.intake import incident_document
from gateway.access.rights import Right
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import page
from gateway.web.access.of_sites import people_hidden, rules_seen
from gateway.web.desk.shifts import shift
from gateway.web.live.now import is_live, owed, records_seen
from gateway.web.live.quiet import windows
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.rendering import render
from gateway.web.services import SERVICES, Services
from rules.duty import on_duty, person, roles, shown_name, stints
from rules.incidents import Incident
from rules.moments import SECOND_US, rfc3339, us_of
from rules.obligations import INTERNAL_RULES

_AHEAD_US: Final = 24 * 3600 * SECOND_US
_YESTERDAYS_MAX: Final = 500
_OWED_MAX: Final = 200
_TO_CALL: Final = frozenset({"missed", "abandoned"})


def routes() -> list[web.RouteDef]:
    return [web.get("/hand-over", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    state, now_us = services.pipeline.state, services.pipeline.now_us()
    local = LocalTime(state.rules.timezone)
    yesterday = shown(request, await _yesterday(services, local, now_us))
    live = records_seen(state, request[WHO].sight)
    due = _owed([i for i in live if is_live(i)], now_us)
    parked = [i for i in live if i.attention == "parked"]
    values: dict[str, Any] = {
        "owed": shown(request, due[:_OWED_MAX]),
        "owed_more": max(0, len(due) - _OWED_MAX),
        "parked": shown(request, [incident_document(i) for i in sorted(parked, key=lambda i: i.opened_us)]),
        "to_call": [one for one in yesterday if one["outcome"] in _TO_CALL],
        "cases": [one for one in yesterday if one["facts"].get("matter") and one["outcome"] not in _TO_CALL],
        "maintenance": [one for one in shown(request, windows(state)) if one["why"] == "maintenance"],
        "duty": _duty(request, now_us),
        "shift": await shift(request),
        "may_act": request[WHO].may(Right.ACT),
    }
    return render(request, "hand_over.html", **values)


async def _yesterday(services: Services, local: LocalTime, now_us: int) -> list[dict[str, Any]]:
    """Who was not reached, and each matter that was noted: S0 §4.8, 每日当班时对前一天."""
    today = local.date(now_us)
    since_us, until_us = (us_of(datetime.combine(today - timedelta(days=ago), time(), local.zone)) for ago in (1, 0))
    found = await services.store.incidents(limit=_YESTERDAYS_MAX, since_us=since_us, until_us=until_us)
    return found.items


def _owed(incidents: list[Incident], now_us: int) -> list[dict[str, Any]]:
    """What the desk owes somebody, the most urgent first."""
    due = [
        incident_document(incident) | {"rule": one.rule, "due_at": rfc3339(one.due_us), "late": one.due_us <= now_us}
        for incident in incidents
        for one in incident.obligations
        if owed(one) and one.rule not in INTERNAL_RULES
    ]
    return sorted(due, key=lambda one: one["due_at"])


def _duty(request: web.Request, now_us: int) -> list[dict[str, Any]]:
    """Each role: who stands for it now, and who does next."""
    rules, hidden = request.app[SERVICES].pipeline.state.roster, people_hidden(request)
    told = []
    for role in roles(rules_seen(request)):
        coming = stints(rules, role, now_us, now_us + _AHEAD_US)
        following = [stint for stint in coming if stint.from_us > now_us and stint.person not in hidden]
        standing = [stint.person for stint in on_duty(rules, role, now_us) if stint.person not in hidden]
        first_us = min((stint.from_us for stint in following), default=0)
        told.append(
            {
                "role": role,
                "now": [shown_name(person(rules, one)) for one in standing],
                "next": [shown_name(person(rules, one.person)) for one in following if one.from_us == first_us],
                "next_at": rfc3339(first_us) if following else None,
            }
        )
    return told
