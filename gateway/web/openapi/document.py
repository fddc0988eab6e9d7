"""The OpenAPI 3.1 document, served and, by `python -m gateway.web.openapi.document`, written to docs/."""

import json
import sys

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import needs
from gateway.web.asking import DATED, NAMED, NUMBERED
from gateway.web.duty import DAYS_MAX
from gateway.web.openapi.alert_schemas import ALERT_SCHEMAS
from gateway.web.openapi.page_schemas import PAGE_SCHEMAS
from gateway.web.openapi.schemas import MOMENT, SCHEMAS, TEXT, WHOLE, Schema, one_of, ref
from gateway.web.record_search import DIRECTIONS, HOURS, MEDIA
from rules.effects import AlertState
from rules.incidents import IncidentOutcome
from rules.obligations import Outcome, Rule

VERSION = "1.0.0"  # of the contract: grows by adding

_STREAM = (
    "Server-sent events; `id` is the journal's sequence. First `hello`: a whole snapshot; then `incident`, `alert`, "
    "`channel`, `unit`, `quiet` and `sources` as they change, and every 2 s `ping` with the server's time. A reader "
    "that is too slow is dropped: it connects again and begins with a new `hello`. docs/asyncapi.yaml tells the events."
)


def routes() -> list[web.RouteDef]:
    body = msgspec.json.encode(document())

    @needs(Right.SEE)
    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return [web.get("/api/v1/openapi.json", show)]


def document() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hotline gateway",
            "version": VERSION,
            "description": "Reception records, obligations and alerts of one site. Times: RFC 3339, UTC, milliseconds.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A line of api_token_file."},
                "session": {"type": "apiKey", "in": "cookie", "name": "hotline_session"},
            },
            "schemas": SCHEMAS | ALERT_SCHEMAS | PAGE_SCHEMAS,
        },
    }


_STREAMED: Schema = {
    "type": "object",
    "description": "One event of the stream; `data` is a JSON text.",
    "properties": {"event": TEXT, "id": TEXT, "data": {"type": "string", "contentMediaType": "application/json"}},
    "required": ["event", "id", "data"],
}
_BINARY: Schema = {"type": "string", "format": "binary"}


def _paths() -> Schema:
    limit = _limit()
    pages = [limit, _cursor(NUMBERED)]
    number = _path("number", "The incident's number")
    return {
        "/api/v1/incidents": _get(
            "Reception records, newest first. A page may hold fewer than `limit`, even none, and have a `next`",
            "IncidentPage",
            [limit, *_searching()],
        ),
        "/api/v1/incidents/{number}": _get("One record with its time line", "IncidentDetail", [number]),
        **_deeds(),
        **_own(),
        "/api/v1/obligations": _get(
            "Obligations", "ObligationPage", [*pages, _query("state", one_of(Outcome), "Only these")]
        ),
        **_alert_deeds(),
        **_quiet(),
        "/api/v1/channels": _get("The radio's channels: who is on the air, who was last", "ChannelList", []),
        "/api/v1/units": _get("The radio's units: when and where each was last heard", "UnitList", []),
        "/api/v1/sources": _get("What we hear, and what it lets us judge", "SourceList", []),
        "/api/v1/notifiers": _get("How alerts leave", "NotifierList", []),
        "/api/v1/duty": _get("Who stands for which role, and when nobody does", "Duty", _duty_span(), may_lack=True),
        "/api/v1/duty.ics": _calendar(),
        "/api/v1/pulse": _get("Whether it lives, its clock, and what waits: small, for asking often", "Pulse", []),
        "/api/v1/today": _get("What today's records add up to, since the site's midnight", "Today", []),
        **_shift_paths(_repeat()),
        "/api/v1/rules": _get("The rule set in force", "Rules", []),
        "/api/v1/unparsed": _get("What nobody could read", "UnparsedPage", pages),
        "/api/v1/recordings/{id}": _clip(),
        "/api/v1/stream": {
            "get": {
                "summary": "What happens, as it happens",
                "description": _STREAM,
                "operationId": "stream",
                "responses": {
                    "200": {"description": "For ever", "content": {"text/event-stream": {"schema": _STREAMED}}},
                    **_refusals(401, 403, 429, 503),
                },
            }
        },
    }


