"""The JSON API's part about people: who stands for which role now, and in the days to come."""

from typing import Any

from aiohttp import web

from gateway.access.rights import Right
from gateway.duty_calendar import as_calendar
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import people_hidden, rules_seen
from gateway.web.asking import json_answer, read_count, read_moment, read_query
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.duty import gaps, on_duty, person, roles, stints
from rules.moments import SECOND_US, parse_rfc3339, rfc3339
from rules.people import DutyChange, Stint
from rules.settings import RuleSet

_DAY_US = 86_400 * SECOND_US
DAYS_MAX = 62
_EARLIEST_US, _LATEST_US = parse_rfc3339("2000-01-01T00:00:00Z"), parse_rfc3339("2100-01-01T00:00:00Z")


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/duty", show_duty), web.get("/api/v1/duty.ics", show_calendar)]


@needs(Right.SEE)
async def show_duty(request: web.Request) -> web.Response:
    rules, from_us, until_us = _asked(request)
    hidden = people_hidden(request)
    items = [
        {
            "role": role,
            "now": [_stint(rules, stint) for stint in on_duty(rules, role, from_us) if stint.person not in hidden],
            "stints": [
                _stint(rules, stint) for stint in stints(rules, role, from_us, until_us) if stint.person not in hidden
            ],
            "gaps": [
                {"from": rfc3339(gap.from_us), "until": rfc3339(gap.until_us)}
                for gap in gaps(rules, role, from_us, until_us)
            ],
        }
        for role in roles(rules_seen(request))
    ]
    return json_answer({"at": rfc3339(from_us), "until": rfc3339(until_us), "timezone": rules.timezone, "items": items})


@needs(Right.SEE)
async def show_calendar(request: web.Request) -> web.Response:
    rules, from_us, until_us = _asked(request)
    return web.Response(
        body=as_calendar(rules, roles(rules_seen(request)), from_us, until_us, without=people_hidden(request)),
        content_type="text/calendar",
        charset="utf-8",
    )


def _asked(request: web.Request) -> tuple[RuleSet, int, int]:
    """The rules with duty as the desk changed it, and the span that is asked for."""
    query = read_query(request, "at", "days")
    pipeline = request.app[SERVICES].pipeline
    from_us = read_moment(query, "at")
    if from_us is None:
        from_us = pipeline.now_us()
    if not _EARLIEST_US <= from_us <= _LATEST_US:
        raise Problem(404, "Nobody knows who stood then", field="at", cure="a moment from 2000 to 2100")
    days = read_count(query, "days", default=7, most=DAYS_MAX)
    return pipeline.state.roster, from_us, from_us + days * _DAY_US


def _stint(rules: RuleSet, stint: Stint) -> dict[str, Any]:
    stands = person(rules, stint.person)
    return {
        "person": stint.person,
        "name": stands.name,
        "number": stands.number,
        "from": rfc3339(stint.from_us),
        "until": rfc3339(stint.until_us),
        "instead": stint.instead,
        "change": stint.id if isinstance(stint, DutyChange) else None,
    }
