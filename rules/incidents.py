"""The live things: an incident with its call, its obligations and its legs, as one document.

An incident is one reception record (接待记录). While anything of it may still change it lives in the
state and, as one row, in the store's live table; a restart costs what is open, never the history.
They are trees, so the garbage collector need not walk through them (`gc=False`).
"""

from typing import Literal

import msgspec

from rules.events.call import Cause, Direction, Role
from rules.events.staff import FactName
from rules.events.system import LinkState
from rules.obligations import Obligation

LegState = Literal["initiated", "alerting", "connected", "held", "cleared"]
IncidentOutcome = Literal[
    "open",
    "answered",
    "abandoned",  # the caller gave up
    "missed",  # it rang in vain until the PBX gave up
    "rejected",
    "failed",
    "merged",  # turned out to be a part of another incident: see `merged_into`
    "lost_while_disconnected",
    "unobserved",  # a hail where no source shows whether control replies
]

Attention = Literal["unattended", "attended", "parked", "completed"]


class Leg(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One party's connection. Its state only ever advances, but for held and back."""

    id: str
    role: Role = ""
    state: LegState = "initiated"
    device: str = ""
    agent: str = ""
    offered_us: int | None = None
    delivered_us: int | None = None
    source_delivered_us: int | None = None
    established_us: int | None = None
    source_established_us: int | None = None
    source_cleared_us: int | None = None  # with `cleared_seq`: a device may ring again under the same id
    cleared_seq: int | None = None
    cause: Cause = ""
    uncertain: bool = False
    held_us: int | None = None  # on hold since
    source_held_us: int | None = None
    source_retrieved_us: int | None = None  # a Held that is told late must not open a hold that is over
    held_seq: int | None = None  # the source's counts of both, for one that sends no times
    retrieved_seq: int | None = None
    hold_marks: tuple[int, ...] = ()  # by the source's clock, in its order: held, and returned (below 0)
    holds_overtook: bool = False  # they were told out of that order
    taken_over: bool = False  # the caller was transferred here and it was judged, once


class Call(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What the tracker knows of a call: a union of the source's ids, and its legs by id."""

    source: str
    ids: list[str]
    legs: dict[str, Leg] = msgspec.field(default_factory=dict)
    transfer_pending: bool = False  # transferred: the next device to ring has its own three rings
    queued: bool = False
    shows_hold: bool = True
    last_cause: Cause = ""
    caller_gave_up: bool = False
    ended_by_call: bool = False  # ended as a whole: nothing may reopen it
    linger_until_us: int | None = None  # every device gave up: closed then, unless a new one rings
    past: bool = False  # over for so long that its ids may be those of another call


class Recording(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A clip of what was spoken, by the id it is kept under."""

    id: str
    started_us: int
    seconds: float
    unit: str = ""


class Care(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Who takes care of a record, and what the desk has done with it."""

    by: str = ""  # who claimed it; "": nobody
    since_us: int | None = None  # of the claim
    deed_us: int | None = None  # the last thing they did about it: a claim becomes stale without one
    put: Literal["", "parked", "completed"] = ""
    told_by: dict[FactName, str] = msgspec.field(default_factory=dict)  # who wrote each fact last


class Incident(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One reception record; all moments on our clock unless named `source_…`."""

    id: int
    number: str  # what people say: 20261121-0042
    site: str
    call: Call
    medium: Literal["phone", "radio"] = "phone"
    direction: Direction = ""
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    line: str = ""
    device: str = ""
    agent: str = ""
    queue: str = ""
    trunk: str = ""
    opened_us: int
    first_offered_us: int | None = None
    first_human_ring_us: int | None = None
    answered_us: int | None = None
    closed_us: int | None = None  # the call is over; the document may live on for late events
    source_closed_us: int | None = None
    outcome: IncidentOutcome = "open"
    rings: int | None = None
    hold_us: int = 0  # time on hold so far
    holds: int = 0
    flags: tuple[str, ...] = ()  # "held_straight_after_answer", …
    merged_into: str = ""
    forget_us: int | None = None  # when the closed document may leave the state
    obligations: list[Obligation] = msgspec.field(default_factory=list)
    unit: str = ""  # radio, as all below: who hailed; "" unknown
    channel: str = ""
    calls: int = 0  # how many calls the unit made
    talkgroup: str = ""  # the called talkgroup or unit
    facts: dict[FactName, str] | None = None  # what the desk wrote down, for any medium
    recordings: tuple[Recording, ...] = ()
    care: Care | None = None  # the desk's, for any medium

    @property
    def attention(self) -> Attention:
        """Answered, called back or claimed is attended, without anybody saying so."""
        if self.care is not None and (self.care.put or self.care.by):
            return self.care.put or "attended"
        if self.answered_us is not None or any(o.rule == "call_back" and o.state == "met" for o in self.obligations):
            return "attended"
        return "unattended"


class SourceStatus(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What the state knows of a source: its link, and how far its clock is from ours.

    `skew_us` is our receipt minus the source's time, the smallest seen lately: transport delay can
    only add, so the smallest is the truest. None until the source told a time.
    """

    name: str
    link: LinkState = "unknown"
    changed_us: int = 0
    reason: str = ""
    skew_us: int | None = None
    window_us: int = 0  # start of the running window of the minimum
    window_skew_us: int | None = None
    offline_alert: str = ""  # the alert raised for being out of touch, until it is cleared
