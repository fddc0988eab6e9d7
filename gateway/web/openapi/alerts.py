"""Alerts, what people do with them, and when they are not told."""

from gateway.web.asking import NAMED
from gateway.web.openapi.operations import cursor, get, in_path, limit, post, query, repeat
from gateway.web.openapi.shapes import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    body,
    listing,
    many,
    maybe,
    maybe_words,
    one_of,
    only,
    page,
    record,
    words,
)
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


SCHEMAS: Schema = {
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
            "about": TEXT | {"description": "of no caller's matter: the notifier, the role, the plan's step"},
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
    "AcknowledgeNote": body(
        "Who has taken notice; `for`: on whose behalf, and by which way and in which words they said so.",
        {name: maybe_words() for name in ("note", "for", "channel", "said")},
    ),
    "HandOverNote": body(
        "Who shall take it.",
        {"note": maybe_words(), "to": TEXT | {"maxLength": 500, "examples": ["person:wang", "role:manager"]}},
        "to",
    ),
    "ForNote": body(
        "For how long.",
        {"note": maybe_words(), "for_s": NUMBER | {"exclusiveMinimum": 0, "exclusiveMaximum": 86_400}},
        "for_s",
    ),
    "TrialNote": only(
        "To whom: notifier:NAME, person:ID or role:NAME.",
        {"to": many(words(200) | {"pattern": "."}) | {"minItems": 1, "maxItems": 20}, "by": maybe_words(200)},
        "to",
    ),
    "MaintenanceNote": body(
        "What somebody works on; without sources, lines, channels and rules: the whole site.",
        {
            "until": MOMENT,
            "reason": words(),
            "sources": many(TEXT),
            "lines": many(TEXT),
            "channels": many(TEXT),
            "rules": many(one_of(Rule)),
        },
        "until",
        "reason",
    ),
    "Window": record(
        "A time in which alerts are judged and not told; emergencies are told all the same.",
        {
            "id": TEXT,
            "why": one_of(Why),
            "running": FLAG,
            "from": MOMENT,
            "until": MOMENT,
            "reason": TEXT,
            "by": TEXT | {"description": "who announced it; empty: the configuration"},
            "medium": TEXT,
            "sources": many(TEXT),
            "lines": many(TEXT),
            "channels": many(TEXT),
            "rules": many(TEXT),
            "not_told": {"type": "object", "additionalProperties": WHOLE, "description": "by kind"},
            "alert": TEXT | {"description": "the alert that will tell of them: GET /api/v1/alerts?tied_to=…"},
        },
    ),
    "AlertPage": page("Alert"),
    "WindowList": listing("Window"),
}


def paths() -> Schema:
    state = query(
        "state", one_of(AlertState), "Only these; `raised`: the breaches and escalations that wait for somebody"
    )
    tied = query("tied_to", TEXT, "Only those that this alert stands for, by its id")
    return {
        "/api/v1/alerts": get("Alerts", "AlertPage", [limit(), cursor(NAMED), state, tied]),
        **_deeds(),
        "/api/v1/test-alerts": post("An alert that is only a test, to see whom it reaches", body="TrialNote"),
        "/api/v1/maintenance": {
            **get("When alerts are not told: windows that run, and those to come", "WindowList"),
            **post("Maintenance begins, until a moment", body="MaintenanceNote"),
        },
        "/api/v1/maintenance/{id}/end": post(
            "Maintenance ends sooner than announced", [in_path("id", "The window's id")]
        ),
    }


def _deeds() -> Schema:
    """`id` is any live alert of the matter."""
    path, alert = "/api/v1/alerts/{id}", in_path("id", "The alert's id")
    return {
        f"{path}/acknowledge": post("Somebody takes care of it", [alert], body="AcknowledgeNote", needed=False),
        f"{path}/hand-over": post("Another shall take it", [alert, repeat()], body="HandOverNote"),
        f"{path}/snooze": post("Silent for a while, then told again", [alert, repeat()], body="ForNote"),
        f"{path}/on-it": post("I am on it, until then", [alert, repeat()], body="ForNote"),
        f"{path}/done": post("What it asks for is done", [alert]),
        f"{path}/seen": post("It was shown to this person", [alert]),
    }
