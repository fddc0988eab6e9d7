"""Draws calls and words by radio, and the moments where they hurt."""

import random
from collections.abc import Sequence

from tests.simulation.channels import SIGNALS, Channel
from tests.simulation.plan import Plan
from tests.simulation.spoken import Call, CallSource, Routed, Signals, Talk, Way

STRETCH_S = 900.0  # calls and faults begin within it
WAYS: tuple[Way, ...] = ("", "", "", "again", "answer_lost", "late")


def near(chance: random.Random, at_s: float) -> float:
    return round(max(0.5, at_s + chance.uniform(-5.0, 40.0)), 3)


def moment(chance: random.Random, plan: Plan | None = None) -> float:
    """Anywhere; of a plan more often while one of its calls waits, where it hurts."""
    calls = [one for one in plan.happenings if isinstance(one, Call)] if plan is not None else []
    if not calls or chance.random() < 0.3:
        return round(chance.uniform(0.5, STRETCH_S), 3)
    call = chance.choice(calls)
    return round(max(0.5, call.at_s + chance.choice([0.0, 5.0, 15.0, call.wait_s]) + chance.uniform(-1.0, 1.0)), 3)


def a_call(chance: random.Random, nth: int, *, at_s: float | None = None, source: CallSource | None = None) -> Call:
    wait_s = chance.choice([chance.uniform(0.2, 30.0), chance.uniform(0.2, 12.0), 4.999, 14.999, 15.0, 15.001])
    answered = chance.random() < 0.7
    holds: list[tuple[float, float]] = []
    checkins: list[float] = []
    if answered and chance.random() < 0.5:
        for _ in range(chance.randint(1, 3)):
            length_s = chance.choice([chance.uniform(1.0, 95.0), 29.999, 30.0, 60.001])
            holds.append((round(chance.uniform(1.0, 20.0), 3), round(length_s, 3)))
        if chance.random() < 0.4:
            checkins = [round(chance.uniform(0.5, holds[0][1]), 3)]
    ways: list[tuple[Way, float]] = []
    if chance.random() < 0.5:
        for _ in range(2 + 2 * len(holds) + 1):
            ways.append((chance.choice(WAYS), round(chance.uniform(0.01, 1.2), 3)))  # noqa: PERF401 - draws in order
    return Call(
        at_s=moment(chance) if at_s is None else at_s,
        name=f"c{nth}",
        source=source if source is not None else chance.choice(["main", "main", "plain", "ami", "ami"]),
        caller=chance.choice(["13800138000", "13900139000", "02161234567", ""]),
        wait_s=round(wait_s, 3),
        answered=answered,
        devices=chance.choice([1, 1, 1, 2]),
        holds=tuple(holds),
        checkins=tuple(checkins),
        ways=tuple(ways),
    )


def a_route(chance: random.Random, nth: int, sources: Sequence[CallSource]) -> Routed:
    wait_s = round(chance.choice([chance.uniform(0.5, 12.0), chance.uniform(0.5, 30.0), 14.999, 15.0]), 3)
    queue_s = chance.choice([0.0, 0.0, round(chance.uniform(1.0, 40.0), 3)])
    talk_s, rings_s = round(chance.uniform(1.0, 40.0), 3), round(chance.choice([chance.uniform(0.5, 30.0), 15.0]), 3)
    passed = chance.choice([None, (talk_s, rings_s, chance.random() < 0.7), (talk_s, rings_s, chance.random() < 0.7)])
    ways: list[tuple[Way, float]] = [(chance.choice(WAYS), round(chance.uniform(0.01, 0.09), 3)) for _ in range(9)]
    return Routed(
        at_s=moment(chance),
        name=f"r{nth}",
        source=chance.choice(sources),
        caller=chance.choice(["13800138000", "13900139000", "02161234567"]),
        wait_s=wait_s,
        answered=chance.random() < 0.8,
        queue_s=queue_s,
        stays=bool(queue_s) and chance.random() < 0.2,
        moves_s=chance.choice([0.0, 0.0, round(wait_s / 2, 3)]),
        fetched=chance.random() < 0.2,
        passed=passed,
        ways=tuple(ways) if chance.random() < 0.4 else (),
    )


def a_talk(chance: random.Random, channel: Channel) -> Talk:
    said = []
    for who in chance.choices(["", "A", "A", "A", "B"], k=chance.randint(1, 10)):
        silence_s = chance.choice([0.301, 0.999, 1.5, 2.0, 2.5, 3.0, 9.5, 10.0, 10.5, 31.0, chance.uniform(0.1, 12.0)])
        length_s = chance.choice([0.2, 0.3, 0.499, 0.5, 0.501, 1.0, 4.0, chance.uniform(0.1, 5.0)])
        said.append((who, round(silence_s, 3), round(length_s, 3)))
    return Talk(moment(chance), channel, tuple(said))


def a_signal(chance: random.Random, channel: Channel) -> Signals:
    said = [
        (chance.choice(SIGNALS[channel]), chance.choice("AB"), round(chance.uniform(0.2, 90.0), 3))
        for _ in range(chance.randint(1, 5))
    ]
    return Signals(moment(chance), channel, tuple(said))
