"""The sipgate.io and Zammad shape: newCall, answer, hangup; one push a call, whatever the group that rings.

It has no time, no ringing of its own and no hold. `newCall` of an inbound call is the ringing; `user` and `user[]`
are the phones it rings at, as names, while `answeringNumber` is a number: they cannot be matched, so every event
speaks of the call as a whole (leg "").
"""

from typing import Final

from adapters.pbx.webhook.body import Item
from adapters.pbx.webhook.canonical import CALL_CHARS_MAX, Message, text_of
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.pbx.webhook.words import cause_of
from rules.events.call import Cause, Direction

_EVENTS: Final = ("newCall", "answer", "hangup")
_PASSED_BY: Final = ("dtmf", "record")
_AMBIGUOUS: Final = ("answer", "hangup", *_PASSED_BY)  # others say these, too
_CAUSES: Final[dict[str, Cause]] = {"normalClearing": "normal", "notFound": "unavailable"}
_CURE: Final = "send newCall, answer or hangup"


def is_sipgate(item: Item) -> bool:
    event = item.get("event")
    return event == "newCall" or (event in _AMBIGUOUS and "callId" in item)


def sipgate(item: Item) -> Message | None:
    """None for a push that is no event of ours (dtmf, record). Raises Unreadable."""
    event = text_of(item.get("event"), "event")
    if event in _PASSED_BY:
        return None
    if event not in _EVENTS:
        raise Unreadable(f"{event[:64]!r} is not an event", field="event", cure=_CURE)
    call = text_of(item.get("callId") or item.get("call_id"), "callId", CALL_CHARS_MAX)
    if not call:
        raise Unreadable("is missing or empty", field="callId", cure="send the id of the call")
    try:
        return _message(event, call, item)
    except Unreadable as error:
        error.call = call
        raise


def _message(event: str, call: str, item: Item) -> Message:
    direction = _direction(item)
    outbound = direction == "outbound"
    device, agent = _devices(item), ""
    if event == "answer":
        answering = text_of(item.get("answeringNumber"), "answeringNumber")
        device, agent = answering or device, device if answering else ""
    told = text_of(item.get("cause"), "cause")
    return Message(
        event={"newCall": "originated" if outbound else "delivered", "answer": "established", "hangup": "cleared"}[
            event
        ],
        call=call,
        caller=text_of(item.get("from"), "from"),
        called=text_of(item.get("to"), "to"),
        device=device,
        agent=agent,
        queue=text_of(item.get("queue"), "queue"),
        cause=_CAUSES.get(told) or cause_of(told) or "",
        direction=direction,
        plain=True,
    )


def _direction(item: Item) -> Direction:
    word = text_of(item.get("direction"), "direction").lower()
    if word in ("in", "inbound"):
        return "inbound"
    if word in ("out", "outbound"):
        return "outbound"
    if word:
        raise Unreadable(f"{word[:64]!r} is not a direction", field="direction", cure="send in or out")
    return ""


def _devices(item: Item) -> str:
    users = item.get("user", item.get("user[]", ""))
    names = users if isinstance(users, list) else [users]
    return ", ".join(name for name in (text_of(one, "user") for one in names) if name)[:256]
