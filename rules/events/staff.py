"""What people at the desk do, on the board or through the API. `by` is who was signed in."""

from typing import Literal

import msgspec

from rules.quiet import Scope

FactName = Literal["time", "place", "matter", "person", "handling", "kind"]
ViewName = Literal["language", "theme", "density", "sound", "filter_kind", "filter_place"]


class StaffEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: str


class AlertEvent(StaffEvent, frozen=True):
    """About an alert, and so about all of its matter."""

    alert: str


class AlertAcknowledged(AlertEvent, frozen=True):
    """Somebody has taken notice; or `by` writes down that `person` has, who said so by `channel`."""

    note: str = ""
    channel: str = ""  # by which it came: "phone", "link", "mqtt"; "": the desk
    person: str = ""  # by id: whose it is, if not `by`'s own
    said: str = ""  # by that person, word for word


class AlertHandedOver(AlertEvent, frozen=True):
    to: str  # "person:…" or "role:…"
    note: str = ""


class AlertSnoozed(AlertEvent, frozen=True):
    for_us: int


class AlertWorkedOn(AlertEvent, frozen=True):
    """I am on it, for so long."""

    for_us: int
    note: str = ""


class AlertDone(AlertEvent, frozen=True):
    """What it asks for is done, by means that we do not see."""

    note: str = ""


class AlertSeen(AlertEvent, frozen=True):
    """It was shown to `by`."""


class CheckedIn(StaffEvent, frozen=True):
    """The waiting caller of this incident was greeted again."""

    incident: str


class CalledBack(StaffEvent, frozen=True):
    """The missed caller of this incident was reached by other means than a call we saw."""

    incident: str
    note: str = ""


class HailAnswered(StaffEvent, frozen=True):
    """Control answered this radio incident's unit by other means than a transmission we saw, or says that it did."""

    incident: str


class PromiseGiven(StaffEvent, frozen=True):
    """Control said "please wait, I will answer at once when I know": the unit waits for us. S4 篇5 §3.3 d1."""

    incident: str
    note: str = ""


class PromiseKept(StaffEvent, frozen=True):
    """The unit of this incident has its answer."""

    incident: str
    note: str = ""


class FactsTold(StaffEvent, frozen=True):
    """What the desk wrote into a record: time, place, matter, person, wanted handling (S4 篇5 §3.3 e1), and its kind.

    Only what is named here changes; "" takes a fact out again. `knew`: what the writer saw there before; a fact that
    somebody else has changed meanwhile stays as it is.
    """

    incident: str
    facts: dict[FactName, str]
    knew: dict[FactName, str] | None = None


class NoteTaken(StaffEvent, frozen=True):
    """A line for the record's time line, in the writer's own words."""

    incident: str
    text: str


class IncidentClaimed(StaffEvent, frozen=True):
    """`by` takes care of this record from now on.

    Nobody else's claim is taken away but one that has become stale; a supervisor's `override` takes any, with a reason.
    """

    incident: str
    override: bool = False
    reason: str = ""


class IncidentReleased(StaffEvent, frozen=True):
    """`by` gives the record back: anybody may take it."""

    incident: str


class IncidentParked(StaffEvent, frozen=True):
    """It waits for something outside; it stays on the board until somebody goes on with it or completes it."""

    incident: str
    note: str = ""


class IncidentCompleted(StaffEvent, frozen=True):
    """Nothing is left to be done."""

    incident: str
    note: str = ""


class ViewKept(StaffEvent, frozen=True):
    """How `by` likes the board: it follows them to any screen. What is not named stays."""

    view: dict[ViewName, str]


class MaintenanceBegun(StaffEvent, frozen=True):
    """Somebody works on something: alerts about it are not told until then. `window` names it, for good."""

    window: str
    until_us: int
    scope: Scope
    reason: str


class MaintenanceEnded(StaffEvent, frozen=True):
    """The window with this key is over, sooner than announced."""

    window: str
    note: str = ""


class AlertTested(StaffEvent, frozen=True):
    """An alert that is only a test goes to whom `to` names, by the words of a ladder."""

    test: str  # names it, for good
    to: tuple[str, ...]


class DutyChanged(StaffEvent, frozen=True):
    """From one moment until another somebody stands for a role otherwise than planned. `change` names it, for good."""

    change: str
    role: str
    person: str  # by id, as the next
    from_us: int
    until_us: int
    instead: bool = False  # nobody else stands for the role meanwhile
    instead_of: str = ""  # only as far as this person would have
    reason: str = ""


class DutyChangeEnded(StaffEvent, frozen=True):
    """What was changed is as planned again, from now on."""

    change: str
    note: str = ""
