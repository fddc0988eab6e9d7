"""The shapes of the API's documents as JSON Schema 2020-12, for the OpenAPI document."""

from typing import Any, get_args

from gateway.web.desk.own_view import CHOICES
from rules.effects import AlertState
from rules.events.staff import FactName
from rules.events.system import LinkState
from rules.incidents import Attention, IncidentOutcome
from rules.obligations import Clock, Outcome, Rule, Why

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-21T08:09:10.123Z"]}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(values: Any) -> Schema:
    return {"type": "string", "enum": list(get_args(values))}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(description: str, properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """Clients must pass over members they do not know: the contract grows by adding."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "description": description, "properties": properties, "required": required}


def page(name: str) -> Schema:
    cursor = maybe(TEXT | {"description": "give it as `cursor` to go on; null: this was the last page"})
    return record("One page, newest first.", {"items": many(ref(name)), "next": cursor})


FACTS: Schema = {
    "type": "object",
    "description": "What the desk wrote down; what is unknown is left out.",
    "properties": {name: TEXT | {"maxLength": 500} for name in get_args(FactName)},
}

VIEW: Schema = {
    "type": "object",
    "properties": {name: {"type": "string", "enum": list(choices)} for name, choices in CHOICES.items()},
    "additionalProperties": False,
}

_JUDGED: Schema = {
    "rule": one_of(Rule),
    "verdict": one_of(Outcome),
    "ring": maybe(WHOLE),
    "calls": maybe(WHOLE | {"description": "two_calls: how many calls the unit made"}),
    "seconds": maybe(NUMBER),
    "clock": one_of(Clock),
    "certain": FLAG,
    "skew_ms": maybe(NUMBER),
    "opened_at": MOMENT,
    "due_at": MOMENT,
    "ended_at": maybe(MOMENT),
    "reason": TEXT,
    "late": FLAG,
    "in_hours": FLAG | {"description": "it began while its medium is attended: [[hours]]"},
    "revised": WHOLE,
    "rule_set": TEXT,
    "evidence": record(
        "Journal entries and the source's own clock.",
        {
            "opened_by": WHOLE,
            "ended_by": maybe(WHOLE),
            "source_opened_at": maybe(MOMENT),
            "source_ended_at": maybe(MOMENT),
        },
    ),
}
_INCIDENT: Schema = {
    "number": TEXT | {"examples": ["20261121-0042"]},
    "site": TEXT,
    "medium": {"type": "string", "enum": ["phone", "radio"]},
    "direction": TEXT,
    "call": TEXT,
    "source": TEXT,
    "source_call": TEXT,
    "from": TEXT,
    "from_name": TEXT,
    "to": TEXT,
    "line": TEXT,
    "device": TEXT,
    "agent": TEXT,
    "queue": TEXT,
    "opened_at": MOMENT,
    "offered_at": maybe(MOMENT),
    "ring_at": maybe(MOMENT),
    "answered_at": maybe(MOMENT),
    "closed_at": maybe(MOMENT),
    "outcome": one_of(IncidentOutcome),
    "rings": maybe(WHOLE),
    "holds": WHOLE,
    "hold_seconds": NUMBER,
    "flags": many(TEXT),
    "merged_into": TEXT,
    "unit": TEXT | {"description": "radio: who hailed; empty where nobody could tell", "examples": ["100-4002"]},
    "channel": TEXT | {"description": "radio: where"},
    "talkgroup": TEXT | {"description": "radio: the talkgroup or unit that was called"},
    "calls": WHOLE | {"description": "radio: how many calls the unit made"},
    "facts": FACTS,
    "facts_by": {
        "type": "object",
        "description": "who wrote each fact last",
        "additionalProperties": TEXT,
    },
    "attention": one_of(Attention) | {"description": "answered, called back or claimed is attended"},
    "claimed_by": TEXT | {"description": "who takes care of it; empty: nobody"},
    "claimed_at": maybe(MOMENT),
    "last_deed_at": maybe(MOMENT | {"description": "the last thing they did about it: see rules.claims"}),
    "recordings": many(
        record(
            "A clip: GET /api/v1/recordings/{id}.",
            {"id": TEXT, "started_at": MOMENT, "seconds": NUMBER, "unit": TEXT},
        )
    ),
    "verdicts": many(ref("Verdict")),
    "obligations_open": many(
        record("Still waits.", {"id": WHOLE, "rule": one_of(Rule), "opened_at": MOMENT, "due_at": MOMENT})
    ),
}
_OBSERVABLE: Schema = {"anyOf": [{"const": True}, {"const": "not_observable"}]}

SCHEMAS: Schema = {
    "Problem": record(
        "A refusal (RFC 9457): `field` names what was wrong with the request, `cure` what to do.",
        {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "field": TEXT, "cure": TEXT},
        optional=("detail", "field", "cure"),
    ),
    "Verdict": record("One rule's judgement of a call, with its evidence.", _JUDGED),
    "Incident": record("One reception record.", _INCIDENT),
    "IncidentDetail": record(
        "A reception record with all that happened to it.", _INCIDENT | {"timeline": many(ref("TimelineEntry"))}
    ),
    "TimelineEntry": record(
        "One line: an event (then `event` holds it), a note, or an alert.",
        {
            "at": MOMENT,
            "what": TEXT,
            "detail": TEXT,
            "seq": WHOLE,
            "event": {"type": "object"},
            "alert": TEXT,
            "state": one_of(AlertState),
        },
        optional=("seq", "event", "alert", "state"),
    ),
    "Obligation": record(
        "Somebody must respond by `due_at`.",
        {"id": WHOLE, "state": one_of(Outcome), "incident": TEXT, "call": TEXT, "from": TEXT, "line": TEXT} | _JUDGED,
    ),
    "Source": record(
        "What we hear, how well, and what it lets us judge.",
        {
            "name": TEXT,
            "kind": TEXT,
            "pushed": FLAG | {"description": "it posts to us; `online` then means: heard since our start"},
            "state": one_of(LinkState),
            "reason": TEXT,
            "changed_at": maybe(MOMENT),
            "last_event_at": maybe(MOMENT),
            "last_event_age_s": maybe(NUMBER),
            "skew_s": maybe(NUMBER),
            "clock_trusted": maybe(FLAG),
            "channel": TEXT | {"description": "a base station's radio channel, else empty"},
            "observable": record(
                "Which rules can be judged here: a PBX's, or a base station's.",
                {"three_rings": _OBSERVABLE, "hold_checkin": _OBSERVABLE, "two_calls": _OBSERVABLE},
                optional=("three_rings", "hold_checkin", "two_calls"),
            ),
        },
    ),
    "Channel": record(
        "A radio channel.",
        {
            "channel": TEXT,
            "channel_name": TEXT,
            "sources": many(TEXT),
            "two_calls": {
                "enum": [True, False, "not_observable"],
                "description": "whether control's reply is awaited here, and can be seen",
            },
            "open": many(ref("Transmission")),
            "control_transmitting": FLAG,
            "control_since": maybe(MOMENT),
            "control_until": maybe(MOMENT),
            "last_unit": TEXT,
            "last_unit_name": TEXT,
            "last_unit_post": TEXT,
            "last_heard_at": maybe(MOMENT),
        },
    ),
    "Transmission": record(
        "Who is on the air now.",
        {
            "unit": TEXT | {"description": "empty: not known, or not yet"},
            "unit_name": TEXT,
            "unit_post": TEXT,
            "called": TEXT,
            "called_name": TEXT,
            "started_at": MOMENT,
            "emergency": FLAG,
            "incident": TEXT | {"description": "the record it belongs to; empty: none, or not yet"},
        },
    ),
    "Unit": record(
        "A radio and who carries it.",
        {
            "unit": TEXT,
            "name": TEXT,
            "post": TEXT,
            "channel": TEXT,
            "last_heard_at": maybe(MOMENT),
            "present": FLAG | {"description": "false: it signed off, or was never heard"},
            "missing": FLAG | {"description": "roll-call: it was not heard in time"},
            "heard_every_s": NUMBER | {"description": "roll-call; 0: not awaited"},
        },
    ),
    "Stint": record(
        "One person stands for one role from a moment until another.",
        {"person": TEXT, "name": TEXT, "number": TEXT, "from": MOMENT, "until": MOMENT, "instead": FLAG},
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
    "Duty": record(
        "Who stands for which role from `at` until `until`.",
        {"at": MOMENT, "until": MOMENT, "timezone": TEXT, "items": many(ref("RoleDuty"))},
    ),
    "Notifier": record(
        "One way by which alerts leave.",
        {"name": TEXT, "link": TEXT, "reason": TEXT, "waiting": WHOLE, "delivered": WHOLE, "failed": WHOLE},
    ),
    "Unparsed": record(
        "What a source sent and nobody could read, or an event that made a rule raise.",
        {"seq": WHOLE, "at": MOMENT, "source": TEXT, "what": TEXT, "reason": TEXT, "call": TEXT, "raw": TEXT},
    ),
    "Rules": {
        "type": "object",
        "description": "The rule set in force, as configured.",
        "required": ["version", "site"],
    },
    "StaffNote": {
        "type": "object",
        "description": "Who did it, where a program speaks for them, and a word about it.",
        "properties": {
            "by": TEXT | {"default": "", "maxLength": 500},
            "note": TEXT | {"default": "", "maxLength": 500},
        },
        "additionalProperties": False,
    },
    "LineNote": {
        "type": "object",
        "description": "A line for the record, and who says it, where a program speaks for them.",
        "properties": {
            "by": TEXT | {"default": "", "maxLength": 500},
            "note": TEXT | {"minLength": 1, "maxLength": 500, "pattern": r"\S"},
        },
        "required": ["note"],
        "additionalProperties": False,
    },
    "FactsNote": {
        "type": "object",
        "description": "What is named changes; an empty text takes a fact out again. `knew`: what you saw there "
        "before; what somebody else has changed meanwhile is then left as it is, and the answer is 409.",
        "properties": {
            "facts": FACTS | {"minProperties": 1, "additionalProperties": False},
            "by": TEXT | {"default": "", "maxLength": 500},
            "knew": maybe(FACTS | {"additionalProperties": False}),
        },
        "required": ["facts"],
        "additionalProperties": False,
    },
    "Resident": record(
        "Whose number it is, by the directory.",
        {"name": TEXT, "unit": TEXT, "notes": TEXT, "language": TEXT, "vip": FLAG, "sensitive": FLAG},
    ),
    "Caller": record(
        "What is known of a caller or a radio unit.",
        {
            "number": TEXT,
            "resident": maybe(ref("Resident")),
            "earlier": many(ref("Incident")) | {"description": "newest first"},
            "owed": many(ref("Incident")) | {"description": "others of theirs that wait for the desk"},
        },
    ),
    "View": record("How a person likes the board.", {"by": TEXT, "view": VIEW}),
    "ViewNote": {
        "type": "object",
        "properties": {"view": VIEW},
        "required": ["view"],
        "additionalProperties": False,
    },
    "ClaimNote": {
        "type": "object",
        "description": "`override` takes it from whoever has it, for a `reason` that stands in the record.",
        "properties": {
            "by": TEXT | {"default": "", "maxLength": 500},
            "override": FLAG | {"default": False},
            "reason": TEXT | {"default": "", "maxLength": 500},
        },
        "additionalProperties": False,
    },
    "TrialNote": {
        "type": "object",
        "description": "To whom: notifier:NAME, person:ID or role:NAME.",
        "properties": {
            "to": many(TEXT | {"minLength": 1, "maxLength": 200}) | {"minItems": 1, "maxItems": 20},
            "by": TEXT | {"default": "", "maxLength": 200},
        },
        "required": ["to"],
        "additionalProperties": False,
    },
    "MaintenanceNote": {
        "type": "object",
        "description": "What somebody works on; without sources, lines, channels and rules: the whole site.",
        "properties": {
            "until": MOMENT,
            "reason": TEXT | {"minLength": 1, "maxLength": 500, "pattern": r"\S"},
            "by": TEXT | {"default": "", "maxLength": 500},
            "sources": many(TEXT),
            "lines": many(TEXT),
            "channels": many(TEXT),
            "rules": many(one_of(Rule)),
        },
        "required": ["until", "reason"],
        "additionalProperties": False,
    },
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
    "Done": record(
        "The deed is on disk.",
        {
            "alert": TEXT,
            "incident": TEXT,
            "window": TEXT,
            "state": TEXT,
            "by": TEXT,
            "missing": many(TEXT),
            "until": MOMENT,
        },
        optional=("alert", "incident", "window", "missing", "until"),
    ),
    **{f"{name}Page": page(name) for name in ("Incident", "Obligation", "Alert", "Unparsed")},
    **{
        f"{name}List": record("All of them.", {"items": many(ref(name))})
        for name in ("Source", "Notifier", "Channel", "Unit", "Window")
    },
}
