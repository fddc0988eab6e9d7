"""The page of reports: how well the hotline did over days, each figure with what it is made of; and as a CSV file."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from aiohttp import web
from markupsafe import Markup

from gateway.access.rights import Right
from gateway.reports import charts
from gateway.reports.days import Answer, Day, Days, Hours, at, only
from gateway.reports.key_figures import RULES, Shares, answer_times, by, by_answer, connecting, of_rule, speed
from gateway.web.access.guard import WHO
from gateway.web.access.needs import page
from gateway.web.access.of_sites import rules_seen
from gateway.web.asking import unusable
from gateway.web.pages import verdict_words
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.spreadsheet import csv_answer
from gateway.web.pages.texts import Words
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules.duty import known_as
from rules.moments import SECOND_US

_DAYS_MAX: Final = 93
_DAYS_SHOWN: Final = 7
_TARGET: Final = 95.0  # per cent: GB/T 33358-2016 asks it of a hotline's connections
_LIMIT_S: Final = 15.0  # three rings of five seconds, where no telephone is heard
_COLUMNS: Final = ("chart", "part", "met", "late", "blind", "waived", "open", "percent")
DAYS = web.AppKey("days", Days)


class Chart(NamedTuple):
    """One message: its name, the drawing, and the same as a table."""

    name: str
    drawing: Markup
    table: Mapping[str, Shares]


def routes() -> list[web.RouteDef]:
    return [web.get("/reports", show), web.get("/reports/export.csv", export)]


@page(Right.REPORTS)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    w = words_of(request)
    wrong = ""
    try:
        first, last = _span(request)
    except Problem as problem:
        wrong, (first, last) = problem.cure, _latest(services)
    hours = _hours(request)
    every = await _read(request, first, last)
    days = only(every, hours)
    limit_s = _limit_s(services)
    times = answer_times(days)
    values: dict[str, Any] = {
        "wrong": wrong,
        "first": first,
        "last": last,
        "any": any(day.ended for day in days),
        "hours": hours,
        "in_hours": {rule: of_rule(only(every, "in"), rule) for rule in RULES},
        "key_figures": {rule: of_rule(days, rule) for rule in RULES},
        "value": charts.value,
        "connecting": connecting(days),
        "speed": speed(times),
        "limit_s": limit_s,
        "answering": charts.answering(
            times,
            limit_s=limit_s,
            limit=w("reports.limit", s=f"{limit_s:g}"),
            slower=w("reports.slower"),
            total=w("reports.chart_answering"),
        ),
        "charts": _charts(request, w, days),
        "rule_set": services.pipeline.state.rules.version,
        "target": _TARGET,
    }
    return render(request, "reports.html", 422 if wrong else 200, **values)


@page(Right.REPORTS)
async def export(request: web.Request) -> web.Response:
    w = words_of(request)
    first, last = _span(request)
    days = only(await _read(request, first, last), _hours(request))
    named: list[tuple[str, Mapping[str, Shares]]] = [("rules", {rule: of_rule(days, rule) for rule in RULES})]
    named += [(chart.name, chart.table) for chart in _charts(request, w, days)]
    rows = [
        [w(f"reports.chart_{name}"), place, one.met, one.breached, one.blind, one.waived, one.open, one.percent]
        for name, table in named
        for place, one in table.items()
    ]
    head = [
        w(f"reports.column_{name}") for name in ("chart", "part", "met", "late", "blind", "waived", "open", "percent")
    ]
    return csv_answer(f"report-{first}-{last}.csv", head, rows)


def _span(request: web.Request) -> tuple[date, date]:
    first, last = _latest(request.app[SERVICES])
    try:
        last = date.fromisoformat(request.query["to"]) if request.query.get("to") else last
        first = date.fromisoformat(request.query["from"]) if request.query.get("from") else min(first, last)
    except ValueError:
        raise unusable("from", "days as 2026-11-21") from None
    if not timedelta() <= last - first < timedelta(days=_DAYS_MAX):
        raise unusable("from", f"1 to {_DAYS_MAX} days, the first before the last")
    return first, last


def _hours(request: web.Request) -> Hours:
    asked = request.query.get("hours", "all")
    return "in" if asked == "in" else "out" if asked == "out" else "all"


def _latest(services: Services) -> tuple[date, date]:
    today = LocalTime(services.pipeline.state.rules.timezone).date(services.pipeline.now_us())
    return today - timedelta(days=_DAYS_SHOWN - 1), today


async def _read(request: web.Request, first: date, last: date) -> list[Day]:
    pipeline = request.app[SERVICES].pipeline
    zone = LocalTime(pipeline.state.rules.timezone).zone
    days = await request.app[DAYS].read(first, last, zone, pipeline.now_us())
    sight, rules = request[WHO].sight, pipeline.state.rules
    return days if sight.sites is None else at(days, lambda place: sight.sees(rules, place._asdict()))


def _limit_s(services: Services) -> float:
    """The limit of the site's first telephone source; another line may have its own."""
    terms = services.pipeline.state.terms
    rings = (terms.rings(source.name, "") for source in services.pipeline.state.rules.sources)
    return next((found.limit_us / SECOND_US for found in rings if found is not None), _LIMIT_S)


def _charts(request: web.Request, w: Words, days: list[Day]) -> list[Chart]:
    services, rules = request.app[SERVICES], rules_seen(request)
    names = {line.number: f"{line.number} {line.name}".strip() for line in rules.lines}
    parts: dict[str, tuple[Callable[..., Markup], dict[str, Shares]]] = {
        "by_day": (charts.columns, by(days, "three_rings", lambda day, _one: f"{day.day:%m-%d}")),
        "by_hour": (charts.columns, by(days, "three_rings", lambda _day, one: f"{one.hour:02}")),
        "by_line": (
            charts.rows,
            by(days, "three_rings", lambda _day, one: names.get(one.place.line, one.place.line or "–")),
        ),
        "by_rule": (
            charts.rows,
            {verdict_words.rule(w, rule): found for rule in RULES if (found := of_rule(days, rule)) != Shares()},
        ),
        "by_source": (charts.rows, by_answer(days, "three_rings", lambda one: one.source)),
        "by_person": (charts.rows, by_answer(days, "three_rings", lambda one: _staff(services, one))),
    }
    drawn = []
    for name, (draw, table) in parts.items():
        if table:
            total = w(f"reports.chart_{name}")
            more = {"target": _TARGET} if draw is charts.rows else {}
            drawn.append(Chart(name, draw(table, name=name, total=total, **more), table))
    return drawn


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
