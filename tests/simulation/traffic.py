"""The verdicts of two_calls that can be right of what was said on a channel, by our clock or by the station's."""

from collections.abc import Sequence
from dataclasses import replace

from tests.simulation import oracle
from tests.simulation.radio import Radio
from tests.simulation.stations import NAMELESS

NEAR_S = 0.003  # a station tells whole milliseconds
Verdict = tuple[str, int, str, float | None]  # unit, calls, verdict, seconds


def possible(radio: Radio) -> list[list[Verdict]]:
    ways = [radio.edges]
    if radio.kind.tells_time:
        ways.append([replace(edge, heard_us=edge.told_us) for edge in radio.edges])
    return [
        [(unit.replace(NAMELESS, ""), calls, verdict, seconds) for unit, calls, verdict, seconds in oracle.hailing(way)]
        for way in ways
    ]


def alike(found: Sequence[Verdict], expected: Sequence[Verdict]) -> bool:
    if len(found) != len(expected):
        return False
    pairs = zip(sorted(found, key=str), sorted(expected, key=str), strict=True)
    return all(one[:3] == other[:3] and _near(one[3], other[3]) for one, other in pairs)


def _near(seconds: float | None, other: float | None) -> bool:
    if seconds is None or other is None:
        return seconds is other
    return abs(seconds - other) <= NEAR_S
