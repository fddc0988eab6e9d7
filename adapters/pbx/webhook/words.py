"""Every spelling we understand, in one place: field names, event words, causes, directions.

docs/adapters/webhook.md shows these tables; tests/unit/webhook holds the two equal.
"""

from typing import Final

from rules.events.call import Cause, Direction

MARKS: Final = str.maketrans("", "", "_- .")


def squash(word: str) -> str:
    """One form for `callId`, `call_id`, `CALL-ID`."""
    return word.translate(MARKS).lower()


# Canonical field → other names for it, the likeliest first. An earlier name wins where a body holds several.
FIELD_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "id": ("event_id", "message_id"),
    "event": ("event_type", "event_name", "action", "state", "call_status", "status", "type"),
    "call": ("call_id", "call_uuid", "call_sid", "unique_id", "linked_id", "session_id", "uuid"),
    "leg": ("leg_id", "channel_id", "channel"),
    "at": ("occurred_at", "timestamp", "event_time", "time", "ts"),
    "from": ("caller", "caller_number", "caller_id", "caller_id_number", "src", "ani"),
    "to": ("called", "callee", "called_number", "did", "did_number", "dnis", "dst", "destination"),
    "name": ("caller_name", "caller_id_name"),
    "device": ("extension", "ext", "user", "endpoint", "answering_number"),
    "agent": ("agent_id", "agent_name", "operator"),
    "trunk": ("trunk_name",),
    "queue": ("queue_name", "skill_group"),
    "cause": ("hangup_cause", "cause_code", "reason", "disposition"),
    "seq": ("sequence", "sequence_number"),
    "direction": ("call_direction",),
    "role": (),
    "to_leg": (),
    "same_call": (),
}

# Canonical event → other words for it.
EVENT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "originated": ("started", "start", "initiated", "incoming", "call_created", "channel_create", "呼入"),
    "offered": ("dialing", "trying"),
    "delivered": ("ringing", "ring", "alerting", "alert", "new_call", "newcall", "振铃"),
    "established": ("answered", "answer", "connected", "in_progress", "call_answered", "channel_answer", "接听"),
    "held": ("hold", "on_hold", "call_held", "保持"),
    "parked": ("park", "call_parked"),
    "retrieved": ("unhold", "unheld", "resume", "resumed", "call_resumed", "unparked", "恢复"),
    "queued": ("queue", "enqueued", "queue_join", "排队"),
    "dequeued": ("queue_leave", "queue_abandon"),
    "diverted": ("forwarded", "redirected", "deflected", "pickup", "转移"),
    "transferred": ("transfer", "blind_transfer", "转接"),
    "failed": ("fail", "busy", "no_answer", "rejected", "unreachable"),
    "cleared": (
        "hangup",
        "hung_up",
        "ended",
        "end",
        "completed",
        "terminated",
        "disconnected",
        "disconnect",
        "released",
        "bye",
        "connection_cleared",
        "call_cleared",
        "call_ended",
        "channel_destroy",
        "canceled",
        "cancelled",
        "abandoned",
        "missed",
        "挂机",
        "挂断",
    ),
}

# Event words that tell a cause as well.
EVENT_CAUSES: Final[dict[str, Cause]] = {
    "busy": "busy",
    "noanswer": "no_answer",
    "rejected": "rejected",
    "unreachable": "unavailable",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "abandoned": "cancelled",
    "missed": "no_answer",
}

CAUSE_WORDS: Final[dict[Cause, tuple[str, ...]]] = {
    "normal": ("normal_clearing", "normal_call_clearing", "answered", "completed", "hangup", "ok"),
    "busy": ("user_busy", "callee_busy"),
    "no_answer": ("no_user_response", "noanswer", "timeout", "missed"),
    "rejected": ("call_rejected", "reject", "declined", "decline"),
    "answered_elsewhere": ("non_selected_user", "lose_race", "picked_off"),
    "cancelled": ("cancel", "canceled", "originator_cancel", "abandoned"),
    "congestion": ("network_congestion", "normal_circuit_congestion", "no_circuit"),
    "unavailable": (
        "unreachable",
        "not_found",
        "unallocated_number",
        "user_not_registered",
        "subscriber_absent",
        "chanunavail",
    ),
    "transferred": ("forwarded", "transfer", "attended_transfer", "blind_transfer"),
    "failed": ("failure", "error", "unspecified"),
}

DIRECTION_WORDS: Final[dict[Direction, tuple[str, ...]]] = {
    "inbound": ("in", "incoming", "inbound_call"),
    "outbound": ("out", "outgoing", "outbound_api", "outbound_dial"),
    "internal": ("local", "intern"),
}

# ITU-T Q.850 causes, then SIP statuses (RFC 3398 §7.2.4.1 pairs them); any other number is "failed".
CAUSE_NUMBERS: Final[dict[int, Cause]] = {
    1: "unavailable",
    3: "unavailable",
    16: "normal",
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unavailable",
    21: "rejected",
    26: "answered_elsewhere",
    27: "unavailable",
    28: "unavailable",
    31: "normal",
    34: "congestion",
    38: "congestion",
    41: "congestion",
    42: "congestion",
    44: "congestion",
    200: "normal",
    404: "unavailable",
    408: "no_answer",
    480: "unavailable",
    486: "busy",
    487: "cancelled",
    503: "congestion",
    600: "busy",
    603: "rejected",
}

FIELDS: Final[dict[str, tuple[str, int]]] = {
    squash(name): (field, rank)
    for field, others in FIELD_NAMES.items()
    for rank, name in reversed(list(enumerate((field, *others))))
}
EVENTS: Final[dict[str, str]] = {squash(w): event for event, ws in EVENT_WORDS.items() for w in (event, *ws)}
CAUSES: Final[dict[str, Cause]] = {squash(w): cause for cause, ws in CAUSE_WORDS.items() for w in (cause, *ws)}
DIRECTIONS: Final[dict[str, Direction]] = {squash(w): d for d, ws in DIRECTION_WORDS.items() for w in (d, *ws)}


def cause_of(text: str) -> Cause | None:
    """The closed word for a vendor's cause; "" for none given, None for one we do not know."""
    if not text:
        return ""
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return CAUSE_NUMBERS.get(int(text), "failed")
    return CAUSES.get(squash(text))