def _own() -> Schema:
    """What is told to one person only: how they like the board, and of whom they have claimed."""
    kept = {
        "summary": "Keep it; what is not named stays",
        "operationId": "putView",
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref("ViewNote")}}},
        "responses": {"200": _json("On disk", "View"), **_refusals(401, 403, 409, 413, 422, 429, 503)},
    }
    number = _path("number", "The incident's number")
    return {
        "/api/v1/view": _get("How you like the board", "View", []) | {"put": kept},
        "/api/v1/incidents/{number}/caller": _get(
            "What is known of the caller, for who has claimed the record", "Caller", [number]
        ),
    }


def _limit() -> Schema:
    return _query("limit", WHOLE | {"minimum": 1, "maximum": 500, "default": 50}, "How many at most")


def _quiet() -> Schema:
    """What is told, and when it is not told one by one."""
    tied = _query("tied_to", TEXT, "Only those that this alert stands for, by its id")
    return {
        "/api/v1/alerts": _get(
            "Alerts", "AlertPage", [_limit(), _cursor(NAMED), _query("state", one_of(AlertState), "Only these"), tied]
        ),
        "/api/v1/test-alerts": _post("An alert that is only a test, to see whom it reaches", [], body="TrialNote"),
        "/api/v1/maintenance": {
            **_get("When alerts are not told: windows that run, and those to come", "WindowList", []),
            **_post("Maintenance begins, until a moment", [], body="MaintenanceNote"),
        },
        "/api/v1/maintenance/{id}/end": _post(
            "Maintenance ends sooner than announced", [_path("id", "The window's id")]
        ),
    }


def _deeds() -> Schema:
    """What the desk does about a record."""
    number, repeat = _path("number", "The incident's number"), _repeat()
    return {
        "/api/v1/incidents/{number}/check-in": _post("The waiting caller was greeted", [number, repeat]),
        "/api/v1/incidents/{number}/called-back": _post("The missed caller was reached by other means", [number]),
        "/api/v1/incidents/{number}/answered": _post("The unit that hailed was answered", [number, repeat]),
        "/api/v1/incidents/{number}/promise": _post("The unit was told to wait for an answer", [number, repeat]),
        "/api/v1/incidents/{number}/promise-kept": _post("The unit has the answer it was promised", [number, repeat]),
        "/api/v1/incidents/{number}/facts": _post(
            "What the desk learnt: time, place, matter, person, handling, kind", [number, repeat], body="FactsNote"
        ),
        "/api/v1/incidents/{number}/claim": _post(
            "Take care of it; 409 tells who does already", [number, repeat], body="ClaimNote", needed=False
        ),
        "/api/v1/incidents/{number}/release": _post("Give it back: anybody may take it", [number, repeat]),
        "/api/v1/incidents/{number}/park": _post("It waits for something outside, on the board", [number, repeat]),
        "/api/v1/incidents/{number}/complete": _post("Nothing is left to be done", [number, repeat]),
        "/api/v1/incidents/{number}/note": _post(
            "A line for its time line, in your own words", [number, repeat], body="LineNote"
        ),
    }


def _repeat() -> Schema:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key again is the same deed, told twice",
        "schema": TEXT | {"maxLength": 200},
    }


def _alert_deeds() -> Schema:
    """`id` is any live alert of the matter."""
    path, alert, repeat = "/api/v1/alerts/{id}", _path("id", "The alert's id"), _repeat()
    return {
        f"{path}/acknowledge": _post("Somebody takes care of it", [alert], body="AcknowledgeNote", needed=False),
        f"{path}/hand-over": _post("Another shall take it", [alert, repeat], body="HandOverNote"),
        f"{path}/snooze": _post("Silent for a while, then told again", [alert, repeat], body="ForNote"),
        f"{path}/on-it": _post("I am on it, until then", [alert, repeat], body="ForNote"),
        f"{path}/done": _post("What it asks for is done", [alert]),
        f"{path}/seen": _post("It was shown to this person", [alert]),
    }


def _shift_paths(repeat: Schema) -> Schema:
    return {
        "/api/v1/shift": _get("What is told from shift to shift", "Shift", []),
        "/api/v1/shift/notes": _post("A note for the next shift", [repeat], body="ShiftNote"),
        "/api/v1/shift/hand-overs": _post("The shift is handed over", [repeat], body="ShiftHandOverNote"),
        "/api/v1/shift/hand-overs/{seq}/take-over": _post(
            "Somebody else has understood it, and goes on", [_path("seq", "Of the hand-over")]
        ),
        "/api/v1/plans/{id}/steps/{step}/done": _post(
            "A step of a plan is done", [_path("id", "Of the run"), _path("step", "Counted from 0")]
        ),
        "/api/v1/plans/{id}/end": _post("The plan is over", [_path("id", "Of the run")]),
        "/api/v1/plans": _get("Emergency plans, and those that run", "Plans", [])
        | _post("A plan is started", [repeat], body="PlanNote"),
        "/api/v1/rules/approve": _post("The rules in force are approved", [repeat], body="Approval"),
    }


