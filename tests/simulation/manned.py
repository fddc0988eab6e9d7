"""Holds what is told of roles for which nobody can be reached against the oracle's own roster."""

from collections.abc import Iterator

from tests.simulation.deeds import journal_of
from tests.simulation.house import SITE
from tests.simulation.world import World


def unmanned(world: World) -> list[str]:
    return [f"duty: {line}" for line in _told(world)]


def _told(world: World) -> Iterator[str]:
    """It is told when nobody stands there who can be reached, and over when somebody does."""
    journal = journal_of([row.entry for row in world.disk.rows if not row.error], SITE, world.rule_sets)
    for alert in world.disk.all_alerts.values():
        if alert.rule != "on_duty" or alert.kind == "escalation" or journal.is_swap(alert.raised_us):
            continue
        reached = journal.reached((f"role:{alert.about}",), alert.raised_us)
        if bool(reached) != (alert.kind == "cleared"):
            yield f"{alert.id} tells {alert.kind} of {alert.about}, where {sorted(reached)} can be reached"
