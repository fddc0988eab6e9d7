"""The desk's day: pulse and figures, shifts, duty, emergency plans, the rules in force, one's own view."""

from gateway.web.desk.own_view import CHOICES, PLACE_FORM
from gateway.web.duty import DAYS_MAX
from gateway.web.openapi.operations import get, in_path, post, put, query, refusals, repeat
from gateway.web.openapi.shapes import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    body,
    many,
    maybe,
    maybe_words,
    only,
    record,
    ref,
    words,
)

_VIEW: Schema = {
    "type": "object",
    "properties": {name: {"type": "string", "enum": list(choices)} for name, choices in CHOICES.items()}
    | {"filter_place": TEXT | {"pattern": f"^{PLACE_FORM}$", "examples": ["line:4001"]}},
    "additionalProperties": False,
}

_STEP: Schema = record(
    "One thing to do.", {"do": TEXT, "role": TEXT, "within_s": NUMBER}, optional=("role", "within_s")
)

SCHEMAS: Schema = {
    "Pulse": record(
        "Small, for asking often.",
        {
            "now": MOMENT,
            "timezone": TEXT,
            "version": TEXT,
            "ready": TEXT | {"description": "empty: it takes events; else why not"},
            "alerts_waiting": WHOLE | {"description": "for an acknowledgement; warnings are not counted"},
            "emergencies_waiting": WHOLE,
            "obligations_owed": WHOLE,
            "overdue": WHOLE,
            "first_due_at": maybe(MOMENT),
        },
    ),
    "Today": record(
        "Since the site's midnight; read at most once in ten seconds.",
        {
            "day": TEXT | {"format": "date"},
            "calls": WHOLE | {"description": "not those that we made"},
            "calls_answered": WHOLE,
            "hails": WHOLE,
            "rules": {
                "type": "object",
                "description": "By rule, then by verdict: how many.",
                "additionalProperties": {"type": "object", "additionalProperties": WHOLE},
            },
        },
    ),
    "Rules": {
        "type": "object",
        "description": "The rule set in force, as configured.",
        "required": ["version", "site"],
    },
    "StaffNote": body("A word about it.", {"note": maybe_words()}),
    "View": record("How a person likes the board.", {"by": TEXT, "view": _VIEW}),
    "ViewNote": only("What shall change.", {"view": _VIEW}, "view"),
    "ShiftHandOver": record(
        "One shift told the next what it must know; `taken_by` signed that it was understood.",
        {
            "seq": WHOLE,
            "at": MOMENT,
            "by": TEXT,
            "to": TEXT,
            "note": TEXT,
            "incidents": many(TEXT | {"description": "the number of a record that was open then"}),
            "taken_by": maybe(TEXT),
            "taken_at": maybe(MOMENT),
            "taken_note": TEXT,
        },
    ),
    "Shift": record(
        "What is told from shift to shift, the newest first.",
        {
            "waits": maybe(ref("ShiftHandOver")),
            "notes": many(record("Since the last take-over.", {"at": MOMENT, "by": TEXT, "text": TEXT})),
            "hand_overs": many(ref("ShiftHandOver")),
        },
    ),
    "ShiftNote": body("A note.", {"text": words(2000)}, "text"),
    "ShiftHandOverNote": body(
        "Who comes next, where that is known.",
        {"to": TEXT | {"default": ""}, "note": maybe_words(2000)},
    ),
    "Approval": body("The set that was read.", {"version": TEXT, "note": maybe_words(2000)}, "version"),
    "PlanNote": body(
        "Of the configuration; `incident`: about which record.",
        {"plan": TEXT, "incident": TEXT | {"default": ""}},
        "plan",
    ),
    "PlanRun": record(
        "A plan that is carried out.",
        {
            "id": WHOLE,
            "plan": TEXT,
            "incident": TEXT,
            "sites": many(TEXT) | {"description": "whose emergency it is; none: everybody's"},
            "started_at": MOMENT,
            "started_by": TEXT,
            "running": FLAG,
            "ended_at": maybe(MOMENT),
            "ended_by": maybe(TEXT),
            "note": TEXT,
            "steps": many(
                record(
                    "One thing to do.",
                    {
                        "do": TEXT,
                        "role": TEXT,
                        "due_at": maybe(MOMENT),
                        "done_at": maybe(MOMENT),
                        "done_by": maybe(TEXT),
                        "note": TEXT,
                        "late": FLAG,
                    },
                )
            ),
        },
    ),
    "Plans": record(
        "The site's emergency plans, and those that run or ran lately.",
        {"plans": many(record("As configured.", {"name": TEXT, "steps": many(_STEP)})), "runs": many(ref("PlanRun"))},
    ),
    "Stint": record(
        "One person stands for one role from a moment until another.",
        {"person": TEXT, "name": TEXT, "number": TEXT, "from": MOMENT, "until": MOMENT, "instead": FLAG}
        | {"change": maybe(TEXT | {"description": "by which change of duty; null: as planned"})},
    ),
    "RoleDuty": record(
        "Who stands for a role.",
        {
            "role": TEXT,
            "now": many(ref("Stint")),
            "stints": many(ref("Stint")),
            "gaps": many(record("Nobody does.", {"from": MOMENT, "until": MOMENT})),
        },
    ),
    "DutyNote": body(
        "Times are as 2026-11-21T20:00, of the site, or with a zone. `from`: now without it. `person` is an id, as is "
        "`instead_of`: whose shifts it takes; *: nobody else stands meanwhile; empty: beside those planned.",
        {
            "role": TEXT,
            "person": TEXT,
            "until": TEXT,
            "from": maybe_words(100),
            "instead_of": maybe_words(500),
            "reason": maybe_words(500),
        },
        "role",
        "person",
        "until",
    ),
    "DutyChanges": record(
        "The first to begin first.",
        {
            "items": many(
                record(
                    "Somebody stands for a role otherwise than planned.",
                    {
                        **dict.fromkeys(("change", "role", "person", "instead_of", "reason", "by"), TEXT),
                        "from": MOMENT,
                        "until": MOMENT,
                        "on": FLAG,
                    },
                )
            )
        },
    ),
    "Duty": record(
        "Who stands for which role from `at` until `until`.",
        {"at": MOMENT, "until": MOMENT, "timezone": TEXT, "items": many(ref("RoleDuty"))},
    ),
}


