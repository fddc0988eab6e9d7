"""The oracles of promise, roll_call and emergency: what was said by radio, and what followed."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeGuard

from rules.effects import Alert
from rules.events import (
    ClockAnchored,
    Emergency,
    Entry,
    Event,
    LinkChanged,
    PromiseGiven,
    PromiseKept,
    RadioEvent,
    Recorded,
    RecordsErased,
    RulesTaken,
    Text,
)
from rules.incidents import Incident
from tests.simulation.checks import Judged
from tests.simulation.dues import A_DAY_US, SECOND_US, WITHIN_US, judged_by, of_rule
from tests.simulation.house import NOTIFIERS
from tests.simulation.stations import KINDS
from tests.simulation.world import World

HEARD_EVERY_US = {"100-4001": 300 * SECOND_US, "1001": 420 * SECOND_US}
HEARD_BY = {"100-4001": "gate", "1001": "yard"}
DOWN_US = 10 * SECOND_US  # noticed so late, nobody was listening
SAME_EMERGENCY_US, EMERGENCY_AGAIN_US = 60 * SECOND_US, 30 * SECOND_US
SAME_BREATH_US = 5 * SECOND_US  # a text so soon after a promise is the promise itself
NEAR_US = 3 * SECOND_US  # a station's own clock may date an emergency


# -- promise ------------------------------------------------------------------------------------------------------


def promises(entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    for record in records:
        incident = record.incident
        if incident.medium != "radio":
            continue
        expected = _promised(incident, entries)
        made = of_rule(record, "promise")
        if expected and _spoken_to(incident, expected[0][0], entries):  # what followed may be another promise
            expected, made = expected[:1], made[:1]
        if [o.opened_by for o in made] != [given.seq for given, _ in expected]:
            yield f"{incident.number} was promised by {[o.opened_by for o in made]}, and should be by {expected}"
            continue
        for owed, (given, kept) in zip(made, expected, strict=True):
            due_us = given.at_us + WITHIN_US["promise"][owed.rule_set]
            if not _spoken_to(incident, given, entries):
                yield from judged_by(owed, due_us, kept, entries[-1].at_us, incident.unit)


def _promised(incident: Incident, entries: Sequence[Entry]) -> list[tuple[Entry, Entry | None]]:
    """Who is promised something twice is promised it once, until it is kept: by hand, or by what control writes."""
    found: list[tuple[Entry, Entry | None]] = []
    texts: set[str] = set()
    for entry in entries:
        event, waits = entry.event, bool(found) and found[-1][1] is None
        if isinstance(event, PromiseGiven) and event.incident == incident.number and not waits:
            found.append((entry, None))
        elif isinstance(event, PromiseKept) and event.incident == incident.number and waits:
            found[-1] = (found[-1][0], entry)
        elif _is_written_to(event, incident) and not (event.id and event.id in texts):  # else heard once more
            texts.add(event.id)
            if waits and entry.at_us - found[-1][0].at_us > SAME_BREATH_US:
                found[-1] = (found[-1][0], entry)
    return found


def _is_written_to(event: Event, incident: Incident) -> TypeGuard[Text]:
    if not isinstance(event, Text) or event.called != incident.unit:
        return False
    return event.unit in KINDS[event.source].settings.own_units


def _spoken_to(incident: Incident, given: Entry, entries: Sequence[Entry]) -> bool:
    """Control addressed it by name and voice: whether that was long enough is for the radio's oracle."""
    return any(
        isinstance(e.event, RadioEvent)
        and not isinstance(e.event, Text)
        and e.event.called == incident.unit
        and e.seq > given.seq
        for e in entries
    )


# -- roll_call ----------------------------------------------------------------------------------------------------


