"""TCP and UDP of memory: stations stand at a number, the gateway's real transports reach them, cables are cut."""

import asyncio
import random
from collections.abc import Callable

from tests.simulation.datagrams import DatagramEnd, DatagramStation
from tests.simulation.streams import Exchange, Line, Station


class Network:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.chance = random.Random(0)
        self._loop = loop
        self._stations: dict[int, Station] = {}

    def listen(self, port: int) -> Station:
        self._stations[port] = Station(self._loop, self.chance)
        return self._stations[port]

    def send_to(self, port: int) -> DatagramStation:
        self._stations[port] = station = DatagramStation(self._loop, self.chance)
        return station

    def put(self, port: int, station: Station) -> Station:
        self._stations[port] = station
        return station

    def station(self, port: int) -> Station:
        return self._stations[port]

    def serve(self, protocol_factory: Callable[[], asyncio.Protocol], port: int) -> Exchange:
        self._stations[port] = exchange = Exchange(self._loop, self.chance, protocol_factory, port)
        return exchange

    async def connect(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        await asyncio.sleep(0.001)
        station = self._stations.get(port)
        if station is None or not station.reachable:
            raise ConnectionRefusedError(111, "Connection refused")
        protocol = protocol_factory()
        assert isinstance(protocol, asyncio.Protocol)
        line = Line(self._loop, protocol, station)
        protocol.connection_made(line)
        station.called(line)
        return line, protocol

    def bind(
        self, protocol_factory: Callable[[], asyncio.DatagramProtocol], port: int
    ) -> tuple[asyncio.DatagramTransport, asyncio.DatagramProtocol]:
        station = self._stations[port]
        assert isinstance(station, DatagramStation)
        protocol = protocol_factory()
        end = DatagramEnd(self._loop, protocol, station)
        protocol.connection_made(end)
        station.called(end)
        return end, protocol
