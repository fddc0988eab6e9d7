"""Bugs between a station's wire and the pipeline, planted beside the product: the simulation must find each of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from adapters.radio import line_table
from adapters.radio.kind import RadioKind
from adapters.radio.station import Heard
from rules.events import Unparsed
from tests.simulation.service import Parts
from tests.simulation.stations import KINDS
from tests.simulation.wires import SimLink


class DropsBehindNoise:
    """A reader that throws away what follows noise."""

    def __init__(self, kind: RadioKind, settings: Any) -> None:
        self._station = kind.make_station(settings)
        self._noise = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        heard = self._station.feed(data, at_us, via)
        kept = [] if self._noise else heard
        self._noise = bool(heard) and isinstance(heard[-1].event, Unparsed)
        return [one for one in heard if isinstance(one.event, Unparsed)] if self._noise else kept


class AcknowledgesMessages(SimLink):
    """A broker is told that a message was kept as soon as it was read."""

    def _take(self, at_us: int, heard: list[Heard], committed: Callable[[], None] | None) -> None:
        if committed is not None:
            committed()
        super()._take(at_us, heard, None)


class TwistsDatagrams:
    """A reader that takes each datagram for the beginning of the next one."""

    def __init__(self, settings: Any) -> None:
        self._station = line_table.KIND.make_station(settings)
        self._before = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        data, self._before = self._before, data
        return self._station.feed(data, at_us, via)


WIRE_BUGS: dict[str, tuple[Parts, int]] = {
    "drops what follows noise": (
        Parts(
            radios={
                name: kind.radio._replace(make_station=partial(DropsBehindNoise, kind.radio))
                for name, kind in KINDS.items()
            }
        ),
        30,
    ),
    "acknowledges a broker's message before the commit": (Parts(link=AcknowledgesMessages), 20),
    "is a datagram behind": (Parts(radios={"table": line_table.KIND._replace(make_station=TwistsDatagrams)}), 20),
}
