"""Oracles of what is owed after a call or a word by radio: call_back, promise, roll_call, emergency, inbound_only.

Each reads the journal from its beginning in the plainest style, moments and rule sets only, and says which verdicts and
alerts there must be. Nothing of the rules' code is used.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeGuard

from rules.effects import Alert
from rules.events import (
    CalledBack,
    CallEvent,
    ClockAnchored,
    ConnectionCleared,
    Delivered,
    Emergency,
    Entry,
    Established,
    Event,
    LinkChanged,
    PromiseGiven,
    PromiseKept,
    RadioEvent,
    Resynced,
    RulesTaken,
    Text,
)
from rules.incidents import Incident
from rules.obligations import Obligation, Rule
from tests.simulation.checks import Judged, forgotten_between, judged
from tests.simulation.house import NOTIFIERS
from tests.simulation.plan import INBOUND_LINE, Call, CallOut
from tests.simulation.stations import KINDS
from tests.simulation.world import World

SECOND_US = 1_000_000
WITHIN_US: dict[str, dict[str, int]] = {  # by rule set
    "call_back": {"first": 900 * SECOND_US, "second": 600 * SECOND_US},
    "promise": {"first": 600 * SECOND_US, "second": 300 * SECOND_US},
}
HEARD_EVERY_US = {"100-4001": 300 * SECOND_US, "1001": 420 * SECOND_US}
HEARD_BY = {"100-4001": "gate", "1001": "yard"}
DOWN_US = 10 * SECOND_US  # noticed so late, nobody was listening
A_DAY_US = 86_400_000_000  # an alert that nobody acknowledged for so long is given up
SAME_EMERGENCY_US, EMERGENCY_AGAIN_US = 60 * SECOND_US, 30 * SECOND_US
SAME_BREATH_US = 5 * SECOND_US  # a text so soon after a promise is the promise itself
Reached = tuple[Entry, str, str]  # by which call a person spoke with which number
NEAR_US = 3 * SECOND_US  # a station's own clock may date an emergency


def undone(world: World) -> list[str]:
    entries = [row.entry for row in world.disk.rows if not row.error]
    records = judged(world)
    found = [f"call_back: {line}" for line in _call_backs(world, entries, records)]
    found += [f"promise: {line}" for line in _promises(entries, records)]
    found += [f"roll_call: {line}" for line in _roll_calls(world, entries)]
    found += [f"emergency: {line}" for line in _emergencies(world, entries)]
    return found + [f"inbound_only: {line}" for line in _inbound_only(world, entries, records)]


def _of(record: Judged, rule: Rule) -> list[Obligation]:
    return [o for o in record.obligations if o.rule == rule]


# -- call_back ----------------------------------------------------------------------------------------------------


def _call_backs(world: World, entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    reached = _reached(world, entries)
    plans = {world.switchboard.calls.get(one.name, one.name): one for one in _calls(world)}
    for record in records:
        plan = next((plans[id_] for id_ in record.incident.call.ids if id_ in plans), None)
        if record.incident.medium != "phone" or plan is None or forgotten_between(world, plan.name):
            continue
        owed = [o for o in _of(record, "call_back") if o.state != "waived"]
        missed = record.incident.outcome in ("abandoned", "missed", "rejected", "failed")
        due = record.incident.direction == "inbound" and bool(plan.caller if isinstance(plan, Call) else "")
        if not missed:
            due = due and _was_owed(record, plan, entries, reached)
        if len(owed) != due:
            yield f"{plan.name} ({record.incident.outcome}) is owed {len(owed)} call-backs"
        for obligation in owed:
            yield from _called_back(record.incident, obligation, plan, entries, reached)


def _was_owed(record: Judged, plan: Call | CallOut, entries: Sequence[Entry], reached: list[Reached]) -> bool:
    """Of a call that was told to be answered after it was told to be over: until then somebody waited. What was done
    for them meanwhile was done, and what was not done in time was not.
    """
    ids = record.incident.call.ids
    told = [(e.seq, e.event) for e in entries if isinstance(e.event, CallEvent) and e.event.call in ids]
    over = [seq for seq, event in told if isinstance(event, ConnectionCleared) and not event.leg]
    named = [seq for seq, event in told if event.caller]
    answered = [e for e, call, _ in reached if call in ids]
    if not over or not named or not answered or max(over[0], named[0]) >= answered[0].seq:
        return False
    opened = [o for o in _of(record, "call_back") if o.opened_by == max(over[0], named[0])]
    if len(opened) != 1:
        return True  # one there should be
    [first] = opened
    due_us = first.opened_us + WITHIN_US["call_back"][first.rule_set]
    done = _done_for(record.incident, first, plan, entries, reached)
    return answered[0].at_us >= due_us or any(e.seq < answered[0].seq for e in done)


def _done_for(
    incident: Incident, owed: Obligation, plan: Call | CallOut, entries: Sequence[Entry], reached: list[Reached]
) -> list[Entry]:
    number = plan.caller if isinstance(plan, Call) else ""
    done = [e for e, call, who in reached if who == number and call not in incident.call.ids]
    done += [e for e in entries if isinstance(e.event, CalledBack) and e.event.incident == incident.number]
    return sorted((e for e in done if e.seq > owed.opened_by), key=lambda e: e.seq)


def _called_back(
    incident: Incident,
    owed: Obligation,
    plan: Call | CallOut,
    entries: Sequence[Entry],
    reached: list[Reached],
) -> Iterator[str]:
    due_us = owed.opened_us + WITHIN_US["call_back"][owed.rule_set]
    done = _done_for(incident, owed, plan, entries, reached)
    done += [e for e, call, _ in reached if call in incident.call.ids and e.seq > owed.opened_by]  # told late
    closed_us = incident.closed_us or owed.opened_us
    done = [e for e in done if e.at_us - closed_us < A_DAY_US]  # so long it is remembered who waits
    first = min(done, key=lambda e: e.seq, default=None)
    yield from _kept(owed, due_us, first, entries[-1].at_us, plan.name)


def _kept(owed: Obligation, due_us: int, done: Entry | None, over_us: int, who: str) -> Iterator[str]:
    """Done before its moment it is met; at it, after it or never it is breached."""
    expected = "open" if over_us < due_us else "breached"
    if done is not None:
        expected = "met" if done.at_us < due_us else "breached"
    if owed.state != expected:
        yield f"{owed.rule} of {who} is {owed.state}, and should be {expected}"
    if done is not None and owed.ended_by != done.seq:
        yield f"{owed.rule} of {who} was ended by entry {owed.ended_by}, and should be by {done.seq}"


def _calls(world: World) -> list[Call | CallOut]:
    return [one for one in world.plan.happenings if isinstance(one, Call | CallOut)]


def _reached(world: World, entries: Sequence[Entry]) -> list[Reached]:
    """A person spoke with this number: the first answer of each call."""
    numbers = {
        world.switchboard.calls.get(one.name, one.name): one.caller if isinstance(one, Call) else one.to
        for one in _calls(world)
    }
    found: dict[str, Reached] = {}
    for entry in entries:
        for call in _answered(entry.event):
            if call in numbers:
                found.setdefault(call, (entry, call, numbers[call]))
    return list(found.values())


def _answered(event: Event) -> list[str]:
    """The calls that a person is told to have answered."""
    if isinstance(event, Established) and event.role != "caller":
        return [event.call]
    if isinstance(event, Resynced):
        return [leg.call for leg in event.legs if leg.role != "caller" and leg.state in ("connected", "held")]
    return []


# -- promise ------------------------------------------------------------------------------------------------------


def _promises(entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    for record in records:
        incident = record.incident
        if incident.medium != "radio":
            continue
        expected = _promised(incident, entries)
        made = _of(record, "promise")
        if expected and _spoken_to(incident, expected[0][0], entries):  # what followed may be another promise
            expected, made = expected[:1], made[:1]
        if [o.opened_by for o in made] != [given.seq for given, _ in expected]:
            yield f"{incident.number} was promised by {[o.opened_by for o in made]}, and should be by {expected}"
            continue
        for owed, (given, kept) in zip(made, expected, strict=True):
            due_us = given.at_us + WITHIN_US["promise"][owed.rule_set]
            if not _spoken_to(incident, given, entries):
                yield from _kept(owed, due_us, kept, entries[-1].at_us, incident.unit)


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


def _roll_calls(world: World, entries: Sequence[Entry]) -> Iterator[str]:
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
            if not isinstance(entry.event, ClockAnchored):
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
        elif isinstance(event, RadioEvent) and event.unit == self.unit:
            self.since_us, self.ever_heard = entry.at_us, True
            if self.missing:
                self.missing = False
                self.alerts.append((entry.at_us, "cleared"))


# -- emergency ----------------------------------------------------------------------------------------------------


def _emergencies(world: World, entries: Sequence[Entry]) -> Iterator[str]:
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


# -- inbound_only -------------------------------------------------------------------------------------------------


def _inbound_only(world: World, entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    forbidden = {one.name for one in _calls(world) if isinstance(one, CallOut) and one.by == INBOUND_LINE}
    seen = {e.event.call for e in entries if isinstance(e.event, Delivered | Established)}
    for record in records:
        ids = set(record.incident.call.ids)
        found = [o.state for o in _of(record, "inbound_only")]
        if found != ["breached"] * bool(ids & forbidden & seen):
            yield f"{ids} has {found}"
