"""Holds a store that was put back from a copy against what it lost: nothing of the lost time is given out again.

What falls due meanwhile is held by tests.simulation.checks, as after any time in which the gateway was away.
"""

from collections.abc import Iterator

from rules.events import ClockAnchored
from tests.simulation.copies import Lost
from tests.simulation.world import World

LATE_US = 1_000_000


def unrestored(world: World) -> list[str]:
    lost = world.history.lost
    if not lost.seq or not lost.from_us:
        return []
    if len(world.disk.rows) == lost.seq:
        return ["copy: no gateway ever began on it"]
    return [f"copy: {line}" for line in (*_known(world, lost), *_again(world, lost), *_late(world, lost))]


def _known(world: World, lost: Lost) -> Iterator[str]:
    """The first start on the copy says how much is lost, and no other one does. Where the lost time ran ahead of the
    machine's clock, which was set back, nobody knows of it any more.
    """
    until_us = min(lost.until_us, world.disk.rows[lost.seq].entry.at_us)
    began = [(row.entry.seq, row.entry.event) for row in world.disk.rows]
    told = [(seq, event.lost_us) for seq, event in began if isinstance(event, ClockAnchored) and event.lost_us]
    if [seq for seq, _ in told] != [lost.seq + 1] or told[0][1] < until_us - lost.from_us:
        yield f"{told} tells of {until_us - lost.from_us} µs that were lost after entry {lost.seq}"


def _again(world: World, lost: Lost) -> Iterator[str]:
    """Receivers and people know these ids and numbers already."""
    new = {id_: one for id_, one in world.disk.all_incidents.items() if one.opened_us > lost.until_us}
    yield from (f"record {id_} is another one again" for id_ in new.keys() & lost.incidents.keys())
    numbers = {one.number for one in lost.incidents.values()}
    yield from (f"number {one.number} was given out again" for one in new.values() if one.number in numbers)
    told = (lost.alerts.keys() - lost.told_again) & world.disk.all_alerts.keys()
    yield from (f"{id_} was told once more, of something else" for id_ in told)


def _late(world: World, lost: Lost) -> Iterator[str]:
    """What fell due since the copy was made is told at the start, and says that it is late."""
    began_us = world.disk.rows[lost.seq].entry.at_us
    for alert in world.disk.all_alerts.values():
        obligation = world.disk.all_obligations.get(alert.obligation)
        if alert.kind != "breach" or not alert.id.endswith("breach0") or obligation is None:
            continue
        if alert.raised_us <= lost.from_us:
            continue  # an answer told of the breach before our clock did, and before the copy
        if obligation.opened_by <= lost.seq and lost.from_us < alert.due_us < began_us - LATE_US and not alert.late:
            yield f"{alert.id} was due {began_us - alert.due_us} µs before the start, and does not say that it is late"
