"""Bugs of calls that go from one to the next, planted beside the product: the simulation must find each of them."""

from collections.abc import Callable

import msgspec

from rules import three_rings
from rules.incidents import Incident, Leg
from rules.settings import RuleSet
from rules.turn import Turn
from tests.simulation.service import Misread, Parts


def _never_anew(right: Callable[..., None], turn: Turn, incident: Incident, leg: Leg, anew: bool = False) -> None:
    """Whom a call is transferred to may let it ring."""
    right(turn, incident, leg, anew=False)


def _counts_the_queue(rules: RuleSet) -> RuleSet:
    """Whoever waits in a queue is taken to hear it ring."""
    return msgspec.structs.replace(rules, three_rings=msgspec.structs.replace(rules.three_rings, clock_start="offered"))


# The part that has it, and within how many seeds it must be found.
ROUTE_BUGS: dict[str, tuple[Parts, int]] = {
    "asks no rings of whom a call is transferred to": (Parts(rule=Misread(three_rings, "rings", _never_anew)), 30),
    "counts the queue as ringing": (Parts(rules=_counts_the_queue), 30),
}
