"""Reception records and their obligations: what the API tells of them, and what the desk does about them."""

from typing import get_args

from gateway.web.asking import DATED, NUMBERED
from gateway.web.openapi.operations import cursor, get, in_path, limit, post, query, repeat
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
    one_of,
    page,
    record,
    ref,
    words,
)
from gateway.web.record_search import DIRECTIONS, HOURS, MEDIA
from rules.effects import AlertState
from rules.events.staff import FactName
from rules.incidents import Attention, IncidentOutcome
from rules.obligations import Clock, Outcome, Rule

FACTS: Schema = {
    "type": "object",
    "description": "What the desk wrote down; what is unknown is left out.",
    "properties": {name: TEXT | {"maxLength": 500} for name in get_args(FactName)},
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

SCHEMAS: Schema = {
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
        {"id": WHOLE, "state": one_of(Outcome)}
        | dict.fromkeys(("incident", "call", "from", "source", "line", "channel", "talkgroup"), TEXT)
        | _JUDGED,
    ),
    "LineNote": body("A line for the record.", {"note": words()}, "note"),
    "FactsNote": body(
        "What is named changes; an empty text takes a fact out again. `knew`: what you saw there before; what somebody "
        "else has changed meanwhile is then left as it is, and the answer is 409.",
        {
            "facts": FACTS | {"minProperties": 1, "additionalProperties": False},
            "knew": maybe(FACTS | {"additionalProperties": False}),
        },
        "facts",
    ),
    "ClaimNote": body(
        "`override` takes it from whoever has it, for a `reason` that stands in the record.",
        {"override": FLAG | {"default": False}, "reason": maybe_words()},
    ),
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
    "Done": record(
        "The deed is on disk.",
        {
            "alert": TEXT,
            "incident": TEXT,
            "window": TEXT,
            "change": TEXT,
            "state": TEXT,
            "by": TEXT,
            "missing": many(TEXT),
            "until": MOMENT,
        },
        optional=("alert", "incident", "window", "change", "missing", "until"),
    ),
    "IncidentPage": page("Incident"),
    "ObligationPage": page("Obligation"),
}


def paths() -> Schema:
    number = in_path("number", "The incident's number")
    state = query("state", one_of(Outcome), "Only these")
    return {
        "/api/v1/incidents": get(
            "Reception records, newest first. A page may hold fewer than `limit`, even none, and have a `next`",
            "IncidentPage",
            [limit(), *_searching()],
        ),
        "/api/v1/incidents/{number}": get("One record with its time line", "IncidentDetail", [number]),
        "/api/v1/incidents/{number}/caller": get(
            "What is known of the caller, for who has claimed the record", "Caller", [number]
        ),
        **_deeds(number),
        "/api/v1/obligations": get("Obligations", "ObligationPage", [limit(), cursor(NUMBERED), state]),
    }


def _deeds(number: Schema) -> Schema:
    """What the desk does about a record."""
    again = [number, repeat()]
    return {
        "/api/v1/incidents/{number}/check-in": post("The waiting caller was greeted", again),
        "/api/v1/incidents/{number}/called-back": post("The missed caller was reached by other means", [number]),
        "/api/v1/incidents/{number}/answered": post("The unit that hailed was answered", again),
        "/api/v1/incidents/{number}/promise": post("The unit was told to wait for an answer", again),
        "/api/v1/incidents/{number}/promise-kept": post("The unit has the answer it was promised", again),
        "/api/v1/incidents/{number}/facts": post(
            "What the desk learnt: time, place, matter, person, handling, kind", again, body="FactsNote"
        ),
        "/api/v1/incidents/{number}/claim": post(
            "Take care of it; 409 tells who does already", again, body="ClaimNote", needed=False
        ),
        "/api/v1/incidents/{number}/release": post("Give it back: anybody may take it", again),
        "/api/v1/incidents/{number}/park": post("It waits for something outside, on the board", again),
        "/api/v1/incidents/{number}/complete": post("Nothing is left to be done", again),
        "/api/v1/incidents/{number}/note": post("A line for its time line, in your own words", again, body="LineNote"),
    }


def _searching() -> list[Schema]:
    return [
        cursor(DATED),
        query("since", MOMENT, "Opened since then"),
        query("until", MOMENT, "Opened before then"),
        query("number", TEXT, "Only this one"),
        query("outcome", one_of(IncidentOutcome), "Only these"),
        query("caller", TEXT, "Only this caller's, the number as the source told it"),
        query("caller_ends", TEXT, "Only callers whose number ends so"),
        query("unit", TEXT, "Only this radio unit's, as the radio writes it"),
        query("medium", _enum(MEDIA), "Only these"),
        query("direction", _enum(DIRECTIONS), "Only these"),
        query("line", TEXT, "Only this line's"),
        query("rule", one_of(Rule), "Only those that this rule judged"),
        query("verdict", one_of(Outcome), "Only those with this verdict; with `rule`: of that rule"),
        query("hours", _enum(HOURS), "Only those with a verdict that fell into the hours of service, or outside"),
        query("person", TEXT, "A part of the name of who answered"),
        query("kind", TEXT, "Only matters of this kind, as the desk wrote it"),
        query("text", TEXT, "Words, each of which stands in the record"),
    ]


def _enum(values: tuple[str, ...]) -> Schema:
    return TEXT | {"enum": list(values)}
