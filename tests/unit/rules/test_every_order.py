"""Every order in which the events of one call can come, a minute late, gives the verdicts that the true order gives."""

from itertools import permutations
from math import factorial
from typing import NamedTuple

import msgspec
import pytest

from rules.events import ConnectionCleared, Delivered, Established, Held, Retrieved
from rules.events.call import Cause
from rules.settings import RuleSet
from tests.scenarios.story import DEFAULTS, START_US, Player

SECOND = 1_000_000
RULES = msgspec.convert(DEFAULTS, RuleSet, strict=False)
Outcome = tuple[str, tuple[str, float | None], float | None]


class Told(NamedTuple):
    kind: type[Delivered] | type[Established] | type[Held] | type[Retrieved] | type[ConnectionCleared]
    at_s: float
    leg: str = ""
    cause: Cause = ""


ANSWERED_IN_A_GROUP = (
    Told(Delivered, 0, "x"),
    Told(Delivered, 1, "y"),
    Told(Established, 4, "y"),
    Told(ConnectionCleared, 4, "x", "answered_elsewhere"),
    Told(ConnectionCleared, 60),
)
ANSWERED_TOO_LATE = (
    Told(Delivered, 0, "x"),
    Told(Delivered, 1, "y"),
    Told(Established, 17, "y"),
    Told(ConnectionCleared, 17, "x", "answered_elsewhere"),
    Told(ConnectionCleared, 60),
)
GIVEN_UP = (
    Told(Delivered, 0, "x"),
    Told(Delivered, 1, "y"),
    Told(ConnectionCleared, 12, "x", "cancelled"),
    Told(ConnectionCleared, 12, "y", "cancelled"),
    Told(ConnectionCleared, 12, "", "cancelled"),
)
HELD_TOO_LONG = (
    Told(Delivered, 0, "x"),
    Told(Delivered, 1, "y"),
    Told(Established, 4, "y"),
    Told(ConnectionCleared, 4, "x", "answered_elsewhere"),
    Told(Held, 20, "y"),
    Told(Retrieved, 55, "y"),
    Told(ConnectionCleared, 60),
)
STORIES = {
    "answered in a group": (ANSWERED_IN_A_GROUP, ("answered", ("met", 4.0), None)),
    "answered too late": (ANSWERED_TOO_LATE, ("answered", ("breached", 17.0), None)),
    "given up": (GIVEN_UP, ("abandoned", ("waived", 12.0), 900.0)),
    "held too long": (HELD_TOO_LONG, ("answered", ("met", 4.0), None)),
}


HELD_TWICE = (
    Told(Held, 5, "y"),
    Told(Retrieved, 15, "y"),
    Told(Held, 20, "y"),
    Told(Retrieved, 55, "y"),
    Told(ConnectionCleared, 60),
)


def played(events: tuple[Told, ...]) -> Player:
    """A first call lets the source's clock prove itself."""
    player = Player(RULES)
    player.enter(
        START_US, ConnectionCleared(source="main", call="z", caller="801", called="13900000000", occurred_us=START_US)
    )
    for place, told in enumerate(events):
        event = told.kind(
            source="main",
            call="a",
            leg=told.leg,
            caller="13800138000",
            called="88886666",
            cause=told.cause,
            occurred_us=START_US + round(told.at_s * SECOND),
        )
        player.enter(START_US + 61 * SECOND + place * 10_000, event)
    player.pass_until(START_US + 1_800 * SECOND)
    return player


def outcome_of(player: Player) -> Outcome:
    """How the call ended, its rings, and within how many seconds it had to be called back."""
    incident = player.incident_of("a")
    mine = [o for o in player.obligations.values() if o.incident == incident.id]
    (rings,) = [o for o in mine if o.rule == "three_rings"]
    backs = [o for o in mine if o.rule == "call_back" and o.state != "waived"]
    within_s = (backs[0].due_us - backs[0].opened_us) / SECOND if backs else None
    assert len(backs) <= 1
    return incident.outcome, (rings.state, rings.seconds), within_s


@pytest.mark.parametrize("name", STORIES)
def test_every_order_ends_alike(name: str) -> None:
    events, expected = STORIES[name]
    orders = 0
    for order in permutations(events):
        player = played(order)
        orders += 1
        assert outcome_of(player) == expected, order
        holds = {o.state for o in player.obligations.values() if o.rule == "hold_checkin"}
        if name == "held too long":  # where nobody can tell, it is said; it is never called met
            assert "breached" in holds or holds == {"not_measurable"}, order
    assert orders == factorial(len(events))
    print(f"{name}: {orders} orders of {len(events)} events")  # noqa: T201 - a figure that is asked for


def test_two_holds_are_paired_rightly_in_every_order() -> None:
    """The second was too long; nobody may miss that, nor blame the first."""
    answered = (Told(Delivered, 0, "y"), Told(Established, 4, "y"))
    for order in permutations(HELD_TWICE):
        player = played((*answered, *order))
        holds = [o for o in player.obligations.values() if o.rule == "hold_checkin" and o.state != "waived"]
        judged = sorted(((o.source_opened_us or 0) - START_US, o.state, o.seconds) for o in holds)
        assert judged[:2] == [(5 * SECOND, "met", 10.0), (20 * SECOND, "breached", 35.0)], (order, judged)
        assert judged[2:] in ([], [(50 * SECOND, "met", 5.0)]), (order, judged)  # the second's next period


@pytest.mark.parametrize("times", [2, 3])
def test_events_told_again_in_every_order_change_nothing(times: int) -> None:
    events, expected = STORIES["answered in a group"]
    for order in permutations(events):
        assert outcome_of(played((*order, *(order * (times - 1))))) == expected, order
