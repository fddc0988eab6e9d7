"""The shapes of the documents that the pages beside the board brought into the API."""

from gateway.web.openapi.schemas import FLAG, MOMENT, NUMBER, TEXT, WHOLE, Schema, many, maybe, record, ref


def _body(properties: Schema, *required: str) -> Schema:
    """`by`: who did it, where a program speaks for them."""
    by = TEXT | {"default": "", "maxLength": 500}
    return {
        "type": "object",
        "properties": properties | {"by": by},
        "required": list(required),
        "additionalProperties": False,
    }


_STEP: Schema = record(
    "One thing to do.", {"do": TEXT, "role": TEXT, "within_s": NUMBER}, optional=("role", "within_s")
)
PAGE_SCHEMAS: Schema = {
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
    "ShiftNote": _body({"text": TEXT | {"minLength": 1, "maxLength": 2000, "pattern": r"\S"}}, "text"),
    "ShiftHandOverNote": _body({"to": TEXT | {"default": ""}, "note": TEXT | {"default": "", "maxLength": 2000}}),
    "Approval": _body({"version": TEXT, "note": TEXT | {"default": "", "maxLength": 2000}}, "version"),
    "PlanNote": _body({"plan": TEXT, "incident": TEXT | {"default": ""}}, "plan"),
    "PlanRun": record(
        "A plan that is carried out.",
        {
            "id": WHOLE,
            "plan": TEXT,
            "incident": TEXT,
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
}
