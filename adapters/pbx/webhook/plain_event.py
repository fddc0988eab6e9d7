"""An event as nearly all of them are: one flat JSON object of a few texts in our own words, with nothing to be cleaned.

All else takes the long way (body, canonical, normalise), which alone says what is wrong. What is read here is read
there alike: tests/unit/webhook/test_plain_event.py.
"""

from typing import Final

import msgspec

from adapters.errors import NOT_JSON
from adapters.pbx.webhook.canonical import CALL_CHARS_MAX, TEXT_CHARS_MAX
from adapters.pbx.webhook.normalise import KINDS, ROLES, leg_of
from adapters.pbx.webhook.times import TimeReader
from adapters.pbx.webhook.words import cause_of
from rules.events import AnyCallEvent

_FIELDS: Final = frozenset(
    {"id", "event", "call", "leg", "at", "from", "to", "name", "device", "agent", "trunk", "queue", "cause"}
)
_decode = msgspec.json.Decoder(dict[str, str]).decode


class PlainEvent(msgspec.Struct, frozen=True, gc=False):
    id: str  # the sender's, of the event; "": none
    event: AnyCallEvent


def plain_event(body: bytes, source: str, shows_hold: bool, read_time: TimeReader) -> PlainEvent | None:
    """None: it is not as plain as that, or not right."""
    try:
        told = _decode(body)
    except NOT_JSON:
        return None
    # A key that stands twice is dropped in silence: the quotation marks tell. (An escaped one counts against us.)
    if body.count(b'"') != 4 * len(told) or not told.keys() <= _FIELDS:
        return None
    at = told.pop("at", None)
    together = "".join(told.values())
    if len(together) > TEXT_CHARS_MAX or not together.isprintable():
        return None
    if ":" in together or "<" in together:  # perhaps an address, and not a number
        return None
    if " " in together and any(text != text.strip() for text in told.values()):
        return None
    get = told.get
    kind, call, device, cause = get("event", ""), get("call", ""), get("device", ""), cause_of(get("cause", ""))
    make = KINDS.get(kind)
    if make is None or not 0 < len(call) <= CALL_CHARS_MAX or cause is None:
        return None
    try:
        occurred_us = None if at is None else read_time(at)
    except (ValueError, TypeError):
        return None
    leg = get("leg") or leg_of(kind, device, cause)
    event = make(
        source=source,
        call=call,
        leg=f"{call}/{leg}" if leg else "",
        role=ROLES.get(kind, ""),
        occurred_us=occurred_us,
        caller=get("from", ""),
        caller_name=get("name", ""),
        called=get("to", ""),
        device=device,
        agent=get("agent", ""),
        trunk=get("trunk", ""),
        queue=get("queue", ""),
        cause=cause,
        shows_hold=shows_hold,
    )
    return PlainEvent(get("id", ""), event)
