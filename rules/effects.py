"""What a decision wants done: the alerts, and the changed things the store must take."""

from typing import Literal

import msgspec

from rules.channels import Channel, UnitStatus
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation, Rule, Severity

AlertKind = Literal["warning", "breach", "escalation", "cleared"]
AlertState = Literal["raised", "acknowledged", "cleared", "expired"]


class Climb(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What follows an alert that nobody acknowledges for `after_us`: these are told, by the words of the ladder."""

    after_us: int
    tell: tuple[str, ...]


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
    obligation: int = 0
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
    rung: int = 0  # how far it has climbed: 0 the breach itself, 1 the first escalation …
    climbs: tuple[Climb, ...] = ()  # what is still to come; a later ladder does not change it


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

    Tuples where most entries have nothing to add: a Decision is made for each, and empty lists cost more than it does.
    """

    incidents: list[Incident] = msgspec.field(default_factory=list)
    obligations: list[Obligation] = msgspec.field(default_factory=list)
    alerts: tuple[Alert, ...] = ()
    sends: tuple[Send, ...] = ()
    notes: tuple[Note, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    forgotten: tuple[int, ...] = ()  # incident ids that leave the live table
    settled: tuple[str, ...] = ()  # alert ids that leave the live table
    channels: tuple[Channel, ...] = ()
    units: tuple[UnitStatus, ...] = ()
    channels_gone: tuple[str, ...] = ()  # names that leave the live table
    units_gone: tuple[str, ...] = ()
    incident: int = 0  # Incident.id the entry belongs to, for the journal
