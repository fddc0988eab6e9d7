"""The duty roster as an iCalendar file (RFC 5545), for people's own calendars."""

from collections.abc import Collection, Sequence

from rules.duty import person, shown_name, stints
from rules.moments import at_of
from rules.settings import RuleSet


def as_calendar(
    rules: RuleSet, named: Sequence[str], from_us: int, until_us: int, *, without: Collection[str] = ()
) -> bytes:
    """Every stint for the roles `named` that touches the span. The same stint has the same UID in every file."""
    from icalendar import Calendar, Event  # noqa: PLC0415  (it takes a while to load, and few need it)

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//hotline-gateway//duty//")
    for role in named:
        for stint in stints(rules, role, from_us, until_us):
            if stint.person in without:
                continue
            event = Event()
            event.add("uid", f"{role}-{stint.person}-{stint.from_us}@{rules.site}")
            event.add("summary", shown_name(person(rules, stint.person)))
            event.add("categories", [role])
            event.add("dtstart", at_of(stint.from_us))
            event.add("dtend", at_of(stint.until_us))
            event.add("dtstamp", at_of(from_us))
            calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