def _searching() -> list[Schema]:
    return [
        _cursor(DATED),
        _query("since", MOMENT, "Opened since then"),
        _query("until", MOMENT, "Opened before then"),
        _query("number", TEXT, "Only this one"),
        _query("outcome", one_of(IncidentOutcome), "Only these"),
        _query("caller", TEXT, "Only this caller's, the number as the source told it"),
        _query("caller_ends", TEXT, "Only callers whose number ends so"),
        _query("unit", TEXT, "Only this radio unit's, as the radio writes it"),
        _query("medium", _enum(MEDIA), "Only these"),
        _query("direction", _enum(DIRECTIONS), "Only these"),
        _query("line", TEXT, "Only this line's"),
        _query("rule", one_of(Rule), "Only those that this rule judged"),
        _query("verdict", one_of(Outcome), "Only those with this verdict; with `rule`: of that rule"),
        _query("hours", _enum(HOURS), "Only those with a verdict that fell into the hours of service, or outside"),
        _query("person", TEXT, "A part of the name of who answered"),
        _query("kind", TEXT, "Only matters of this kind, as the desk wrote it"),
        _query("text", TEXT, "Words, each of which stands in the record"),
    ]


def _duty_span() -> list[Schema]:
    days = WHOLE | {"minimum": 1, "maximum": DAYS_MAX, "default": 7}
    return [_query("at", MOMENT, "From then on; now without it"), _query("days", days, "So many days")]


def _calendar() -> Schema:
    return {
        "get": {
            "summary": "The same as an iCalendar file",
            "operationId": "getDutyCalendar",
            "parameters": _duty_span(),
            "responses": {
                "200": {"description": "RFC 5545", "content": {"text/calendar": {"schema": TEXT}}},
                **_refusals(401, 403, 404, 422, 429),
            },
        }
    }


def _clip() -> Schema:
    return {
        "get": {
            "summary": "A clip of what was spoken, whole or by Range",
            "operationId": "getRecording",
            "parameters": [_path("id", "The recording's id, as the incident names it")],
            "responses": {
                "200": {"description": "Found", "content": {"audio/wav": {"schema": _BINARY}}},
                "206": {"description": "The asked part", "content": {"audio/wav": {"schema": _BINARY}}},
                **_refusals(401, 403, 404, 429),
            },
        }
    }


def _get(summary: str, schema: str, parameters: list[Schema], *, may_lack: bool = False) -> Schema:
    missing = (404,) if may_lack or any(p["in"] == "path" for p in parameters) else ()
    return {
        "get": {
            "summary": summary,
            "operationId": f"get{schema}",
            "parameters": parameters,
            "responses": {"200": _json("Found", schema), **_refusals(401, 403, *missing, 422, 429, 503)},
        }
    }


def _post(summary: str, parameters: list[Schema], *, body: str = "StaffNote", needed: bool | None = None) -> Schema:
    return {
        "post": {
            "summary": summary,
            "parameters": parameters,
            "requestBody": {
                "required": body != "StaffNote" if needed is None else needed,
                "content": {"application/json": {"schema": ref(body)}},
            },
            "responses": {"200": _json("On disk", "Done"), **_refusals(401, 403, 404, 409, 413, 422, 429, 503)},
        }
    }


def _json(description: str, schema: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


_REFUSALS = {
    401: "No token, or a wrong one",
    403: "A foreign Origin",
    404: "No such thing",
    409: "Not now: see `cure`",
    413: "The body is too large",
    422: "Unusable value: see `field` and `cure`",
    429: "Too many wrong tokens from this address",
    503: "Not now: come again after Retry-After",
}


def _refusals(*statuses: int) -> Schema:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {str(status): {"description": _REFUSALS[status], "content": content} for status in statuses}


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _enum(values: tuple[str, ...]) -> Schema:
    return TEXT | {"enum": list(values)}


def _cursor(form: str) -> Schema:
    return _query("cursor", TEXT | {"pattern": f"^{form}$"}, "`next` of the page before, as it is")


def _path(name: str, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": TEXT | {"minLength": 1}}


def text() -> str:
    """The document as docs/openapi.json holds it."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
