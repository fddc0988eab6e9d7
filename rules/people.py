"""Who works here and when: people, their shifts, the days off. Part of the rule set; `rules.duty` reads it."""

from datetime import date
from typing import Literal

import msgspec

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "workday", "day_off"]
Turn = Literal["day", "week"]


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who works here."""

    id: str  # as shifts name them
    name: str = ""  # as people call them
    number: str = ""  # the employee number, spoken in the greeting: 我是008号 (S4 篇1 §1)
    roles: tuple[str, ...] = ()  # held day and night, as far as no shift fills them
    reach: dict[str, str] = msgspec.field(default_factory=dict)  # notifier → the address there, such as a telephone's
    sites: tuple[str, ...] = ()  # whose people they are, where one gateway serves several; none named: everybody's


class Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """People stand for a role on certain days, in the site's time."""

    role: str
    people: tuple[str, ...]
    from_: str  # hh:mm
    to: str  # hh:mm; of the next day where it is not later than `from`
    days: tuple[Day, ...] = ()  # on which it begins; none named: every day
    turn: Turn | None = None  # one of them after the other, a day or seven; unset: all of them together
    since: date | None = None  # the first day; with `turn` the first one's
    until: date | None = None  # the last day
    instead: bool = False  # while it lasts nobody else stands for the role


class DayOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"day": "date"}):
    """A public holiday; or, `worked`, a weekend's day that is worked for it (调休上班)."""

    day: date
    until: date | None = None  # the last day, where there are more
    name: str = ""
    worked: bool = False


class Stint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person stands for one role from one moment until another, the latter not included."""

    role: str
    person: str
    from_us: int
    until_us: int
    instead: bool = False


class DutyChange(Stint, frozen=True, kw_only=True, omit_defaults=True):
    """Duty otherwise than planned, as somebody said at the desk: `instead` of all others for the role, or beside them.

    With `instead_of` it is that person's part of the plan, as far as it falls into the time.
    """

    id: str
    instead_of: str = ""  # a person's id
    by: str = ""
    reason: str = ""
