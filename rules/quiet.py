"""What keeps alerts from being told one by one, or at all: windows of silence, storms, and troubles of our own."""

from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from rules.obligations import Rule, Severity, Why
from rules.people import Day

Medium = Literal["phone", "radio", "counter"]


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which alerts: of all that is named here; what is not named does not matter."""

    sources: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


class Maintenance(Scope, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Work is done on something: its rules judge as ever, nobody is told, and one line tells the rest at its end.

    Either `begins` and `ends`, or `from` and `to` of certain days, in the site's time. Without sources, lines,
    channels and rules: the whole site. Emergencies are told all the same.
    """

    name: str
    reason: str
    begins: datetime | None = None  # a moment, once
    ends: datetime | None = None
    from_: str = ""  # hh:mm, week by week
    to: str = ""  # hh:mm; of the next day where it is not later than `from`
    days: tuple[Day, ...] = ()  # on which it begins; none named: every day
    since: date | None = None  # the first day
    until: date | None = None  # the last day


class MaintenanceByHand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Maintenance that somebody announces while the gateway runs."""

    longest_s: float = 28_800.0  # it ends by itself


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Days and times of day, in the site's time."""

    from_: str  # hh:mm
    to: str  # hh:mm; of the next day where it is not later than `from`
    days: tuple[Day, ...] = ()  # on which it begins; none named: every day


class ServiceHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"opening": "open"}):
    """When a medium is attended. Each verdict says whether it fell into the hours."""

    medium: Medium
    after_hours: str = "same"  # or "ladder:NAME" ([[ladder_for]] name), or "record_only": judged, and told next morning
    opening: tuple[Opening, ...]


class StormRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many alerts of one kind become one line with a count."""

    enabled: bool = True
    alone: int = 20  # so many within `window_s` are told one by one
    window_s: float = 60.0
    update_every_s: float = 30.0  # the line is told again at most so often
    over_after_s: float = 60.0  # so long without a new one: the storm is over


class Window(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False, tag="window"):
    """A time of silence, announced or running."""

    wait_kind: ClassVar[Literal[-2]] = -2  # looked at before all else: what is due as it ends is told

    key: str  # maintenance:NAME, by_hand:ID, after_hours:phone
    why: Why
    from_us: int
    until_us: int
    scope: Scope = Scope()
    medium: str = ""  # after_hours: which incidents; else any
    reason: str = ""
    by: str = ""  # who announced it; "" for the configuration
    id: int
    on: bool = False
    held: dict[str, int] = msgspec.field(default_factory=dict)  # by kind: how many alerts were not told

    @property
    def next_us(self) -> int | None:
        return self.until_us if self.on else self.from_us


class Storm(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False, tag="storm"):
    """Alerts of one kind at one place: how many came lately, and the line that stands for those not told singly."""

    wait_kind: ClassVar[Literal[7]] = 7  # looked at after all else: its line counts all that came of a moment

    key: str  # storm/RULE/KIND/PLACE
    rule: Rule
    kind: Literal["warning", "breach"]
    severity: Severity
    source: str = ""
    channel: str = ""
    recent: tuple[int, ...] = ()  # when the latest came, at most one more than are told singly
    id: int
    line: str = ""  # the first line of this storm, by id; "": it only counts
    running: bool = False  # new ones are held; else the line only waits for whom it stands for
    since_us: int = 0  # the first that was held
    last_us: int = 0  # the latest
    count: int = 0  # so many are held
    repeats: int = 0  # of them so many of a matter that the line stood for already
    lines: int = 0  # so often told
    told_us: int = 0  # last
    told_count: int = 0  # as told then
    early: bool = False  # told while more of the same moment waited to be judged: told anew when they are
    unacknowledged_since_us: int | None = None
    rung: int = 0  # how far the line has climbed
    told: tuple[str, ...] = ()  # the targets that heard of it: they hear also when it is over
    told_all: bool = False  # its last line reached nobody, so all notifiers were tried
    next_us: int | None = None


class Trouble(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False, tag="trouble"):
    """Somebody must put it right, though no caller waits for it: told when it is due, until it is over."""

    wait_kind: ClassVar[Literal[8]] = 8

    key: str  # notifier/NAME, role/NAME, plan/RUN/STEP, unreadable/SOURCE
    rule: Rule
    name: str  # of what is wrong
    owner: str = ""  # the role that puts it right
    state: str = ""
    reason: str = ""
    id: int
    since_us: int
    alert: str = ""  # the alert that says so
    signed: tuple[str, ...] = ()  # approval: by whom, as far as it goes
    next_us: int | None = None  # when it is told; afterwards, when it is looked at again
    unreadable: int = 0  # messages of a source
    last_us: int = 0  # the latest of them


Quiet = Window | Storm | Trouble
