"""The oracles of call_back and inbound_only: who was called back in time, and who may only be called."""

from collections.abc import Iterator, Sequence

from rules.events import CalledBack, CallEvent, ConnectionCleared, Delivered, Entry, Established, Event, Resynced
from rules.incidents import Incident
from rules.obligations import Obligation
from tests.simulation.checks import Judged, forgotten_between
from tests.simulation.dues import A_DAY_US, WITHIN_US, judged_by, of_rule
from tests.simulation.spoken import INBOUND_LINE, Call, CallOut, Routed
from tests.simulation.world import World

AnyCall = Call | CallOut | Routed
Reached = tuple[Entry, str, str]  # by which call a person spoke with which number


# -- call_back ----------------------------------------------------------------------------------------------------


def call_backs(world: World, entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    reached = _reached(world, entries)
    plans = {world.switchboard.calls.get(one.name, one.name): one for one in _calls(world)}
    for record in records:
        plan = next((plans[id_] for id_ in record.incident.call.ids if id_ in plans), None)
        if record.incident.medium != "phone" or plan is None or forgotten_between(world, plan.name):
            continue
        if world.history.lost.calls.intersection(record.incident.call.ids):
            continue
        owed = [o for o in of_rule(record, "call_back") if o.state != "waived"]
        missed = record.incident.outcome in ("abandoned", "missed", "rejected", "failed")
        due = record.incident.direction == "inbound" and isinstance(plan, Call | Routed) and bool(plan.caller)
        due = due and _number_was_told(record.incident, entries)
        if not missed:
            due = due and _was_owed(record, plan, entries, reached)
        if len(owed) != due:
            yield f"{plan.name} ({record.incident.outcome}) is owed {len(owed)} call-backs"
        for obligation in owed:
            yield from _called_back(record.incident, obligation, plan, entries, reached)


def _number_was_told(incident: Incident, entries: Sequence[Entry]) -> bool:
    """What a PBX gives up to tell nobody knows."""
    if incident.caller:
        return True
    events = (entry.event for entry in entries)
    return any(isinstance(one, CallEvent) and one.call in incident.call.ids and one.caller for one in events)


def _was_owed(record: Judged, plan: AnyCall, entries: Sequence[Entry], reached: list[Reached]) -> bool:
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
    opened = [o for o in of_rule(record, "call_back") if o.opened_by == max(over[0], named[0])]
    if len(opened) != 1:
        return True  # one there should be
    [first] = opened
    due_us = first.opened_us + WITHIN_US["call_back"][first.rule_set]
    done = _done_for(record.incident, first, plan, entries, reached)
    return answered[0].at_us >= due_us or any(e.seq < answered[0].seq for e in done)


def _done_for(
    incident: Incident,
    owed: Obligation,
    plan: AnyCall,
    entries: Sequence[Entry],
    reached: list[Reached],
) -> list[Entry]:
    number = plan.caller if isinstance(plan, Call | Routed) else ""
    done = [e for e, call, who in reached if who == number and call not in incident.call.ids]
    done += [e for e in entries if isinstance(e.event, CalledBack) and e.event.incident == incident.number]
    return sorted((e for e in done if e.seq > owed.opened_by), key=lambda e: e.seq)


def _called_back(
    incident: Incident,
    owed: Obligation,
    plan: AnyCall,
    entries: Sequence[Entry],
    reached: list[Reached],
) -> Iterator[str]:
    due_us = owed.opened_us + WITHIN_US["call_back"][owed.rule_set]
    done = _done_for(incident, owed, plan, entries, reached)
    done += [e for e, call, _ in reached if call in incident.call.ids and e.seq > owed.opened_by]  # told late
    closed_us = incident.closed_us or owed.opened_us
    done = [e for e in done if e.at_us - closed_us < A_DAY_US]  # so long it is remembered who waits
    first = min(done, key=lambda e: e.seq, default=None)
    yield from judged_by(owed, due_us, first, entries[-1].at_us, plan.name)


def _calls(world: World) -> list[AnyCall]:
    return [one for one in world.plan.happenings if isinstance(one, AnyCall)]


def _reached(world: World, entries: Sequence[Entry]) -> list[Reached]:
    """A person spoke with this number: the first answer of each call."""
    numbers = {
        world.switchboard.calls.get(one.name, one.name): one.caller if isinstance(one, Call | Routed) else one.to
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


# -- inbound_only -------------------------------------------------------------------------------------------------


def inbound_only(world: World, entries: Sequence[Entry], records: Sequence[Judged]) -> Iterator[str]:
    forbidden = {one.name for one in _calls(world) if isinstance(one, CallOut) and one.by == INBOUND_LINE}
    seen = {e.event.call for e in entries if isinstance(e.event, Delivered | Established)}
    rung = {row.incident for row in world.disk.rows if isinstance(row.entry.event, Delivered | Established)}
    for record in records:
        ids = set(record.incident.call.ids)
        found = [o.state for o in of_rule(record, "inbound_only")]
        if not found and record.incident.id not in rung:
            continue  # of a call whose end was told an hour before its beginning, the end
        if found != ["breached"] * bool(ids & forbidden & seen):
            yield f"{ids} has {found}"
