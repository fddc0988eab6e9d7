"""A duty roster as calendars keep it: an iCalendar file (RFC 5545), each event a stint of whom its title names.

Repetitions are unrolled for the year before, this one and the next: by itself the rule set changes once a year.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from re import split
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from adapters.kinds import Problem
from gateway.reading import nearest, shown
from rules.duty import shown_name
from rules.moments import us_of
from rules.people import Person, Stint

if TYPE_CHECKING:  # the library takes a while to load: only who has such a file waits for it
    from icalendar import Event

_BYTES_MAX = 4 << 20
_STINTS_MAX = 5_000
_LASTS_MAX = timedelta(days=31)
_NOT_SHIFTS = {"BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER"}
# As the libraries say it; OSError of a time zone whose name is that of a folder, or too long for a file.
_UNREADABLE = (ValueError, KeyError, IndexError, OverflowError, TypeError, AttributeError, OSError)
_YEAR_MIN = 1900  # no roster is older, and each day since then is walked through
# For a rule that no day fulfils (each 30 February) the library looks to the end of its time, the year 9999. The
# calendar is the same every 400 years, to the day of the week: so rules are unrolled not long before that end.
_LATER = timedelta(days=19 * 146_097)
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


class RosterTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A [[roster]] table: a calendar file that says who stands for a role when."""

    role: str
    calendar_file: str  # iCalendar; an event's title is a person's id, name or number, or several of them
    instead: bool = False  # while an event lasts nobody else stands for the role


class _Unusable(Exception):
    """An event that cannot be a stint; the text says why, with the cure."""


class _Planned(NamedTuple):
    """One event of the calendar. `moves`: it is that occurrence of a repeated event, at another time."""

    uid: str
    title: str
    begin: datetime
    lasts: timedelta
    moves: datetime | None
    event: "Event"


def read_roster(
    table: RosterTable, file: Path, people: Sequence[Person], *, zone: tzinfo, today: date, problems: list[Problem]
) -> list[Stint]:
    """The file's stints; what is wrong with it is added to `problems`, event by event, each with its cure."""
    key = f"roster.{table.role}.calendar_file"
    planned = []
    stints: list[Stint] = []
    for event in _events(file, key, problems):
        with _told(problems, key, event):
            planned.append(_planned(event, zone))
    moved = {(one.uid, one.moves) for one in planned if one.moves is not None}
    for one in planned:
        with _told(problems, key, one.event):
            named = _people(one.title, people)
            for begin, end in _spans(one, zone, today):
                if one.moves is not None or (one.uid, begin) not in moved:
                    stints += [
                        Stint(
                            role=table.role,
                            person=who,
                            from_us=us_of(begin),
                            until_us=us_of(end),
                            instead=table.instead,
                        )
                        for who in named
                    ]
        if len(stints) > _STINTS_MAX:
            problems.append(
                Problem(key, str(file), f"more than {_STINTS_MAX} stints in three years: is it a duty roster?")
            )
            return []
    return sorted(stints, key=lambda stint: (stint.from_us, stint.person))


@contextmanager
def _told(problems: list[Problem], key: str, event: "Event") -> Iterator[None]:
    """What is wrong with this event is a problem of the configuration."""
    try:
        yield
    except _Unusable as unusable:
        problems.append(Problem(key, shown("", str(event.get("SUMMARY", ""))), str(unusable)))
    except _UNREADABLE as error:
        problems.append(Problem(key, shown("", str(event.get("SUMMARY", ""))), f"cannot be read: {error}"))


def _events(file: Path, key: str, problems: list[Problem]) -> "list[Event]":
    from icalendar import Calendar  # noqa: PLC0415  (see TYPE_CHECKING above)

    try:
        content = file.read_bytes()
    except OSError as error:
        problems.append(Problem(key, str(file), f"{error.strerror}: write the file there, or name another"))
        return []
    if len(content) > _BYTES_MAX:
        problems.append(Problem(key, str(file), f"a calendar has at most {_BYTES_MAX >> 20} MiB: is it this file?"))
        return []
    try:
        calendar = Calendar.from_ical(content)
        events = calendar.events  # another component has none
    except _UNREADABLE as error:
        problems.append(Problem(key, str(file), f"no iCalendar file (RFC 5545): {error}"))
        return []
    return [event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]


