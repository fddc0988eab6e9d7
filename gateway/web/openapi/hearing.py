"""What is heard and by what way alerts leave: sources, radio, notifiers, recordings, and the live stream."""

from gateway.web.asking import NUMBERED
from gateway.web.openapi.operations import cursor, get, in_path, limit, refusals
from gateway.web.openapi.shapes import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    listing,
    many,
    maybe,
    one_of,
    page,
    record,
    ref,
)
from rules.events.system import LinkState

_OBSERVABLE: Schema = {"anyOf": [{"const": True}, {"const": "not_observable"}]}

_STREAM = (
    "Server-sent events; `id` is the journal's sequence. First `hello`: a whole snapshot; then `incident`, `alert`, "
    "`channel`, `unit`, `quiet` and `sources` as they change, and every 2 s `ping` with the server's time. A reader "
    "that is too slow is dropped: it connects again and begins with a new `hello`. docs/asyncapi.yaml tells the events."
)


_STREAMED: Schema = {
    "type": "object",
    "description": "One event of the stream; `data` is a JSON text.",
    "properties": {"event": TEXT, "id": TEXT, "data": {"type": "string", "contentMediaType": "application/json"}},
    "required": ["event", "id", "data"],
}
_BINARY: Schema = {"type": "string", "format": "binary"}


SCHEMAS: Schema = {
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
            "sites": many(TEXT) | {"description": "whose telephone system it is; none: everybody's"},
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
    "Notifier": record(
        "One way by which alerts leave.",
        {
            "name": TEXT,
            "link": TEXT,
            "reason": TEXT,
            "waiting": WHOLE,
            "delivered": WHOLE,
            "failed": WHOLE,
            "failing_since": maybe(MOMENT | {"description": "nothing has been delivered since"}),
        },
    ),
    "Unparsed": record(
        "What a source sent and nobody could read, or an event that made a rule raise.",
        {"seq": WHOLE, "at": MOMENT, "source": TEXT, "what": TEXT, "reason": TEXT, "call": TEXT, "raw": TEXT},
    ),
    "UnparsedPage": page("Unparsed"),
    **{f"{name}List": listing(name) for name in ("Source", "Notifier", "Channel", "Unit")},
}


def paths() -> Schema:
    return {
        "/api/v1/channels": get("The radio's channels: who is on the air, who was last", "ChannelList"),
        "/api/v1/units": get("The radio's units: when and where each was last heard", "UnitList"),
        "/api/v1/sources": get("What we hear, and what it lets us judge", "SourceList"),
        "/api/v1/notifiers": get("How alerts leave", "NotifierList"),
        "/api/v1/unparsed": get("What nobody could read", "UnparsedPage", [limit(), cursor(NUMBERED)]),
        "/api/v1/recordings/{id}": _clip(),
        "/api/v1/stream": {
            "get": {
                "summary": "What happens, as it happens",
                "description": _STREAM,
                "operationId": "stream",
                "responses": {
                    "200": {"description": "For ever", "content": {"text/event-stream": {"schema": _STREAMED}}},
                    **refusals(401, 403, 429, 503),
                },
            }
        },
    }


def _clip() -> Schema:
    return {
        "get": {
            "summary": "A clip of what was spoken, whole or by Range",
            "operationId": "getRecording",
            "parameters": [in_path("id", "The recording's id, as the incident names it")],
            "responses": {
                "200": {"description": "Found", "content": {"audio/wav": {"schema": _BINARY}}},
                "206": {"description": "The asked part", "content": {"audio/wav": {"schema": _BINARY}}},
                **refusals(401, 403, 404, 429),
            },
        }
    }
