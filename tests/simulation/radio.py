"""The radio's people: units and control take their turns on a channel, whatever kind of station tells of it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.channels import SignalName
from tests.simulation.datagrams import DatagramStation
from tests.simulation.desks import Desk, Site
from tests.simulation.faults import Cut, Lag, Noise
from tests.simulation.loop import VirtualLoop
from tests.simulation.spoken import Signals, Talk
from tests.simulation.stations import KINDS, Kind
from tests.simulation.streams import Station
from tests.simulation.wires import SerialStation
from tests.simulation.zones import START_US

RESYNC_US = 3_100_000  # no reader waits for longer
FLICKERS_S = 0.03  # of a line that is noisy: shorter than it is believed after

HeardUs = Callable[[], int | None]


@dataclass(frozen=True)
class Edge:
    """A key pressed or released; `heard_us` by the gateway's clock, None where nobody was listening."""

    who: str
    on: bool
    heard_us: int | None
    told_us: int = 0  # by the station's clock, which is right


@dataclass(frozen=True)
class Message:
    """What a station without a carrier tells: `who` "" is control, which writes to `to`."""

    who: str
    to: str
    heard_us: int | None


@dataclass(frozen=True)
class Signalled:
    what: SignalName
    who: str
    heard_us: int | None
    way_us: int  # of a text that must be fetched, once more so long


class Radio:
    """One channel. `edges` or `messages`, and `signals`, are what truly happened on it, in order."""

    def __init__(self, name: str, loop: VirtualLoop) -> None:
        self.name = name
        self.kind: Kind = KINDS[name]
        self.edges: list[Edge] = []
        self.messages: list[Message] = []
        self.signals: list[Signalled] = []
        self.noisy: list[tuple[int, int]] = []  # from when to when, by the gateway's clock
        self._loop = loop
        self._stations = _stations(self.kind, loop)
        site = Site(tuple(self._stations), loop.broker, lambda: START_US + loop.now_us)
        self.desk: Desk = self.kind.desk(site, name)
        self._partner = self.kind.units["A"]

    @property
    def channel(self) -> str:
        return self.kind.channel or self.name

    @property
    def own(self) -> str:
        """Control's own unit, where it has one."""
        return next(iter(self.kind.settings.own_units), "")

    def is_noisy(self, at_us: int) -> bool:
        """A reader may have taken noise for the beginning of a frame, and wait for its end; a line may not settle."""
        if self.kind.shrugs_off_noise:
            return False
        return any(begins - self.kind.late_us <= at_us <= ends + RESYNC_US for begins, ends in self.noisy)

    async def start(self) -> None:
        await self.desk.run()
        if not self._stations and self.kind.medium == "tcp":  # its server has made the station
            self._stations = [self._loop.network.station(self.kind.number)]
            self.desk.site = self.desk.site._replace(ports=tuple(self._stations))

    async def stop(self) -> None:
        await self.desk.stop()

    async def talk(self, talk: Talk, heard_us: HeardUs) -> None:
        for who, silence_s, length_s in talk.said:
            await asyncio.sleep(silence_s)
            self._press(self.kind.units.get(who, ""), heard_us)
            await asyncio.sleep(length_s)
            self._release(self.kind.units.get(who, ""), heard_us)

    async def signal(self, signals: Signals, heard_us: HeardUs) -> None:
        for what, who, silence_s in signals.said:
            await asyncio.sleep(silence_s)
            unit = self.kind.units[who]
            self.signals.append(Signalled(what, unit, self._heard(heard_us), self._way_us))
            getattr(self.desk, what)(unit)

    async def noise(self, noise: Noise, heard_us: HeardUs) -> None:
        began_us = self._heard(heard_us)
        if self.kind.medium == "lines":
            await self._flicker()
        elif self.kind.medium == "mqtt":
            topic = self.kind.settings.port.partition("broker/")[2].replace("#", "x")
            self._loop.broker.publish(topic, _rubbish(noise))
        elif self.kind.medium == "udp" and self.kind.by_level:
            self._stations[0].write(bytes(noise.size // 2 * 2))  # silence, of any length
        else:
            self._stations[0].write(_rubbish(noise))
        over_us = self._heard(heard_us)
        if began_us is not None and over_us is not None:
            self.noisy.append((began_us, over_us))

    async def cut(self, cut: Cut) -> None:
        for station in self._stations:
            station.cut(half_open=cut.half_open)
        await asyncio.sleep(cut.for_s)
        for station in self._stations:
            station.mend()

    async def lag(self, lag: Lag, heard_us: HeardUs) -> None:
        began_us = heard_us()
        for station in self._stations:
            if lag.what == "delayed":
                station.lag_s = lag.by_s
            elif isinstance(station, DatagramStation):
                station.doubles, station.shuffles_s = True, lag.by_s
        await asyncio.sleep(lag.for_s)
        for station in self._stations:
            station.lag_s = 0.0
            if isinstance(station, DatagramStation):
                station.doubles, station.shuffles_s = False, 0.0
        # Of who tells its own time the moments are certain, and what is heard meanwhile is not.
        for_us = round(lag.for_s * 1_000_000)
        over_us = heard_us() if began_us is None else began_us + for_us  # the gateway may have come back meanwhile
        if (lag.what == "shuffled" or self.kind.tells_time) and over_us is not None:
            self.noisy.append((over_us - for_us, over_us))

    def _press(self, unit: str, heard_us: HeardUs) -> None:
        at_us = self._heard(heard_us)
        if self.kind.carrier:
            self.edges.append(Edge(unit, True, at_us, START_US + self._loop.now_us))
        else:
            self.messages.append(Message(unit, "" if unit else self._partner, at_us))
        self.desk.press(unit, self._partner)
        self._partner = unit or self._partner

    def _release(self, unit: str, heard_us: HeardUs) -> None:
        if self.kind.carrier:
            self.edges.append(Edge(unit, False, self._heard(heard_us), START_US + self._loop.now_us))
        self.desk.release(unit)

    def _heard(self, heard_us: HeardUs) -> int | None:
        now_us = heard_us() if self.desk.reports else None
        if now_us is None:
            return None
        return now_us + self._way_us + self.kind.late_us

    @property
    def _way_us(self) -> int:
        if self.kind.medium == "mqtt":
            return round(self._loop.broker.lag_s * 1_000_000)
        return max((station.way_us for station in self._stations), default=0)

    async def _flicker(self) -> None:
        [station] = self._stations
        assert isinstance(station, SerialStation)
        before = station.levels or 0
        station.write(bytes([before ^ 15]))
        await asyncio.sleep(FLICKERS_S)
        station.write(bytes([station.levels or 0]))


def _stations(kind: Kind, loop: VirtualLoop) -> list[Station]:
    """Of each of its ports; none where the peer is a server of its own, or a broker."""
    network, numbers = loop.network, range(kind.number, kind.number + len(kind.settings.ports()))
    if kind.medium == "mqtt" or kind.server:
        return []
    if kind.medium == "udp":
        return [network.send_to(number) for number in numbers]
    if kind.medium == "tcp":
        return [network.listen(number) for number in numbers]
    [number] = numbers
    device = SerialStation(loop, network.chance)
    device.device(Path(kind.settings.port))
    return [network.put(number, device)]


def _rubbish(noise: Noise) -> bytes:
    return random.Random(noise.size).randbytes(noise.size)
