"""The verdicts of two_calls that can be right of what was said on a channel, by our clock or by the station's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rules.events import ControlTransmitting, Entry, Event, TransmissionEnded, TransmissionStarted
from tests.simulation import oracle
from tests.simulation.radio import RESYNC_US, Edge, Radio
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


def unheard(radio: Radio, entries: Sequence[Entry]) -> Iterator[Edge]:
    """Of which nothing stands in the journal at its moment; or near noise, which may end a word too, not near it."""
    told = [(entry.at_us, is_on) for entry in entries if (is_on := _is_on(entry.event)) is not None]
    for edge in radio.edges:
        if edge.heard_us is None:
            continue
        early_us, late_us = (radio.kind.late_us, RESYNC_US) if radio.is_noisy(edge.heard_us) else (0, 0)
        if not any(is_on == edge.on and -early_us <= at_us - edge.heard_us <= late_us for at_us, is_on in told):
            yield edge


def _is_on(event: Event) -> bool | None:
    match event:
        case TransmissionStarted():
            return True
        case TransmissionEnded():
            return False
        case ControlTransmitting():
            return event.on
    return None


def alike(found: Sequence[Verdict], expected: Sequence[Verdict]) -> bool:
    if len(found) != len(expected):
        return False
    pairs = zip(sorted(found, key=str), sorted(expected, key=str), strict=True)
    return all(one[:3] == other[:3] and _near(one[3], other[3]) for one, other in pairs)


def _near(seconds: float | None, other: float | None) -> bool:
    if seconds is None or other is None:
        return seconds is other
    return abs(seconds - other) <= NEAR_S
