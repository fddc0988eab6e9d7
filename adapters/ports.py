"""What the pipeline asks of the outside: sources bring events, notifiers carry alerts, the store keeps all.

An implementation of a port is found by the contract tests (tests/contract) through adapters.registry.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypedDict, Unpack, runtime_checkable

import msgspec

from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Note, Send
from rules.events import Entry, Event
from rules.events.staff import ViewName
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation
from rules.people import DutyChange
from rules.quiet import Quiet


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """One event on its way in.

    `at_us` is our clock when its last byte arrived. `key`: two incoming with an equal key are the same
    event, told twice (16 bytes, already hashed with the source's name); None: never the same as another.
    `raw`: the bytes it was read from, kept in the journal as proof.
    """

    event: Event
    at_us: int
    key: bytes | None = None
    raw: bytes | None = None


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """What became of one incoming event: its journal `seq`, or None for one we already had."""

    seq: int | None


KNOWN = Admitted(None)


class Intake(Protocol):
    """The front door, as a source sees it: gateway.pipeline implements it."""

    def now_us(self) -> int:
        """Our clock: wall time anchored once, then monotonic."""

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]:
        """Return once all `events` are committed to disk, in order.

        Raises Overloaded (nothing was accepted) or StoreError (nothing is promised: come again).
        """

    def keep(self, events: Sequence[Incoming]) -> asyncio.Future[list[Admitted]]:
        """As `submit`, for who cannot ask his peer to come again: at once in line, and there until committed.

        What becomes due after them is decided after them, however slow the store is, or if it fails meanwhile.
        Raises Overloaded (nothing was accepted).
        """


class Source(Protocol):
    """A connection we keep up ourselves (a PBX listened to). A webhook source has no task: the web serves it."""

    name: str

    async def run(self, intake: Intake) -> None:
        """Connect, read, keep alive, reconnect, for ever; leave on cancellation, with everything closed."""


DeliveryReason = Literal[
    "",
    "unreachable",
    "timeout",
    "refused",  # the peer said no, for good (4xx, 410, not authorised)
    "server_error",
    "throttled",
    "blocked_address",
    "too_large",
    "gave_up",  # out of attempts
    "over",  # nothing is left to tell, or to do
    "busy",  # a telephone, as all below
    "no_answer",
    "declined",  # whoever answered handed it on
    "hung_up",  # before it was told
    "unavailable",
    "congestion",
]


class Delivered(NamedTuple):
    """The peer has it."""


class Retry(NamedTuple):
    """Not now: try again, not before `after_s` where the peer named a time."""

    reason: DeliveryReason
    after_s: float | None = None
    words: str = ""  # the peer's own


class Rejected(NamedTuple):
    """Never: trying again cannot help."""

    reason: DeliveryReason
    words: str = ""  # the peer's own


Delivery = Delivered | Retry | Rejected


class Notifier(Protocol):
    """One way by which alerts leave."""

    name: str

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        """Keep up a broker connection, say; tell `link_changed(state, reason)`; leave on cancellation."""

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        """One try to deliver the finished alert document (adapters.notify.message). Never raises for a peer's fault."""


@runtime_checkable
class LooksAhead(Protocol):
    """A notifier that may send many alerts as one: it hears of those, too, that wait behind another of their matter."""

    def expect(self, alert: Mapping[str, Any], key: str) -> None:
        """`send` will come, or has no need to. Must not wait."""


class AlertDesk(Protocol):
    """What became of alerts, for a notifier by which people also answer."""

    def is_raised(self, alert: str) -> bool:
        """Whether nobody has acknowledged it and it is not over."""

    async def acknowledge(self, alert: str, by: str, channel: str, note: str = "") -> bool:
        """On disk when it returns; False where no such alert is live. Raises Overloaded or StoreError."""


@runtime_checkable
class HearsAnswers(Protocol):
    """A notifier by which people also acknowledge."""

    def answer_to(self, desk: AlertDesk) -> None:
        """Before `run`."""


@runtime_checkable
class CarriesLinks(Protocol):
    """A notifier whose messages a person reads where a link can be opened."""

    carries_links: bool


@runtime_checkable
class TakesTime(Protocol):
    """A notifier whose one try may last longer than that of others."""

    try_s: float


@runtime_checkable
class Rescues(Protocol):
    """A source that can send a caller elsewhere whom nobody answers."""

    def rescuer(self) -> Notifier | None:
        """Carries out the orders of rules.rescue; None where the configuration names no place."""


@runtime_checkable
class TextSender(Protocol):
    """A source through whose station texts can be sent to units."""

    def why_not(self, unit: str, text: str) -> str:
        """Why no such text can go to `unit`; "" where it can."""

    async def send_text(self, unit: str, text: str, id: str, *, ack_within_s: float) -> Delivery:  # noqa: A002
        """One try. The same `id` again is the same text."""


@runtime_checkable
class UsesSources(Protocol):
    """A notifier that sends through a source."""

    def attach(self, sources: Iterable[Source]) -> None:
        """Before `run`. Raises ConfigError where none of them will do."""


@runtime_checkable
class HoldsSecrets(Protocol):
    """Has read secrets when it was made, and can change them for new ones while it runs."""

    @property
    def name(self) -> str: ...
    def read_secrets_again(self) -> bool:
        """From where they lie; whether they have changed. Raises OSError, KeyError or ValueError: the old ones hold."""


@runtime_checkable
class ShowsSources(Protocol):
    """A notifier that also shows who of the sources is heard."""

    def source_changed(self, name: str, state: str, reason: str, since_us: int | None) -> None:
        """Must not wait. `since_us`: None for one that was never heard."""


@runtime_checkable
class ShowsHeartbeat(Protocol):
    """A notifier that also shows when events were last committed."""

    def beat(self, at_us: int) -> None:
        """Must not wait."""


class LiveState(msgspec.Struct):
    """All that a restart needs: what is open."""

    seq: int  # the last committed journal entry
    at_us: int  # its time
    last_id: int  # the highest id given to an incident or obligation
    incidents: list[Incident]
    alerts: list[Alert]
    sources: list[SourceStatus]
    pending: list[Send]  # the outbox's unsettled rows
    rules: bytes | None  # the last RulesTaken event, JSON; None on a new store
    last_number: str = ""  # the last given out or passed over: numbers go on after a restart
    channels: list[Channel] = msgspec.field(default_factory=list)
    units: list[UnitStatus] = msgspec.field(default_factory=list)
    anchor_us: int | None = None  # of the last ClockAnchored event
    views: dict[str, dict[ViewName, str]] = msgspec.field(default_factory=dict)  # how each person likes the board
    place: str = ""  # what tells the store from one that was put back from a copy of it
    restored: bool = False  # put back from a copy since that event: what was committed after the copy is lost
    quiet: list[Quiet] = msgspec.field(default_factory=list)
    duty: tuple[DutyChange, ...] = ()


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """One entry as it is journalled; `error` tells why it is undecided."""

    entry: Entry
    key: bytes | None
    raw: bytes | None
    incident: int
    error: str


class Batch(msgspec.Struct):
    """What one transaction commits; mappings hold each changed thing once, in its last state."""

    journal: list[JournalRow]
    incidents: dict[int, Incident]
    obligations: dict[int, Obligation]
    alerts: dict[str, Alert]
    sends: list[Send]
    notes: list[Note]
    sources: dict[str, SourceStatus]
    forgotten: set[int]
    settled: set[str]
    last_id: int
    last_number: str = ""
    channels: dict[str, Channel] = msgspec.field(default_factory=dict)
    units: dict[str, UnitStatus] = msgspec.field(default_factory=dict)
    channels_gone: set[str] = msgspec.field(default_factory=set)
    units_gone: set[str] = msgspec.field(default_factory=set)
    quiet: dict[str, Quiet] = msgspec.field(default_factory=dict)
    quiet_gone: set[str] = msgspec.field(default_factory=set)
    duty: tuple[DutyChange, ...] | None = None  # all that stand, where they changed


class IncidentsAsked(TypedDict, total=False):
    """What reception records must hold to be found; each that is named counts."""

    since_us: int
    until_us: int  # not included
    number: str
    outcome: str
    caller: str
    caller_ends: str  # its last digits
    unit: str
    medium: str
    direction: str
    line: str
    rule: str  # with `verdict`: that one had it
    verdict: str
    in_hours: bool  # some verdict of it fell into the hours of service, or outside them
    person: str  # a part of the name of who answered
    kind: str
    text: str  # words, each of which stands somewhere in the record
    within: Sequence[tuple[int, int]]  # spans, in order: opened in one of them


class AuditRow(NamedTuple):
    """One entry of the audit, as it is kept; `detail` is the JSON text over which the hash goes."""

    seq: int
    at_us: int
    who: str
    what: str
    target: str
    address: str
    detail: str
    hash: bytes


class Page(NamedTuple):
    """One page of an answer: rows as JSON-ready mappings, and the cursor of the next page."""

    items: list[dict[str, Any]]
    next: str | None


class Store(Protocol):
    """The intake store: journal, live things, records, outbox, behind one writer.

    Every method raises StoreError for what the database did wrong, and nothing else.
    """

    async def open(self) -> None:
        """Migrate to the current schema, check durability settings by reading them back, take the lock."""

    async def close(self) -> None: ...

    async def load(self) -> LiveState: ...

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Which of `keys` the journal already has; of those that are under way, it may tell either."""

    def commit(self, batch: Batch) -> Awaitable[None]:
        """All of it, durable once this is awaited; or StoreError and none of it.

        The batch is read before this returns: the things in it change in place while it is being committed. It may
        follow one that is still under way: if that fails, so does this, as it does not continue the journal.
        """

    async def incidents(self, *, limit: int, cursor: str | None = None, **asked: Unpack[IncidentsAsked]) -> Page:
        """Newest first. Here as in every page: a cursor that we did not give is a ValueError.

        A page may hold fewer than `limit`, even none, and still have a `next`.
        """

    async def obligations(self, *, state: str | None, limit: int, cursor: str | None = None) -> Page: ...

    async def alerts(
        self, *, state: str | None, limit: int, cursor: str | None = None, tied_to: str | None = None
    ) -> Page: ...

    async def timeline(self, number: str) -> list[dict[str, Any]]:
        """An incident's journal entries and notes, oldest first."""

    async def unparsed(self, *, limit: int, cursor: str | None = None) -> Page: ...

    async def journal(self, *, after_seq: int, limit: int, until_us: int | None = None) -> list[Entry]:
        """Entries after `after_seq`, in order: what replay and the rebuild test read."""


class AccessStore(Protocol):
    """Of the same store: who may come in, and the audit. Every method raises StoreError, as the Store's do."""

    async def access(self) -> dict[str, str]:
        """Accounts, tokens and sessions: the kept documents by their keys."""

    async def keep_access(self, kept: Mapping[str, str], dropped: Sequence[str], audit: Sequence[AuditRow]) -> None:
        """All of it and the entries that tell of it, durable on return; or StoreError."""

    async def audit(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        since_us: int | None = None,
        who: str | None = None,
        what: str | None = None,
        target: str | None = None,
    ) -> Page:
        """Newest first."""

    async def audit_rows(self, *, after_seq: int, limit: int) -> list[AuditRow]:
        """Entries after `after_seq`, in order: what verifies the chain."""

    async def last_audit_row(self) -> AuditRow | None: ...
