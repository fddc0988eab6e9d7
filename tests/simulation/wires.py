"""Serial devices and modem lines of memory, at the Transport port: below it stand pyserial and the kernel's own files.

A device is a file that is there while it is plugged in, for that is what the link looks for.
"""

import asyncio
import errno
from pathlib import Path
from typing import NoReturn, cast

from adapters.errors import PeerUnavailable
from adapters.radio.kind import RadioKind
from adapters.radio.link import Link
from adapters.radio.settings import RadioSettings
from adapters.radio.transports.address import parse
from adapters.radio.transports.transport import Heard, Loss, Transport
from tests.simulation.folders import OWN
from tests.simulation.loop import VirtualLoop
from tests.simulation.streams import Station

DEVICES = OWN / "devices"
DEVICES.mkdir()


class SerialStation(Station):
    """A station on a serial device; to cut it is to pull the device out."""

    levels: int | None = None  # of its modem lines, told at each opening; None: it speaks in bytes

    def device(self, path: Path) -> None:
        self._path = path
        path.touch()

    def cut(self, *, half_open: bool) -> None:
        super().cut(half_open=half_open)
        if not half_open:
            self._path.unlink(missing_ok=True)

    def mend(self) -> None:
        """Whoever plugs a device in again gets an open one; a wire that was dead carries on."""
        self.reachable, self.half_open = True, False
        self._path.touch()


class Wire:
    """The gateway's end. Implements Transport."""

    knows_peer = True

    def __init__(self, station: SerialStation, path: str) -> None:
        self._station = station
        self._path = path
        self._loss = Loss()
        self._heard: Heard = lambda _data, _via, _committed: None
        self._open = False

    async def open(self, heard: Heard) -> None:
        await asyncio.sleep(0.001)
        if not self._station.reachable:
            raise PeerUnavailable(f"{self._path} is not there: is it plugged in?")
        self._heard, self._open = heard, True
        self._station.called(self)
        if self._station.levels is not None:
            heard(bytes([self._station.levels]), "", None)

    async def write(self, data: bytes) -> None:
        if self._loss:
            await self._loss.wait()
        if self._open and not self._station.half_open:
            asyncio.get_running_loop().call_soon(self._station.heard, data)

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        if self._open:
            self._open = False
            self._station.left()

    def arrive(self, data: bytes) -> None:
        if self._open:
            self._heard(data, "", None)

    def lose(self, error: OSError | None) -> None:
        self._open = False
        self._loss.tell(error or OSError(errno.EIO, "Input/output error"))


class SimLink(Link):
    """The real link; a serial port of it opens a wire of memory."""

    def __init__(self, kind: RadioKind, settings: RadioSettings, numbers: dict[str, int]) -> None:
        super().__init__(kind, settings)
        for name, port in settings.ports().items():
            if parse(port).transport == "serial":
                self._openers[name] = lambda port=port: _wire(numbers[port], port)  # type: ignore[misc]


def _wire(number: int, path: str) -> Transport:
    loop = cast(VirtualLoop, asyncio.get_running_loop())
    station = loop.network.station(number)
    assert isinstance(station, SerialStation)
    return Wire(station, path)
