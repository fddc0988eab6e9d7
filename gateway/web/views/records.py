"""The page of reception records: search, filters, page by page; and the same as a CSV file."""

from typing import Any, Final, get_args
from urllib.parse import urlencode

from aiohttp import web

from adapters.ports import IncidentsAsked, Page
from gateway.access.rights import Right
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import page
from gateway.web.access.noting import note
from gateway.web.access.of_sites import rules_seen
from gateway.web.asking import DATED, read_count, read_cursor
from gateway.web.pages import verdict_words
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.spreadsheet import csv_answer
from gateway.web.pages.texts import Words
from gateway.web.problems import Problem
from gateway.web.record_search import CHARS_MAX, DIRECTIONS, HOURS, MEDIA, PARAMETERS, asked_in_form, check_right
from gateway.web.services import SERVICES, Services
from rules.incidents import IncidentOutcome
from rules.obligations import INTERNAL_RULES, Outcome, Rule
from rules.settings import RuleSet

_SHOWN: Final = 50
_EXPORTED_MAX: Final = 10_000  # rows of one file, up to the end of a record
_EXPORTED_AT_ONCE: Final = 500
_PARTS_MAX: Final = 5  # so many parts of the store are examined for one page, then somebody is asked to go on
_FORM: Final = ("q", "from", "to", *PARAMETERS)
_COLUMNS: Final = (
    *("number", "opened", "medium", "direction", "caller", "caller_name", "unit", "channel", "line", "device"),
    *("agent", "outcome", "answered", "closed", "rule", "verdict", "ring", "calls", "seconds", "clock", "rule_set"),
    *("time", "place", "matter", "person", "handling", "kind"),
)
_FACTS: Final = ("time", "place", "matter", "person", "handling", "kind")


def routes() -> list[web.RouteDef]:
    return [web.get("/incidents", show), web.get("/incidents/export.csv", export)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    query = _query(request)
    wrong, found = "", Page([], None)
    try:
        asked = asked_in_form(query, LocalTime(services.pipeline.state.rules.timezone).zone)
        check_right(request, asked)
        found = await _found(services, asked, _SHOWN, read_cursor(query, DATED))
    except Problem as problem:
        wrong = problem.cure or problem.title
    kept = _conditions(query)
    values: dict[str, Any] = {
        "query": dict.fromkeys(_FORM, "") | query,
        "wrong": wrong,
        "filtered": bool(kept),
        "items": shown(request, found.items),
        "next_link": None if found.next is None else "?" + urlencode(kept | {"cursor": found.next}),
        "export_link": "/incidents/export.csv?" + urlencode(kept) if request[WHO].may(Right.REPORTS) else "",
        "choices": _choices(rules_seen(request)),
        "chars_max": CHARS_MAX,
        "exported_max": f"{_EXPORTED_MAX:,}",
    }
    return render(request, "records.html", 422 if wrong else 200, **values)


@page(Right.REPORTS)
async def export(request: web.Request) -> web.Response:
    """One row a verdict, as a spreadsheet counts. What does not fit is in the next file, which the last row names."""
    services = request.app[SERVICES]
    local = LocalTime(services.pipeline.state.rules.timezone)
    query = _query(request)
    asked = asked_in_form(query, local.zone)
    check_right(request, asked)
    w = words_of(request)
    rows: list[list[object]] = []
    most = read_count(dict(request.query), "limit", default=_EXPORTED_MAX, most=_EXPORTED_MAX)
    cursor = read_cursor(query, DATED)
    while True:
        found = await services.store.incidents(limit=min(most, _EXPORTED_AT_ONCE), cursor=cursor, **asked)
        rows += [row for record in shown(request, found.items) for row in _rows(w, local, record)]
        cursor = found.next
        if cursor is None or len(rows) >= most:
            break
    await note(request, "exported", "records", count=len(rows))
    head = [w(f"records.column_{name}") for name in _COLUMNS]
    if cursor is None:
        return csv_answer("incidents.csv", head, rows)
    more = "/incidents/export.csv?" + urlencode(_conditions(query) | {"limit": str(most), "cursor": cursor})
    answer = csv_answer("incidents.csv", head, [*rows, [w("records.export_goes_on", link=more)]])
    answer.headers["Link"] = f'<{more}>; rel="next"'
    return answer


async def _found(services: Services, asked: IncidentsAsked, limit: int, cursor: str | None) -> Page:
    """As many parts of the store as fill the page, but no more than `_PARTS_MAX`."""
    items: list[dict[str, Any]] = []
    for _ in range(_PARTS_MAX):
        found = await services.store.incidents(limit=limit - len(items), cursor=cursor, **asked)
        items += found.items
        cursor = found.next
        if cursor is None or len(items) >= limit:
            break
    return Page(items, cursor)


def _query(request: web.Request) -> dict[str, str]:
    return {name: request.query[name] for name in (*_FORM, "cursor") if name in request.query}


def _conditions(query: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value and name != "cursor"}


def _choices(rules: RuleSet) -> dict[str, tuple[str, ...]]:
    return {
        "medium": MEDIA,
        "direction": DIRECTIONS,
        "hours": HOURS,
        "outcome": get_args(IncidentOutcome),
        "rule": tuple(name for name in get_args(Rule) if name not in INTERNAL_RULES),
        "verdict": get_args(Outcome),
        "line": tuple(line.number for line in rules.lines),
    }


def _rows(w: Words, local: LocalTime, record: dict[str, Any]) -> list[list[object]]:
    told: list[object] = [
        record["number"],
        local.whole(record["opened_at"]),
        w.of(f"record.medium_{record['medium']}", record["medium"]),
        w.of(f"record.direction_{record['direction']}", record["direction"]),
        record["from"],
        record["from_name"],
        *(record[name] for name in ("unit", "channel", "line", "device", "agent")),
        verdict_words.outcome(w, record),
        local.whole(record["answered_at"]),
        local.whole(record["closed_at"]),
    ]
    facts = [record["facts"].get(name, "") for name in _FACTS]
    judged = [
        [
            verdict_words.rule(w, one["rule"]),
            w.of(f"record.verdict_{one['verdict']}", one["verdict"]),
            one["ring"],
            one["calls"],
            one["seconds"],
            w.of(f"record.clock_{one['clock']}", one["clock"]),
            one["rule_set"],
        ]
        for one in record["verdicts"]
    ]
    return [[*told, *one, *facts] for one in judged or [[""] * 7]]
