"""A call whose events come late and in any order is judged as it was, where a trusted clock tells their times."""

from itertools import permutations

import msgspec
import pytest

from rules.events import ConnectionCleared, Delivered, Established, Held, Retrieved
from rules.settings import RuleSet
from tests.scenarios.story import DEFAULTS, START_US, Player

Told = type[Delivered] | type[Established] | type[Held] | type[Retrieved] | type[ConnectionCleared]
STORY: tuple[Told, ...] = (Delivered, Established, Held, Retrieved, ConnectionCleared)
IN_TIME = (0, 3, 20, 40, 60)
TOO_LATE = (0, 16, 20, 55, 60)


def told(times: tuple[int, ...], order: tuple[int, ...]) -> Player:
    """All of the story a minute late, in this order, from a source whose clock has proved itself."""
    player = Player(msgspec.convert(DEFAULTS, RuleSet, strict=False))
    other = ConnectionCleared(source="main", call="z", caller="801", called="13900000000", occurred_us=START_US)
    player.enter(START_US, other)
    for place, which in enumerate(order):
        event = STORY[which](
            source="main",
            call="a",
            leg="x",
            caller="13800138000",
            called="88886666",
            occurred_us=START_US + times[which] * 1_000_000,
        )
        player.enter(START_US + 61_000_000 + place * 10_000, event)
    player.pass_until(START_US + 1_800_000_000)
    return player


@pytest.mark.parametrize(
    ("times", "verdict", "rang_s", "held_s"), [(IN_TIME, "met", 3.0, 20.0), (TOO_LATE, "breached", 16.0, 35.0)]
)
def test_every_order_gives_the_same_verdicts(
    times: tuple[int, ...], verdict: str, rang_s: float, held_s: float
) -> None:
    for order in permutations(range(len(STORY))):
        player = told(times, order)
        incident = player.incident_of("a")
        judged = [o for o in player.obligations.values() if o.incident == incident.id]
        [rings] = [o for o in judged if o.rule == "three_rings"]
        hold = next(o for o in judged if o.rule == "hold_checkin")
        assert incident.outcome == "answered", order
        assert (rings.state, rings.seconds, rings.clock) == (verdict, rang_s, "source"), order
        assert (hold.state, hold.seconds, hold.clock) == (verdict, held_s, "source"), order
        assert not [o for o in judged if o.rule == "call_back" and o.state != "waived"], order
