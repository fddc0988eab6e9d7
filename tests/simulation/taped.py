"""Holds the records against what was recorded: each clip is kept, told once, and joins the record it was made of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b

from adapters.ports import JournalRow
from rules.events import Recorded
from rules.incidents import Incident
from tests.simulation.recorder import LEAD_S
from tests.simulation.tapes import Tape
from tests.simulation.world import World

BEFORE_US, AFTER_US = 5_000_000, 120_000_000  # docs/adapters/recordings.md
HINDSIGHT_US = 90_000_000  # a record may be closed as of a moment that is past


def untaped(world: World) -> list[str]:
    return [f"recorded: {line}" for line in _wrong(world)]


def _wrong(world: World) -> Iterator[str]:
    kept: dict[str, list[JournalRow]] = {}
    for row in world.disk.rows:
        if isinstance(row.entry.event, Recorded):
            kept.setdefault(row.entry.event.id, []).append(row)
    lost = {row.entry.event.id for row in world.history.lost.rows if isinstance(row.entry.event, Recorded)}
    yield from (f"{name} lies in the folder still" for name in world.tapes.left)
    for tape in world.tapes.told:
        id_ = _id(tape)
        rows = kept.pop(id_, [])
        if len(rows) > 1:
            yield f"{id_} stands there {len(rows)} times"
        if not all(tape.refused):
            yield f"{id_} can be believed, and was refused"
        if not rows and (True in tape.taken or (tape.taken and id_ not in lost)):
            yield f"{id_} was taken, and is not there"
        if (rows or tape.taken) and world.tapes.clips.get(id_) != tape.audio:
            yield f"{id_} has no clip"
        for row in rows:
            yield from _told_as_it_was(tape, row)
            yield from _with_its_record(world, row)
    yield from (f"{id_} was never recorded" for id_ in kept)


def _id(tape: Tape) -> str:
    day = datetime.fromtimestamp(tape.started_us // 1_000_000, UTC)
    return f"{day:%Y%m%d}-{blake2b(tape.audio, digest_size=8).hexdigest()}"


def _told_as_it_was(tape: Tape, row: JournalRow) -> Iterator[str]:
    event = row.entry.event
    assert isinstance(event, Recorded)
    if (event.channel, event.unit, event.seconds) != (tape.channel, tape.unit, tape.taped.for_s):
        yield f"{event.id} is told as {event}, and should be of {tape.taped}"
    began_us = tape.started_us + round(LEAD_S * 1_000_000)
    if event.occurred_us is None or abs(event.occurred_us - began_us) > 1:
        yield f"{event.id} is told to begin at {event.occurred_us}, and should at {began_us}"


def _with_its_record(world: World, row: JournalRow) -> Iterator[str]:
    """The unit's own before others, and the latest before sooner ones."""
    event, at_us = row.entry.event, row.entry.at_us
    assert isinstance(event, Recorded)
    joined = [one for one in world.disk.all_incidents.values() for clip in one.recordings if clip.id == event.id]
    if len(joined) > 1:
        yield f"{event.id} is with {len(joined)} records"
    radio = [one for one in world.disk.all_incidents.values() if one.channel == event.channel and one.medium == "radio"]
    fitting = {one.id: _fits(one, event, at_us) for one in radio}
    for one in joined:
        if True not in fitting.get(one.id, ()):
            yield f"{event.id} is with {one.number}, of another time or channel"
    best = max((_fitness(one, event) for one in joined), default=(False, 0))
    for one in radio:
        if all(fitting[one.id]) and _fitness(one, event) > best:
            yield f"{event.id} is with {[other.number for other in joined]}, and should be with {one.number}"


def _fitness(incident: Incident, event: Recorded) -> tuple[bool, int]:
    return bool(event.unit) and incident.unit == event.unit, incident.opened_us


def _fits(incident: Incident, event: Recorded, at_us: int) -> list[bool]:
    """By each of the ends that the record may have had then; none of them where it may not have been there at all."""
    began_us = event.occurred_us or at_us
    ended_us = began_us + round(event.seconds * 1_000_000)
    fits = [incident.opened_us - BEFORE_US <= ended_us and began_us <= end + AFTER_US for end in _ends(incident, at_us)]
    there = incident.opened_us < at_us - 1_000_000 and (incident.forget_us is None or at_us < incident.forget_us)
    return [*fits, *([] if there else [False])] if incident.opened_us <= at_us else [False]


def _ends(incident: Incident, at_us: int) -> set[int]:
    closed_us, answered_us = (
        one if one is not None and one <= at_us else None for one in (incident.closed_us, incident.answered_us)
    )
    if closed_us is not None and closed_us <= at_us - HINDSIGHT_US:
        return {closed_us}
    known = {one for one in (closed_us, answered_us) if one is not None}
    return known if answered_us is not None and answered_us <= at_us - HINDSIGHT_US else {*known, at_us}
