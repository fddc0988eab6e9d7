"""What the gateway itself notes: its clock, its links, its deliveries, its rule set."""

from typing import Literal

import msgspec

from rules.settings import RuleSet

LinkState = Literal["unknown", "connecting", "online", "stale", "offline", "refused"]


class SystemEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    pass


class RulesTaken(SystemEvent, frozen=True):
    """From here on these rules hold: at the first start, after a change of configuration, on SIGHUP."""

    rules: RuleSet


class DeadlinePassed(SystemEvent, frozen=True):
    """The clock has reached `next_deadline(state)`: what is due by then is done in order, at most `steps_max` of it."""

    steps_max: int = 256


class EventUndecided(SystemEvent, frozen=True):
    """Entry `seq` made a rule raise `error`: it stands in the journal and changed nothing. Operators are told.

    `deadline`: it was a DeadlinePassed of one step. What is first in `next_deadline`'s order is put aside,
    its obligation `not_measurable`, so that it is not tried again for ever.
    """

    seq: int
    error: str
    deadline: bool = False


class Pulsed(SystemEvent, frozen=True):
    """A heartbeat of ours: that it is on disk shows that events are taken and kept."""


class ClockAnchored(SystemEvent, frozen=True):
    """A process began: its clock is `anchor_us` beyond the machine's monotonic one. `moved_us`: from the last one's.

    `lost_us`: the store was put back from a copy that is so old; what was committed since is lost, its ids and
    numbers are out in the world.
    """

    anchor_us: int
    moved_us: int | None = None  # None: there was none
    lost_us: int = 0


class LinkChanged(SystemEvent, frozen=True):
    source: str
    state: LinkState
    reason: str = ""


class NotifierChanged(SystemEvent, frozen=True):
    """It delivers, or has delivered nothing since `since_us`."""

    notifier: str
    state: LinkState
    since_us: int
    reason: str = ""


class SeenLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One living connection in a PBX's own list, as found at a resync."""

    call: str
    leg: str
    role: Literal["", "caller", "agent"] = ""
    state: Literal["initiated", "alerting", "connected", "held", "queued"] = "initiated"
    created_us: int | None = None  # our clock, from the PBX's running duration: ± 1 s
    caller: str = ""
    called: str = ""
    device: str = ""
    queue: str = ""
    direction: Literal["", "inbound", "outbound", "internal"] = ""
    hold_unknown: bool = False  # connected, and the list cannot tell whether the other party waits on hold


class Resynced(SystemEvent, frozen=True):
    """The complete list of a source's living legs after a (re)connect; what is not in it has ended unseen."""

    source: str
    legs: tuple[SeenLeg, ...]
    restarted: bool = False  # the PBX's own uptime says it began anew: all known calls are gone


class DeliverySettled(SystemEvent, frozen=True):
    """A notifier is done with an alert, for good or for ill."""

    alert: str
    notifier: str
    delivered: bool
    attempts: int
    reason: str = ""
    words: str = ""  # the peer's own


class DeliveriesSettled(SystemEvent, frozen=True):
    """Many that came together, in their order: in a burst one entry each would cost more than the deliveries."""

    each: tuple[DeliverySettled, ...]


def settlements(event: object) -> tuple[DeliverySettled, ...]:
    """What the event tells of deliveries, however many it folds; () for every other event."""
    if isinstance(event, DeliveriesSettled):
        return event.each
    return (event,) if isinstance(event, DeliverySettled) else ()


class DeliveryTried(msgspec.Struct, frozen=True, gc=False):
    alert: str
    notifier: str
    reason: str


class DeliveriesTried(SystemEvent, frozen=True):
    """First tries that came to nothing; their notifiers go on trying. Told once, not at every try."""

    each: tuple[DeliveryTried, ...]


class RecordsErased(SystemEvent, frozen=True):
    """Numbers, names and words of so many closed records are gone from the store, and from these entries before."""

    why: Literal["number", "age"]  # somebody asked; they were old enough
    records: int
    entries: int
    before_us: int | None = None  # "age": closed before


class Unparsed(SystemEvent, frozen=True):
    """What a source sent and nobody could read; the journal keeps the raw bytes beside it."""

    source: str
    reason: str
    call: str = ""
