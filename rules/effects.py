"""What a decision wants done: the alerts, and the changed things the store must take."""

from typing import Final, Literal

import msgspec

from rules.channels import Channel, UnitStatus
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation, Rule, Severity, Why
from rules.people import DutyChange
from rules.quiet import Quiet
from rules.settings import AcknowledgeBy

AlertKind = Literal["warning", "breach", "escalation", "cleared"]
WAITING_KINDS: Final[frozenset[AlertKind]] = frozenset({"breach", "escalation"})  # for somebody who acknowledges them
AlertState = Literal["raised", "acknowledged", "cleared", "expired"]
ReceiverState = Literal["queued", "sent", "delivered", "seen", "acknowledged", "failed", "nobody"]


class Climb(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What follows an alert that nobody acknowledges for `after_us`: these are told, by the words of the ladder."""

    after_us: int
    tell: tuple[str, ...]
    acknowledge: AcknowledgeBy = "one"


class Manner(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a ladder asks beside its steps, as it was at the breach. 0: it does not."""

    acknowledge_within_us: int
    notified_within_us: int
    act_within_us: int
    act_warn_before_us: int
    on_it_max_us: int
    snooze_max_us: int
    snoozes_max: int
    climbs_unreached: bool = False


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who has taken notice, and whose word that is: `by` may have written down what `person` said."""

    by: str
    at_us: int
    person: str = ""  # by id; "": nobody whom the configuration knows
    channel: str = ""  # by which the person said it, such as a telephone
    said: str = ""  # word for word


class HandOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """It was handed to another, who must take it in time."""

    by: str
    to: str  # "person:…" or "role:…"
    at_us: int
    person: str = ""  # who handed it over, by id, where the configuration knows him
    note: str = ""


class Fate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How far an alert has come with one receiver."""

    state: ReceiverState
    at_us: int
    error: str = ""


class Alert(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What we send to people. `key` is the idempotency key: the same for every try and after every restart.

    Carries facts, no wording: `adapters.notify.message` makes the texts.
    """

    id: str
    key: str
    site: str
    rule: Rule
    kind: AlertKind
    severity: Severity
    opened_us: int
    due_us: int
    raised_us: int
    incident_id: int = 0
    incident: str = ""  # the number people say; "" for an operator alert
    obligation: int = 0  # of no caller's matter: a number of its own
    call: str = ""  # our id of the call
    source: str = ""
    source_call: str = ""
    caller: str = ""
    line: str = ""
    device: str = ""
    ring: int | None = None
    unit: str = ""  # radio, as the next three
    unit_name: str = ""
    channel: str = ""
    calls: int | None = None
    seconds: float | None = None  # `cleared`: how long it took in the end
    late: bool = False  # the deadline passed while we were down
    certain: bool = True
    reason: str = ""
    clears: tuple[str, ...] = ()  # `cleared`: ids of the alerts it takes back or ends
    state: AlertState = "raised"
    acknowledged_us: int | None = None
    acknowledged_by: str = ""
    notified: dict[str, bool] = msgspec.field(default_factory=dict)  # target → delivered
    notifiers: tuple[str, ...] = ()  # the targets it was sent to: it stays live until each has settled
    fates: dict[str, Fate] = msgspec.field(default_factory=dict)  # target → how far it has come; none yet: queued
    unreached: tuple[str, ...] = ()  # roles and people whom the step named, and who cannot be reached
    orders: tuple[str, ...] = ()  # what goes to a PBX with it (rules.rescue): live until each has settled, too
    rung: int = 0  # its place in what its matter was told: 0 the breach itself, 1 what followed first …
    climbs: tuple[Climb, ...] = ()  # what is still to come; a later ladder does not change it
    manner: Manner | None = None  # as the above; None: it does not climb, or it is older than manners
    tell: tuple[str, ...] = ()  # the words of the ladder's step where it stands
    acknowledge: AcknowledgeBy = "one"  # of that step
    owing: tuple[str, ...] = ()  # people who must still acknowledge, by id
    acknowledgements: tuple[Acknowledgement, ...] = ()
    act_us: int | None = None  # acknowledged: something must be done by then
    done_by: str = ""  # who said that it is
    handed: HandOver | None = None
    snoozed_us: int | None = None  # silent until then
    snoozed_by: str = ""
    snoozes: int = 0  # so often
    left_us: int | None = None  # snoozed: so long after it the ladder goes on
    deeds: int = 0  # how often it was handed on or worked on: each is told, so there is a bound
    silenced: Why = ""  # why nobody was told
    tied_to: str = ""  # the alert that stands for this one, by id
    count: int | None = None  # this one stands for so many
    waiting: int | None = None  # of them so many still wait for somebody
    about: str = ""  # of no caller's matter: the notifier, the role, the plan's step that it is about
    stands: bool = False  # likewise: it goes on after somebody took notice, until it is over
    climb_us: int | None = None  # of no caller's matter: unacknowledged until then, it climbs
    reach_us: int | None = None  # likewise: it must have reached somebody by then


class Send(msgspec.Struct, frozen=True, gc=False):
    """One row of the outbox: this alert by this notifier, or to one person by it."""

    alert: str
    notifier: str  # the target: a notifier's name, or name/person


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of an incident's time line, for what the tables do not tell: revisions, check-ins, flags."""

    incident: int
    at_us: int
    what: str
    detail: str = ""
    seq: int = 0


class Decision(msgspec.Struct, gc=False):
    """What one entry changed. The same thing may stand in it more than once: its last state counts.

    Lists where one entry may change thousands (a storm's line is acknowledged); tuples where most have nothing to add:
    a Decision is made for each entry, and empty lists cost more than it does.
    """

    incidents: list[Incident] = msgspec.field(default_factory=list)
    obligations: list[Obligation] = msgspec.field(default_factory=list)
    alerts: list[Alert] = msgspec.field(default_factory=list)
    sends: tuple[Send, ...] = ()
    notes: list[Note] = msgspec.field(default_factory=list)
    sources: tuple[SourceStatus, ...] = ()
    forgotten: tuple[int, ...] = ()  # incident ids that leave the live table
    settled: list[str] = msgspec.field(default_factory=list)  # alert ids that leave the live table
    channels: tuple[Channel, ...] = ()
    units: tuple[UnitStatus, ...] = ()
    channels_gone: tuple[str, ...] = ()  # names that leave the live table
    units_gone: tuple[str, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    quiet_gone: tuple[str, ...] = ()  # keys that leave the live table, whatever `quiet` says of them
    duty: tuple[DutyChange, ...] | None = None  # all that stand; None: as before
    incident: int = 0  # Incident.id the entry belongs to, for the journal
