"""The shapes of alerts and of what people do with them, as JSON Schema, for the OpenAPI document."""

from gateway.web.openapi.schemas import FLAG, MOMENT, NUMBER, TEXT, WHOLE, Schema, many, maybe, one_of, record
from rules.effects import AlertKind, AlertState, ReceiverState
from rules.obligations import Rule, Severity, Why
from rules.settings import AcknowledgeBy

_RECEIVER = record(
    "How far it has come with one receiver.",
    {
        "to": TEXT
        | {"description": "a person's id; empty: whoever is behind the notifier; `nobody`: whom the step named"},
        "notifier": TEXT | {"description": "empty: a console"},
        "state": one_of(ReceiverState),
        "at": MOMENT,
        "error": TEXT | {"description": "of the last try"},
    },
)
_ACKNOWLEDGEMENT = record(
    "`by` has taken notice, or wrote down that `person` has, who `said` so by `channel`.",
    {"by": TEXT, "person": TEXT, "at": MOMENT, "channel": TEXT, "said": TEXT},
)


def _note(description: str, properties: Schema, required: list[str]) -> Schema:
    said: Schema = {name: TEXT | {"default": "", "maxLength": 500} for name in ("by", "note")}
    return {
        "type": "object",
        "description": description,
        "properties": said | properties,
        "required": required,
        "additionalProperties": False,
    }


ALERT_SCHEMAS: Schema = {
    "Alert": record(
        "What people are told, and what became of it. `key` is the idempotency key.",
        {
            "id": TEXT,
            "key": TEXT,
            "site": TEXT,
            "rule": one_of(Rule),
            "kind": one_of(AlertKind),
            "severity": one_of(Severity),
            "incident": TEXT,
            "call": TEXT,
            "source": TEXT,
            "source_call": TEXT,
            "from": TEXT,
            "line": TEXT,
            "device": TEXT,
            "ring": maybe(WHOLE),
            "unit": TEXT,
            "unit_name": TEXT,
            "channel": TEXT,
            "calls": maybe(WHOLE),
            "seconds": maybe(NUMBER),
            "opened_at": MOMENT,
            "due_at": MOMENT,
            "raised_at": MOMENT,
            "late": FLAG,
            "certain": FLAG,
            "reason": TEXT,
            "clears": many(TEXT),
            "count": maybe(WHOLE | {"description": "it stands for so many that were not told one by one"}),
            "waiting": maybe(WHOLE | {"description": "so many of them still wait"}),
            "tied_to": TEXT | {"description": "the alert that stands for this one"},
            "silenced": one_of(Why) | {"description": "why nobody was told"},
            "acknowledge_url": TEXT | {"description": "empty here: only messages carry it"},
            "text": record("Ready sentences.", {"zh": TEXT, "en": TEXT}),
            "state": one_of(AlertState),
            "acknowledged_at": maybe(MOMENT),
            "acknowledged_by": TEXT,
            "notified": {"type": "object", "additionalProperties": FLAG},
            "receivers": many(_RECEIVER),
            "acknowledge": one_of(AcknowledgeBy),
            "missing": many(TEXT) | {"description": "people who must still acknowledge, by id"},
            "acknowledgements": many(_ACKNOWLEDGEMENT),
            "act_by": maybe(MOMENT | {"description": "acknowledged: something must be done by then"}),
            "done_by": TEXT,
            "handed_over": maybe(
                record(
                    "It was handed to another, who must take it.", {"by": TEXT, "to": TEXT, "at": MOMENT, "note": TEXT}
                )
            ),
            "snoozed_until": maybe(MOMENT),
            "snoozed_by": TEXT,
            "snoozes_left": WHOLE,
            "snooze_max_s": NUMBER | {"description": "0: it cannot be snoozed"},
            "on_it_max_s": NUMBER | {"description": "0: it climbs no ladder"},
        },
    ),
    "AcknowledgeNote": _note(
        "Who has taken notice; `for`: on whose behalf, and by which way and in which words they said so.",
        {name: TEXT | {"default": "", "maxLength": 500} for name in ("for", "channel", "said")},
        [],
    ),
    "HandOverNote": _note(
        "Who shall take it.", {"to": TEXT | {"maxLength": 500, "examples": ["person:wang", "role:manager"]}}, ["to"]
    ),
    "ForNote": _note(
        "For how long.", {"for_s": NUMBER | {"exclusiveMinimum": 0, "exclusiveMaximum": 86_400}}, ["for_s"]
    ),
}
