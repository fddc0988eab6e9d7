"""The vocabulary: all that may enter the pipeline, and the entry that carries it.

An event is a fact in the past tense. It holds no time of receipt: the `Entry` does, so that
`decide(state, entry)` needs no clock. Times are integers, microseconds UTC since 1970 (`…_us`).
"""

import msgspec

from rules.events.call import (
    CallEvent,
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
from rules.events.staff import AlertAcknowledged, CalledBack, CheckedIn
from rules.events.system import (
    DeadlinePassed,
    DeliverySettled,
    EventUndecided,
    LinkChanged,
    Resynced,
    RulesTaken,
    SeenLeg,
    Unparsed,
)

AnyCallEvent = (
    Originated
    | Offered
    | Delivered
    | Established
    | Held
    | Retrieved
    | Queued
    | Dequeued
    | Diverted
    | Transferred
    | Failed
    | ConnectionCleared
)
Event = (
    AnyCallEvent
    | AlertAcknowledged
    | CheckedIn
    | CalledBack
    | RulesTaken
    | LinkChanged
    | Resynced
    | DeadlinePassed
    | DeliverySettled
    | EventUndecided
    | Unparsed
)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of the journal: an event, its place in the order, and when we received it.

    `seq` grows by one from 1 and never repeats; `at_us` never goes back from one entry to the next.
    """

    seq: int
    at_us: int
    event: Event


__all__ = [
    "AlertAcknowledged",
    "AnyCallEvent",
    "CallEvent",
    "CalledBack",
    "CheckedIn",
    "ConnectionCleared",
    "DeadlinePassed",
    "Delivered",
    "DeliverySettled",
    "Dequeued",
    "Diverted",
    "Entry",
    "Established",
    "Event",
    "EventUndecided",
    "Failed",
    "Held",
    "LinkChanged",
    "Offered",
    "Originated",
    "Queued",
    "Resynced",
    "Retrieved",
    "RulesTaken",
    "SeenLeg",
    "Transferred",
    "Unparsed",
]
