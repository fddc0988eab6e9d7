"""The page of reports: how well the hotline did over days, each figure with what it is made of; and as files."""

from typing import Any, Final, NamedTuple

from aiohttp import web
from markupsafe import Markup

from gateway.access.rights import Right
from gateway.reports import charts
from gateway.reports.days import only
from gateway.reports.key_figures import RULES, tenths_of
from gateway.reports.report import Row
from gateway.web.access.needs import page
from gateway.web.access.noting import note
from gateway.web.pages import verdict_words
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.spreadsheet import csv_answer
from gateway.web.pages.texts import Words
from gateway.web.pages.workbook import workbook_answer
from gateway.web.problems import Problem
from gateway.web.reporting import HOURS, Report, hours_of, latest, percent_told, read, span, times_told
from gateway.web.services import SERVICES, Services
from rules.moments import SECOND_US

_TARGET: Final = 95.0  # per cent: GB/T 33358-2016 asks it of a hotline's connections
_LIMIT_S: Final = 15.0  # three rings of five seconds, where no telephone is heard
_TIMES: Final = ("responses", "mean_s", "p50_s", "p90_s", "p95_s", "max_s")
_COLUMNS: Final = (
    *("kpi", "by", "part", "hours", "percent", "numerator", "denominator", "waived", "blind", "open"),
    *("by_source", "by_receipt", *_TIMES, "rule_sets", "formula"),
)
_TILES: Final = (*RULES, "connect", "answered_in_15_s", "abandon")
_SHOWN_MAX: Final = 24  # parts of one chart; the files have all
# Of which figure a chart tells the shares, or the times, by which parts.
_SHARES: Final = (
    *(("three_rings", "day"), ("three_rings", "hour"), ("three_rings", "line"), ("three_rings", "site")),
    *(("three_rings", "source"), ("three_rings", "person"), ("two_calls", "day"), ("two_calls", "hour")),
    *(("two_calls", "channel"), ("two_calls", "unit"), ("two_calls", "site")),
)
_TIMED: Final = (("three_rings", "line"), ("two_calls", "channel"), ("two_calls", "unit"), ("hold_checkin", "line"))
_IN_COLUMNS: Final = frozenset({"day", "hour"})


class Chart(NamedTuple):
    """One message: its title, the drawing, and the same as a table."""

    title: str
    drawing: Markup
    rows: list[Row]


def routes() -> list[web.RouteDef]:
    return [
        web.get("/reports", show),
        web.get("/reports/export.csv", export_csv),
        web.get("/reports/export.xlsx", export_workbook),
    ]


@page(Right.REPORTS)
async def show(request: web.Request) -> web.Response:
    services, w = request.app[SERVICES], words_of(request)
    wrong = ""
    try:
        first, last = span(request)
    except Problem as problem:
        wrong, (first, last) = problem.cure, latest(services)
    report = await read(request, first, last, hours_of(request))
    values: dict[str, Any] = {
        "wrong": wrong,
        "report": report,
        "any": bool(report.rows),
        "tiles": {
            row.kpi: row for row in report.rows if not row.by and row.hours == report.hours and row.kpi in _TILES
        },
        "in_hours": {row.kpi: row for row in report.rows if not row.by and row.hours == "in"},
        "whole": [row for row in report.rows if not row.by],
        "hours_known": HOURS,
        "times_of": times_told,
        "times": _TIMES,
        "charts": [*_distribution(w, report, _limit_s(services)), *_charts(w, report)],
        "rule_set": services.pipeline.state.rules.version,
    }
    return render(request, "reports.html", 422 if wrong else 200, **values)


@page(Right.REPORTS)
async def export_csv(request: web.Request) -> web.Response:
    name, head, rows = await _exported(request)
    return csv_answer(f"{name}.csv", head, rows)


@page(Right.REPORTS)
async def export_workbook(request: web.Request) -> web.Response:
    name, head, rows = await _exported(request)
    return workbook_answer(f"{name}.xlsx", head, rows)


async def _exported(request: web.Request) -> tuple[str, list[str], list[list[object]]]:
    w = words_of(request)
    report = await read(request, *span(request), hours_of(request))
    await note(request, "exported", "report", count=len(report.rows))
    name = f"report-{report.first}-{report.last}"
    return name, [w(f"reports.column_{one}") for one in _COLUMNS], [_cells(w, row) for row in report.rows]


def _cells(w: Words, row: Row) -> list[object]:
    times = times_told(row.times) or dict.fromkeys(_TIMES)
    return [
        *(w(f"reports.kpi_{row.kpi}"), w(f"reports.by_{row.by}"), row.part, w(f"reports.hours_{row.hours}")),
        *(percent_told(row), row.numerator, row.denominator, row.waived, row.blind, row.open),
        *(row.by_source, row.by_receipt),
        *(times[name] for name in _TIMES),
        *(" ".join(row.rule_sets), w(f"reports.formula_{row.kpi}")),
    ]


def _limit_s(services: Services) -> float:
    """The limit of the site's first telephone source; another line may have its own."""
    terms = services.pipeline.state.terms
    rings = (terms.rings(source.name, "") for source in services.pipeline.state.rules.sources)
    return next((found.limit_us / SECOND_US for found in rings if found is not None), _LIMIT_S)


def _distribution(w: Words, report: Report, limit_s: float) -> list[Chart]:
    tenths = tenths_of(only(report.days, report.hours), "three_rings")
    if not tenths:
        return []
    title = w("reports.chart_answering")
    words = {"limit": w("reports.limit", s=f"{limit_s:g}"), "slower": w("reports.slower")}
    return [Chart(title, charts.answering(tenths, limit_s=limit_s, total=title, **words), [])]


def _charts(w: Words, report: Report) -> list[Chart]:
    parts: dict[tuple[str, str], list[Row]] = {}
    for row in report.rows:
        if row.by:
            parts.setdefault((row.kpi, row.by), []).append(row)
    rules = [row._replace(part=verdict_words.rule(w, row.kpi)) for row in report.rows if _is_rule(row, report)]
    drawn = [Chart(w("reports.chart_rules"), _bars(rules, "rules", w("reports.chart_rules")), rules)] if rules else []
    for kpi, by in _SHARES:
        rows = parts.get((kpi, by), [])
        if rows and not (by == "site" and len(rows) == 1):
            title = w("reports.chart_shares", kpi=w(f"reports.kpi_{kpi}"), by=w(f"reports.by_{by}"))
            draw = charts.columns if by in _IN_COLUMNS else _bars
            drawn.append(Chart(title, draw(_most(rows, by), f"{kpi}-{by}", title), rows))
    for kpi, by in _TIMED:
        rows = [row for row in parts.get((kpi, by), []) if row.times is not None]
        if rows:
            title = w("reports.chart_times", kpi=w(f"reports.time_{kpi}"), by=w(f"reports.by_{by}"))
            drawn.append(Chart(title, charts.times(_most(rows, by), title), rows))
    return drawn


def _is_rule(row: Row, report: Report) -> bool:
    return not row.by and row.hours == report.hours and row.kpi in RULES


def _bars(rows: list[Row], name: str, total: str) -> Markup:
    return charts.rows(rows, name, total, target=_TARGET)


def _most(rows: list[Row], by: str) -> list[Row]:
    """As many as a chart can show: of parts without an order those that count most."""
    if by in _IN_COLUMNS or len(rows) <= _SHOWN_MAX:
        return rows
    return sorted(rows, key=lambda row: -row.denominator)[:_SHOWN_MAX]