def paths() -> Schema:
    run = in_path("id", "Of the run")
    return {
        "/api/v1/pulse": get("Whether it lives, its clock, and what waits: small, for asking often", "Pulse"),
        "/api/v1/today": get("What today's records add up to, since the site's midnight", "Today"),
        "/api/v1/view": get("How you like the board", "View")
        | put("Keep it; what is not named stays", body="ViewNote", answer="View"),
        "/api/v1/duty": get("Who stands for which role, and when nobody does", "Duty", _duty_span(), may_lack=True),
        "/api/v1/duty.ics": _calendar(),
        "/api/v1/duty/changes": get("Duty otherwise than planned, now and to come", "DutyChanges")
        | post("Somebody stands in, or takes a role, until a moment", [repeat()], body="DutyNote"),
        "/api/v1/duty/changes/{id}/end": post("As planned again, from now on", [in_path("id", "Of the change")]),
        "/api/v1/shift": get("What is told from shift to shift", "Shift"),
        "/api/v1/shift/notes": post("A note for the next shift", [repeat()], body="ShiftNote"),
        "/api/v1/shift/hand-overs": post("The shift is handed over", [repeat()], body="ShiftHandOverNote"),
        "/api/v1/shift/hand-overs/{seq}/take-over": post(
            "Somebody else has understood it, and goes on", [in_path("seq", "Of the hand-over")]
        ),
        "/api/v1/plans": get("Emergency plans, and those that run", "Plans")
        | post("A plan is started", [repeat()], body="PlanNote"),
        "/api/v1/plans/{id}/steps/{step}/done": post(
            "A step of a plan is done", [run, in_path("step", "Counted from 0")]
        ),
        "/api/v1/plans/{id}/end": post("The plan is over", [run]),
        "/api/v1/rules": get("The rule set in force", "Rules"),
        "/api/v1/rules/approve": post("The rules in force are approved", [repeat()], body="Approval"),
    }


def _duty_span() -> list[Schema]:
    days = WHOLE | {"minimum": 1, "maximum": DAYS_MAX, "default": 7}
    return [query("at", MOMENT, "From then on; now without it"), query("days", days, "So many days")]


def _calendar() -> Schema:
    return {
        "get": {
            "summary": "The same as an iCalendar file",
            "operationId": "getDutyCalendar",
            "parameters": _duty_span(),
            "responses": {
                "200": {"description": "RFC 5545", "content": {"text/calendar": {"schema": TEXT}}},
                **refusals(401, 403, 404, 422, 429),
            },
        }
    }