def _planned(event: "Event", zone: tzinfo) -> _Planned:
    begin, end, lasts = (_value(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if not isinstance(begin, date):
        raise _Unusable("the event has no beginning (DTSTART)")
    if begin.year < _YEAR_MIN:
        raise _Unusable(f"the event begins before {_YEAR_MIN}: let it begin when the duty did")
    begins = _start(begin, zone)
    if isinstance(end, date):  # by the wall's clock
        lasts = _start(end, zone).astimezone(begins.tzinfo).replace(tzinfo=None) - begins.replace(tzinfo=None)
    elif not isinstance(lasts, timedelta):
        lasts = timedelta() if isinstance(begin, datetime) else timedelta(days=1)
    if not timedelta() < lasts <= _LASTS_MAX:
        raise _Unusable("the event must end after it begins, and within a month")
    moves = _value(event, "RECURRENCE-ID")
    return _Planned(
        uid=str(event.get("UID")),
        title=str(event.get("SUMMARY", "")),
        begin=begins,
        lasts=lasts,
        moves=_start(moves, zone) if isinstance(moves, date) else None,
        event=event,
    )


def _value(event: "Event", name: str) -> date | timedelta | None:
    found = event.get(name)
    if isinstance(found, list):
        raise _Unusable(f"{name} stands in it more than once")
    return None if found is None else found.dt


def _people(title: str, people: Sequence[Person]) -> list[str]:
    known = {word: one.id for one in people for word in (one.number, one.name, shown_name(one), one.id) if word}
    named = [word.strip() for word in split(r"[,，、;；/&+]", title) if word.strip()]
    for word in named:
        if word not in known:
            raise _Unusable(
                f"{nearest(word, known)}the title names nobody: write the id, name or number of a [[person]]"
            )
    if not named:
        raise _Unusable("the event has no title: write who stands, by the id, name or number of a [[person]]")
    return [known[word] for word in named]


def _spans(planned: _Planned, zone: tzinfo, today: date) -> Iterator[tuple[datetime, datetime]]:
    """Each occurrence that touches the three years."""
    first = datetime(today.year - 1, 1, 1, tzinfo=zone)
    last = datetime(today.year + 2, 1, 1, tzinfo=zone)
    for begin in islice(_occurrences(planned, first - planned.lasts, last, zone), _STINTS_MAX + 1):
        if begin >= last:
            return
        end = (begin.replace(tzinfo=None) + planned.lasts).replace(tzinfo=begin.tzinfo)
        if end > first:
            yield begin, end


def _occurrences(planned: _Planned, after: datetime, before: datetime, zone: tzinfo) -> Iterator[datetime]:
    """By the wall's clock of the event's own zone: 08:00 stays 08:00 when the clocks change."""
    from dateutil.rrule import rruleset, rrulestr  # noqa: PLC0415

    event, own = planned.event, planned.begin.tzinfo

    def late(moment: datetime) -> datetime:
        return moment.astimezone(own).replace(tzinfo=None) + _LATER

    begin = late(planned.begin)
    rules = rruleset()
    for recurrence in event.rrules:
        frequency = str(recurrence.get("FREQ", [""])[0])
        if frequency not in _FREQUENCIES or _NOT_SHIFTS & set(recurrence):
            raise _Unusable("repeats more than once a day: let it repeat daily, weekly, monthly or yearly")
        if min(recurrence.get("INTERVAL", [1])) < 1:  # the library would never come to an end
            raise _Unusable("repeats every 0 days (INTERVAL): let it be 1 or more")
        until = recurrence.pop("UNTIL", None)
        if until is not None:
            latest = until[0] if isinstance(until[0], datetime) else datetime.combine(until[0], time.max)
            recurrence["UNTIL"] = [late(min(_in_zone(latest, zone), before))]
        rules.rrule(rrulestr(recurrence.to_ical().decode(), dtstart=begin))  # type: ignore[arg-type]
    rules.rdate(begin)
    for added in event.rdates:
        rules.rdate(late(_start(added[0], zone)))
    for left_out in event.exdates:
        rules.exdate(late(_start(left_out, zone)))
    for occurrence in rules.xafter(late(after), inc=True):
        yield (occurrence - _LATER).replace(tzinfo=own)


def _start(moment: date | datetime, zone: tzinfo) -> datetime:
    """A day begins at the site's midnight."""
    return _in_zone(moment if isinstance(moment, datetime) else datetime.combine(moment, time.min), zone)


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """A time without a zone is the site's."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
