"""The page of people and rosters: who is on duty now, the week with its gaps, and how each person is reached."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from aiohttp import web

from adapters.notify.texts import masked
from gateway.access.rights import Right
from gateway.web.access.guard import WHO
from gateway.web.access.needs import page
from gateway.web.access.of_sites import people_hidden, rules_seen
from gateway.web.asking import unusable
from gateway.web.desk.duty_changes import changes_ahead
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.rendering import render
from gateway.web.services import SERVICES
from rules.duty import gaps, on_duty, person, roles, shown_name, stints
from rules.moments import SECOND_US, us_of
from rules.people import DutyChange, Stint
from rules.settings import RuleSet

_DAYS: Final = 7
_CHANGE_US: Final = 8 * 3600 * SECOND_US  # offered first: a shift


def routes() -> list[web.RouteDef]:
    return [web.get("/people", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    pipeline = request.app[SERVICES].pipeline
    rules, now_us = pipeline.state.roster, pipeline.now_us()
    seen = rules_seen(request)
    hidden = people_hidden(request)
    local = LocalTime(rules.timezone)
    first = _monday(request, local.date(now_us))
    days = [first + timedelta(days=passed) for passed in range(_DAYS)]
    values: dict[str, Any] = {
        "today": local.date(now_us),
        "days": days,
        "before": first - timedelta(days=_DAYS),
        "after": first + timedelta(days=_DAYS),
        "now": [
            (
                role,
                [shown_name(person(rules, s.person)) for s in on_duty(rules, role, now_us) if s.person not in hidden],
            )
            for role in roles(seen)
        ],
        "week": [(role, [_day(rules, hidden, role, day, local) for day in days]) for role in roles(seen)],
        "may_manage": request[WHO].may(Right.MANAGE),
        "may_change": request[WHO].may(Right.MANAGE) and request[WHO].sites is None,
        "roles": roles(seen),
        "changes": [_change(rules, one) for one in changes_ahead(request)],
        "from_first": local.field(now_us),
        "until_first": local.field(now_us + _CHANGE_US),
        "people": [
            {
                "id": one.id,
                "name": shown_name(one),
                "roles": one.roles,
                "reach": {notifier: masked(address) for notifier, address in one.reach.items()},
            }
            for one in seen.people
        ],
    }
    return render(request, "people.html", **values)


def _kind(stint: Stint) -> str:
    return "instead" if stint.instead else "changed" if isinstance(stint, DutyChange) else ""


def _change(rules: RuleSet, told: dict[str, Any]) -> dict[str, Any]:
    """With names instead of ids."""
    of = told["instead_of"]
    names = {"person": shown_name(person(rules, told["person"]))}
    return told | names | {"instead_of": shown_name(person(rules, of)) if of not in {"", "*"} else of}


def _monday(request: web.Request, today: date) -> date:
    text = request.query.get("week", "")
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        day = date.min
    if not date(2000, 1, 10) < day < date(2099, 12, 20):
        raise unusable("week", "a day from 2001 to 2099, as 2026-11-21")
    return day - timedelta(days=day.weekday())


def _day(rules: RuleSet, hidden: Collection[str], role: str, day: date, local: LocalTime) -> list[dict[str, str]]:
    """Who stands for the role that day, and when nobody does, in order; cut at the day's midnights."""
    from_us, until_us = (us_of(datetime.combine(day + timedelta(days=passed), time(), local.zone)) for passed in (0, 1))

    def part(begins_us: int, ends_us: int, who: str, kind: str) -> tuple[int, dict[str, str]]:
        begins_us, ends_us = max(begins_us, from_us), min(ends_us, until_us)
        ends = "24:00" if ends_us == until_us else local.clock(ends_us)[:5]
        return begins_us, {"from": local.clock(begins_us)[:5], "to": ends, "who": who, "kind": kind}

    found = [
        part(stint.from_us, stint.until_us, shown_name(person(rules, stint.person)), _kind(stint))
        for stint in stints(rules, role, from_us, until_us)
        if stint.person not in hidden
    ]
    found += [part(gap.from_us, gap.until_us, "", "gap") for gap in gaps(rules, role, from_us, until_us)]
    return [shown for _, shown in sorted(found, key=lambda one: (one[0], one[1]["who"]))]