def roll_calls(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    for unit in HEARD_EVERY_US:
        expected = Watched(unit).told(entries)
        alerts = [a for a in world.disk.all_alerts.values() if a.rule == "roll_call" and a.unit == unit]
        found = sorted(
            (a.raised_us, str(a.kind)) for a in alerts if a.kind != "escalation"
        )  # that is the ladder's oracle's
        if found != expected:
            yield f"of {unit} it was told {found}, and should be {expected}"


class Watched:
    """One post that must be heard every so often, while its base station can hear it."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.every_us = HEARD_EVERY_US[unit]
        self.since_us: int | None = None
        self.ever_heard = False
        self.missing = False
        self.in_touch = True
        self.alerts: list[tuple[int, str]] = []

    def told(self, entries: Sequence[Entry]) -> list[tuple[int, str]]:
        for entry in entries:
            if not isinstance(entry.event, ClockAnchored | RecordsErased):  # nothing fell due before these
                self._passes(entry.at_us)
            self._sees(entry)
        return self.alerts

    def _passes(self, at_us: int) -> None:
        if self.since_us is None or self.missing or at_us < self.since_us + self.every_us:
            return
        deaf = self.ever_heard and not self.in_touch
        if at_us - self.since_us - self.every_us > DOWN_US or deaf:
            self.since_us = at_us
        else:
            self.missing = True
            self.alerts.append((at_us, "breach"))

    def _sees(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, RulesTaken):
            self.since_us = entry.at_us
        elif isinstance(event, LinkChanged) and event.source == HEARD_BY[self.unit]:
            was, self.in_touch = self.in_touch, event.state in ("unknown", "online")
            if self.in_touch and not was and self.ever_heard:
                self.since_us = entry.at_us
        elif isinstance(event, RadioEvent) and not isinstance(event, Recorded) and event.unit == self.unit:
            self.since_us, self.ever_heard = entry.at_us, True
            if self.missing:
                self.missing = False
                self.alerts.append((entry.at_us, "cleared"))


# -- emergency ----------------------------------------------------------------------------------------------------


def emergencies(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    told = [a for a in world.disk.all_alerts.values() if a.severity == "emergency" and a.kind == "breach"]
    first = {(a.unit, a.raised_us): a for a in told if a.id.endswith("-breach0")}
    raised, sure = _raised(entries)
    for unit, at_us in sorted(first.keys() - raised.keys()):
        if unit in sure:
            yield f"of {unit} one was told at {at_us} that was none"
    for (unit, at_us), entry in raised.items():
        alert = first.get((unit, at_us))
        if unit not in sure:
            continue
        if alert is None:
            yield f"that of {unit} in entry {entry.seq} was told nobody"
        elif not set(alert.notifiers) >= {*NOTIFIERS}:
            yield f"{alert.id} was told to {alert.notifiers} only"
        else:
            anew_us = min((us for who, us in raised if who == unit and us > at_us), default=entries[-1].at_us)
            yield from _told_on(alert, [a for a in told if a.obligation == alert.obligation], anew_us)


def _raised(entries: Sequence[Entry]) -> tuple[dict[tuple[str, int], Entry], set[str]]:
    """Each by unit and moment; and the units whose moments are not too near to tell one emergency from two.

    Two systems may have radios of the same number.
    """
    found: dict[tuple[str, int], Entry] = {}
    since: dict[tuple[str, str], int] = {}
    sure: set[str] = set()
    doubtful: set[str] = set()
    for entry in entries:
        event = entry.event
        if not isinstance(event, RadioEvent) or not (isinstance(event, Emergency) and event.active and event.unit):
            continue
        sure.add(event.unit)
        ago_us = entry.at_us - since.get((event.channel, event.unit), -SAME_EMERGENCY_US * 10)
        if abs(ago_us - SAME_EMERGENCY_US) < NEAR_US:
            doubtful.add(event.unit)
        if ago_us >= SAME_EMERGENCY_US:
            since[event.channel, event.unit] = entry.at_us
            found[event.unit, entry.at_us] = entry
    return found, sure - doubtful


def _told_on(alert: Alert, told: list[Alert], until_us: int) -> Iterator[str]:
    """Again and again, until somebody acknowledges it, the unit raises the next, or a day has passed by our clock."""
    moments = sorted(a.raised_us for a in told)
    for before_us, at_us in pairwise(moments):
        if at_us < before_us + EMERGENCY_AGAIN_US:
            yield f"{alert.id} was told again {at_us - before_us} µs after it was told"
    forgotten = moments[-1] - moments[0] >= A_DAY_US
    still_told = forgotten or until_us <= moments[-1] + 2 * EMERGENCY_AGAIN_US
    if all(a.acknowledged_us is None for a in told) and not still_told:
        yield f"{alert.id} was told for the last time at {moments[-1]}, and nobody has acknowledged it"
