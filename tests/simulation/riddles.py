"""A desk event over which a rule stumbles: it is kept, reported to the operators and passed over, and nothing else is.

The rule that raises is planted in every stretch, and raises at nothing else.
"""

from collections.abc import Callable, Iterator
from typing import Any

from rules import claims
from rules.events import Entry, Event, EventUndecided, IncidentClaimed
from rules.incidents import Incident
from rules.turn import Turn
from tests.simulation.chores import RIDDLE
from tests.simulation.service import Misread
from tests.simulation.world import World


class Unsolvable(ValueError):
    """What a rule raises that has a bug."""


def _stumbles(right: Callable[..., bool], turn: Turn, incident: Incident, by: str, **how: Any) -> bool:
    if how.get("reason") == RIDDLE:
        incident.flags += ("half done",)  # what it had begun must be undone
        raise Unsolvable(by)
    return right(turn, incident, by, **how)


STUMBLES = Misread(claims, "claimed", _stumbles)


def is_riddle(event: Event) -> bool:
    return isinstance(event, IncidentClaimed) and event.reason == RIDDLE


def unsolved(world: World) -> list[str]:
    return [f"undecided: {line}" for line in (*_kept(world), *_untold(world))]


def _kept(world: World) -> Iterator[str]:
    """Every riddle is passed over, and followed at once by what tells of it; nothing else makes a rule raise."""
    rows = world.disk.rows
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        entry = row.entry
        if bool(row.error) != is_riddle(entry.event):
            yield f"entry {entry.seq} ({type(entry.event).__name__}): {row.error or 'no rule stumbled over it'}"
        tells = after is not None and isinstance(after.entry.event, EventUndecided)
        if row.error and not (tells and after is not None and getattr(after.entry.event, "seq", 0) == entry.seq):
            yield f"entry {entry.seq} made a rule raise, and nothing behind it says so"


def _untold(world: World) -> Iterator[str]:
    told = {
        (alert.raised_us, alert.reason)
        for alert in world.disk.all_alerts.values()
        if alert.rule == "undecided" and alert.kind == "breach"
    }
    for entry in _undecided(world):
        assert isinstance(entry.event, EventUndecided)
        reason = f"entry {entry.event.seq}: {entry.event.error}"
        if (entry.at_us, reason) not in told:
            yield f"that {reason} was told nobody: {told}"
        elif Unsolvable.__name__ not in reason:
            yield f"{reason} says not what the rule said"


def _undecided(world: World) -> list[Entry]:
    return [row.entry for row in world.disk.rows if isinstance(row.entry.event, EventUndecided)]
