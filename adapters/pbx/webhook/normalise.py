"""A `Message` to the event of the vocabulary.

Leg ids are only taken to be the sender's own within one call ("801", "1", "a"): ours carry the call's id before them,
or else the same phone in two calls would make them one.

Which leg an event speaks of, where the sender names none:
* ringing, answered, failed with a `device`: that device's own leg, so that a ring group told only by extensions
  is one call with many legs, and the loser's failure is no missed call;
* held and retrieved: the call as a whole, so that it does not matter whether both name the device;
* cleared: the whole call, even with a `device` (a plain PBX says "hangup, extension 801" when all is over), except
  when the cause says that this device only lost its ring group (answered_elsewhere);
* anything else, or no device: the call as a whole.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import unquote

from adapters.pbx.webhook.canonical import Message
from rules.events import (
    AnyCallEvent,
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Failed,
    Held,
    Offered,
    Originated,
    Queued,
    Retrieved,
    Transferred,
)
from rules.events.call import Cause, Role

KINDS: Final[dict[str, Callable[..., AnyCallEvent]]] = {
    "originated": Originated,
    "offered": Offered,
    "delivered": Delivered,
    "established": Established,
    "held": Held,
    "parked": partial(Held, parked=True),
    "retrieved": Retrieved,
    "queued": Queued,
    "dequeued": Dequeued,
    "diverted": Diverted,
    "transferred": Transferred,
    "failed": Failed,
    "cleared": ConnectionCleared,
}
_OF_A_DEVICE: Final = frozenset({"offered", "delivered", "established", "diverted", "failed"})
_TO_A_LEG: Final = frozenset({"diverted", "transferred"})
ROLES: Final[dict[str, Role]] = {
    "originated": "caller",
    "queued": "caller",
    "dequeued": "caller",
    "offered": "agent",
    "delivered": "agent",
    "established": "agent",
}
_ADDRESS: Final = re.compile(r"\b(?:sips?|tel):([^@;?>]+)", re.IGNORECASE)
_ANGLED: Final = re.compile(r"<([^<>]+)>")


def number_of(text: str) -> str:
    """Of `"Li" <sip:801@pbx;transport=tcp>` or `tel:+86…` the number; anything else stays as it is."""
    if ":" not in text and "<" not in text:
        return text
    found = _ADDRESS.search(text) or _ANGLED.search(text)
    return unquote(found[1]).strip() if found else text


def leg_of(kind: str, device: str, cause: Cause) -> str:
    """Which leg an event speaks of whose sender names none."""
    lost_group = kind == "cleared" and cause == "answered_elsewhere"
    return device if lost_group or kind in _OF_A_DEVICE else ""


def event_of(message: Message, source: str, shows_hold: bool | None) -> AnyCallEvent:
    """`shows_hold`: what the configuration says of the source; None leaves it to the shape of the message."""
    kind = message.event
    leg = message.leg
    if not leg and not message.plain:
        leg = leg_of(kind, message.device, message.cause)
    make = KINDS[kind]
    if message.to_leg and kind in _TO_A_LEG:
        make = partial(make, to_leg=f"{message.call}/{message.to_leg}")
    return make(
        source=source,
        call=message.call,
        leg=f"{message.call}/{leg}" if leg else "",
        role=message.role or ROLES.get(kind, ""),
        same_call=message.same_call,
        occurred_us=message.at_us,
        source_seq=message.seq,
        direction=message.direction,
        caller=number_of(message.caller),
        caller_name=message.name,
        called=number_of(message.called),
        device=number_of(message.device),
        agent=message.agent,
        trunk=message.trunk,
        queue=message.queue,
        cause=message.cause,
        shows_hold=not message.plain if shows_hold is None else shows_hold,
    )
