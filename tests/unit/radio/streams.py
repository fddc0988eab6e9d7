"""Playing bytes to a station as wires do: whole, torn, with rubbish between; and what is the same each time."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from adapters.radio.station import Heard, Station
from rules.events import ControlTransmitting, RadioEvent, TransmissionEnded, TransmissionStarted, Unparsed

AT_US = 1_795_219_750_000_000
LONG_AFTER_US = AT_US + 600_000_000


def play(station: Station, pieces: Iterable[bytes]) -> list[Heard]:
    """All that is told, also what a station tells only when the wire has been silent for long."""
    heard: list[Heard] = []
    for piece in pieces:
        heard += station.feed(piece, AT_US)
    return heard + station.passed(LONG_AFTER_US)


def events(station: Station, data: bytes) -> list[RadioEvent | Unparsed]:
    return [heard.event for heard in play(station, [data])]


def told(station: Station, data: bytes) -> list[dict[str, Any]]:
    """As `decode` shows it: what is not said is left out, and so is where it was heard."""
    return [plain(event) for event in events(station, data)]


def plain(event: RadioEvent | Unparsed) -> dict[str, Any]:
    fields = msgspec.to_builtins(event)
    return {key: value for key, value in fields.items() if key not in ("source", "channel")}


def only(station: Station, data: bytes) -> dict[str, Any]:
    found = told(station, data)
    assert len(found) == 1, found
    return found[0]


def sign(event: RadioEvent | Unparsed) -> str:
    """+ a unit's carrier, - its end, C control, A the station itself, c and a their ends; others by their names."""
    match event:
        case TransmissionStarted():
            return "+"
        case TransmissionEnded(reason=reason):
            return "-" if reason == "end" else reason
        case ControlTransmitting(on=on, automatic=automatic):
            mark = "a" if automatic else "c"
            return mark.upper() if on else mark
    return type(event).__name__


def understood(heard: Iterable[Heard]) -> list[Heard]:
    return [piece for piece in heard if not isinstance(piece.event, Unparsed)]


def all_in_order(wanted: Sequence[bytes], heard: Iterable[Heard]) -> bool:
    """Whether every wanted frame was understood, whatever else was."""
    raws = iter([piece.raw for piece in understood(heard)])
    return all(frame in raws for frame in wanted)


def torn(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


cuts = st.lists(st.integers(0, 10_000), max_size=12)
