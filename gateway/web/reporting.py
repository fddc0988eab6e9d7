"""A report as somebody asks for it: which days, which hours, of which sites; and as the API and files tell it."""

from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from aiohttp import web

from gateway.access.rights import Right
from gateway.access.sight import sites_of
from gateway.reports.days import Answer, Day, Days, Hours, at
from gateway.reports.key_figures import Times
from gateway.reports.report import Row, over_all, parted
from gateway.web.access.guard import WHO
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import rules_seen
from gateway.web.asking import json_answer, read_one_of, read_query, unusable
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.texts import words
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules.duty import known_as

DAYS_MAX: Final = 93
HOURS: Final[tuple[Hours, ...]] = ("all", "in", "out")
DAYS = web.AppKey("days", Days)
_DAYS_SHOWN: Final = 7
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_DAY_CURE: Final = "a day as 2026-11-21"


class Report(NamedTuple):
    """`rows` first tells all key figures, of all hours and of the hours of service."""

    first: date
    last: date
    hours: Hours
    days: list[Day]
    rows: list[Row]


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/reports", show)]


@needs(Right.REPORTS)
async def show(request: web.Request) -> web.Response:
    query = read_query(request, "from", "to", "hours")
    read_one_of(query, "hours", HOURS)
    for name in ("from", "to"):
        if query.get(name) == "":
            raise unusable(name, _DAY_CURE)
    report = await read(request, *span(request), hours_of(request))
    rules = request.app[SERVICES].pipeline.state.rules
    told = {"from": str(report.first), "to": str(report.last), "timezone": rules.timezone, "rule_set": rules.version}
    return json_answer(told | {"items": [_told(row) for row in report.rows]})


async def read(request: web.Request, first: date, last: date, hours: Hours) -> Report:
    services, pipeline = request.app[SERVICES], request.app[SERVICES].pipeline
    rules = pipeline.state.rules
    days = await request.app[DAYS].read(first, last, LocalTime(rules.timezone).zone, pipeline.now_us())
    sight = request[WHO].sight
    if sight.sites is not None:
        days = at(days, lambda place: sight.sees(rules, place._asdict()))

    def site_of(place: dict[str, Any]) -> str:
        return next(iter(sites_of(rules, place)), rules.site)

    told: tuple[Hours, ...] = ("all", "in") if hours != "out" else ("all", "in", "out")
    rows = [row for each in told for row in over_all(days, each)]
    rows += parted(days, hours, rules_seen(request), site_of, lambda one: _staff(services, one))
    return Report(first, last, hours, days, rows)


def span(request: web.Request) -> tuple[date, date]:
    first, last = latest(request.app[SERVICES])
    last = _day(request, "to") or last
    first = _day(request, "from") or min(first, last)
    if not timedelta() <= last - first < timedelta(days=DAYS_MAX):
        raise Problem(409, "No such days", field="from", cure=f"1 to {DAYS_MAX} days, the first before the last")
    if not _FIRST_YEAR <= first.year <= last.year <= _LAST_YEAR:
        raise Problem(409, "No such days", field="from", cure=f"days from {_FIRST_YEAR} to {_LAST_YEAR}")
    return first, last


def _day(request: web.Request, name: str) -> date | None:
    """None where nothing is asked: a form sends what was left open as an empty text."""
    told = request.query.get(name)
    if not told:
        return None
    try:
        day = date.fromisoformat(told)
    except ValueError:
        raise unusable(name, _DAY_CURE) from None
    if str(day) != told:  # 20261121 and 2026-W47-6 are days to Python, too
        raise unusable(name, _DAY_CURE)
    return day


def hours_of(request: web.Request) -> Hours:
    asked = request.query.get("hours", "all")
    return next((hours for hours in HOURS if hours == asked), "all")


def latest(services: Services) -> tuple[date, date]:
    today = LocalTime(services.pipeline.state.rules.timezone).date(services.pipeline.now_us())
    return today - timedelta(days=_DAYS_SHOWN - 1), today


def percent_told(row: Row) -> float | None:
    return None if row.percent is None else round(row.percent, 3)


def times_told(times: Times | None) -> dict[str, float | int] | None:
    if times is None:
        return None
    named = zip(("responses", "mean_s", "p50_s", "p90_s", "p95_s", "max_s"), times, strict=True)
    return {name: round(value, 3) for name, value in named}


def _told(row: Row) -> dict[str, Any]:
    return {
        "kpi": row.kpi,
        "by": row.by,
        "part": row.part,
        "hours": row.hours,
        "percent": percent_told(row),
        "numerator": row.numerator,
        "denominator": row.denominator,
        "not_counted": row.waived,
        "not_measurable": row.blind,
        "open": row.open,
        "by_source_clock": row.by_source,
        "by_receipt_clock": row.by_receipt,
        "rule_sets": list(row.rule_sets),
        "times": times_told(row.times),
        "formula": words("en")(f"reports.formula_{row.kpi}"),
    }


def _staff(services: Services, one: Answer) -> str:
    """As far as `[reports] identify_staff` lets a report name whoever answered; "" leaves them out."""
    if services.identify_staff == "none" or not one.agent:
        return ""
    if services.identify_staff == "name":
        return one.agent
    rules = services.pipeline.state.rules
    one_of_us = known_as(rules, one.agent)
    if one_of_us is not None:
        return one_of_us.number
    known = (person.number for person in rules.people if person.number)
    digits = "".join(filter(str.isdigit, one.agent))
    return next((number for number in known if number in one.agent.split()), digits)
