"""The radio's people: units and control take their turns on a channel, through the project's pretend stations."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, cast

from simulators.radios.kenwood import Kenwood
from simulators.radios.ports import Port
from simulators.radios.tait import Tait
from tests.simulation.network import Station
from tests.simulation.plan import Cut, Noise, Talk
from tests.simulation.service import OWN_UNIT

HeardUs = Callable[[], int | None]


@dataclass(frozen=True)
class Edge:
    """A key pressed or released; `heard_us` by the gateway's clock, None where nobody was listening."""

    who: str
    on: bool
    heard_us: int | None


class Radio(Protocol):
    name: str
    edges: list[Edge]

    async def talk(self, talk: Talk, heard_us: HeardUs) -> None: ...
    async def noise(self, noise: Noise) -> None: ...
    async def cut(self, cut: Cut) -> None: ...


class _Base:
    """`edges` is what truly happened on the channel, in order."""

    name = ""
    units: Mapping[str, str] = MappingProxyType({})

    def __init__(self, station: Station) -> None:
        self.edges: list[Edge] = []
        self._station = station

    async def talk(self, talk: Talk, heard_us: HeardUs) -> None:
        for who, silence_s, length_s in talk.said:
            await asyncio.sleep(silence_s)
            self._turn(who, heard_us, on=True)
            await asyncio.sleep(length_s)
            self._turn(who, heard_us, on=False)

    def _turn(self, who: str, heard_us: HeardUs, *, on: bool) -> None:
        at_us = heard_us() if self._listened_to() else None
        self.edges.append(Edge(self.units.get(who, ""), on, at_us))
        self._key(who, on=on)

    def _listened_to(self) -> bool:
        return self._station.in_touch

    def _key(self, who: str, *, on: bool) -> None:
        raise NotImplementedError

    async def noise(self, noise: Noise) -> None:
        self._station.write(random.Random(noise.size).randbytes(noise.size))

    async def cut(self, cut: Cut) -> None:
        self._station.cut(half_open=cut.half_open)
        await asyncio.sleep(cut.for_s)
        self._station.mend()


class Gate(_Base):
    """A Kenwood base: control is known by its own unit."""

    name = "gate"
    units = MappingProxyType({"A": "100-4001", "B": "100-4002"})

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._base = Kenwood(cast(Port, station))

    def _key(self, who: str, *, on: bool) -> None:
        (self._base.press if on else self._base.release)(self.units.get(who, OWN_UNIT))


class Yard(_Base):
    """A Tait base: control is known by its key."""

    name = "yard"
    units = MappingProxyType({"A": "1001", "B": "1002"})

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._base = Tait(cast(Port, station))

    def _listened_to(self) -> bool:
        return super()._listened_to() and {"rings", "progress"} <= self._base.reporting

    def _key(self, who: str, *, on: bool) -> None:
        if who and on:
            self._base.press(self.units[who])
        elif who:
            self._base.release()
        elif on:
            self._base.speak()
        else:
            self._base.fall_silent()
