"""The oracle of who takes care of a record, of what was written into it, and of plans: a walk over the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rules.events import (
    CalledBack,
    CheckedIn,
    Entry,
    FactsTold,
    HailAnswered,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    NoteTaken,
    PlanEnded,
    PlanStarted,
    PlanStepDone,
    PromiseGiven,
    PromiseKept,
)
from rules.incidents import Incident
from tests.simulation.world import World

STALE_US = 300_000_000
OF_RECORDS = (
    *(CheckedIn, CalledBack, HailAnswered, PromiseGiven, PromiseKept, FactsTold, NoteTaken),
    *(IncidentClaimed, IncidentReleased, IncidentParked, IncidentCompleted),
)


@dataclass
class Record:
    by: str = ""
    put: str = ""
    deed_us: int | None = None
    facts: dict[str, str] = field(default_factory=dict)
    completed_us: list[int] = field(default_factory=list)

    def take(self, at_us: int, event: object) -> None:
        if getattr(event, "by", "") == self.by:
            self.deed_us = at_us if self.by else None
        match event:
            case IncidentClaimed(by=by, override=override):
                self._claim(at_us, by, override=override)
            case IncidentReleased(by=by) if by == self.by:
                self.by, self.deed_us = "", None
            case IncidentParked(by=by) if self._claim(at_us, by):
                self.put = "parked"
            case IncidentCompleted(by=by) if self._claim(at_us, by):
                self.put = "completed"
                self.completed_us.append(at_us)
            case FactsTold(facts=facts, knew=knew):
                for name, said in facts.items():
                    if knew is None or self.facts.get(name, "") in (knew.get(name, ""), said):
                        self.facts[name] = said

    def _claim(self, at_us: int, by: str, *, override: bool = False) -> bool:
        """The first one wins, until he has done nothing about it for long enough."""
        theirs = self.by not in ("", by)
        if theirs and not override and at_us - (self.deed_us or 0) < STALE_US:
            return False
        self.by, self.put, self.deed_us = by, "", at_us
        return True


def records(entries: Sequence[Entry]) -> dict[str, Record]:
    """By their numbers."""
    found: dict[str, Record] = {}
    for entry in entries:
        if isinstance(entry.event, OF_RECORDS):
            found.setdefault(entry.event.incident, Record()).take(entry.at_us, entry.event)
    return found


def neglected(world: World) -> list[str]:
    entries = [row.entry for row in world.disk.rows if not row.error]
    expected = records(entries)
    found = []
    joined = {i.merged_into for i in world.disk.all_incidents.values()}
    for incident in world.disk.all_incidents.values():
        if not incident.merged_into and incident.number not in joined:
            record = expected.get(incident.number, Record())
            found += [f"care: {incident.number} {line}" for line in _differs(incident, record)]
    found += [f"answered: {line}" for line in _by_hand(world, entries)]
    return found + [f"plan: {line}" for line in _plans(world, entries)]


def answered_by_hand(world: World, channel: str) -> bool:
    """Somebody said so of a hail on it, which the oracles of who spoke when know nothing of."""
    numbers = {i.number for i in world.disk.all_incidents.values() if i.channel == channel}
    said = [row.entry.event for row in world.disk.rows if isinstance(row.entry.event, HailAnswered)]
    return any(event.incident in numbers for event in said)


def _by_hand(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """A hail that somebody says was answered is met where it was not too late."""
    hails = {o.ended_by: o for o in world.disk.all_obligations.values() if o.rule == "two_calls"}
    for entry in entries:
        hail = hails.get(entry.seq) if isinstance(entry.event, HailAnswered) else None
        if hail is not None and hail.state != ("met" if entry.at_us < hail.due_us else "breached"):
            late_us = entry.at_us - hail.due_us
            yield f"the hail {hail.id} is {hail.state}, answered by hand {late_us} µs after its moment"


def _differs(incident: Incident, expected: Record) -> Iterator[str]:
    care = incident.care
    has = ("", "", None) if care is None else (care.by, care.put, care.deed_us)
    should = (expected.by, expected.put, expected.deed_us)
    if has != should:
        yield f"is in the hands of {has}, and should be of {should}"
    if (incident.facts or {}) != expected.facts:
        yield f"says {incident.facts}, and should say {expected.facts}"


def _plans(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """Each step that has a time is done within it, or breached; or the plan is over first."""
    for entry in entries:
        if isinstance(entry.event, PlanStarted):
            for place, step in enumerate(entry.event.steps):
                if step.within_s is not None:
                    due_us = entry.at_us + round(step.within_s * 1_000_000)
                    yield from _step(world, entries, entry, place, due_us)


def _step(world: World, entries: Sequence[Entry], started: Entry, place: int, due_us: int) -> Iterator[str]:
    ended = next((e for e in entries if _ends(e, started.seq, place)), None)
    if ended is not None and ended.at_us < due_us:
        expected = "met" if isinstance(ended.event, PlanStepDone) else "waived"
    else:
        expected = "breached" if entries[-1].at_us >= due_us else "open"
    name = f"{started.seq}/{place}"
    told = [a for a in world.disk.all_alerts.values() if a.rule == "plan_step" and a.kind == "breach"]
    if not getattr(started.event, "incident", ""):
        if sum(isinstance(e.event, PlanStarted) and e.at_us == started.at_us for e in entries) > 1:
            return  # whose alert it is cannot be told
        breached = any(a.due_us == due_us and a.opened_us == started.at_us for a in told)
        if breached != (expected == "breached"):
            yield f"{name} was {'' if breached else 'not '}told, and is {expected}"
        return
    states = [o.state for o in world.disk.all_obligations.values() if o.rule == "plan_step" and o.leg == name]
    if states != [expected]:
        yield f"{name} is {states}, and should be {expected}"


def _ends(entry: Entry, started: int, place: int) -> bool:
    match entry.event:
        case PlanStepDone(started=of, step=step):
            return (of, step) == (started, place)
        case PlanEnded(started=of):
            return of == started
    return False
