"""The shapes of the documents that the pages beside the board brought into the API."""

from gateway.web.schemas import MOMENT, TEXT, WHOLE, Schema, maybe, record

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
}
