"""A local serial device, read as its bytes come: the loop watches the descriptor, no thread waits."""

import asyncio
import contextlib
import os
import termios
from typing import NoReturn

import serial

from adapters.errors import PeerUnavailable
from adapters.radio.transports.device import open_device
from adapters.radio.transports.transport import READ_BYTES, WRITE_WITHIN_S, Heard, Loss


class SerialLine:
    """Implements Transport."""

    knows_peer = True

    def __init__(self, device: str, *, baud: int, rts: bool, dtr: bool) -> None:
        self._device = device
        self._baud, self._rts, self._dtr = baud, rts, dtr
        self._loss = Loss()
        self._port: serial.SerialBase | None = None
        self._descriptor = -1
        self._heard: Heard = lambda _data, _via, _committed: None

    async def open(self, heard: Heard) -> None:
        self._heard = heard
        port = await asyncio.to_thread(
            open_device, self._device, baud=self._baud, rts=self._rts, dtr=self._dtr, read_timeout_s=0
        )
        self._port, self._descriptor = port, port.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)

    async def write(self, data: bytes) -> None:
        if self._loss:
            await self._loss.wait()
        try:
            async with asyncio.timeout(WRITE_WITHIN_S):
                while data:
                    try:
                        data = data[os.write(self._descriptor, data) :]
                    except BlockingIOError:
                        await self._room()
        except TimeoutError as error:
            raise PeerUnavailable(f"it took no bytes for {WRITE_WITHIN_S:g} s") from error
        except OSError as error:
            self._lose(error)
            await self._loss.wait()

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        if self._port is None:
            return
        self._lose("closed by us")
        with contextlib.suppress(termios.error):  # or closing would wait until a dead line has taken what is left
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        self._descriptor = -1
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._port.close)

    def _readable(self) -> None:
        """A device that was pulled reads as b"" or fails, for ever: it must be asked no more."""
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        if data:
            self._heard(data, "", None)
        else:
            self._lose("the device hung up")

    def _lose(self, reason: OSError | str) -> None:
        if not self._loss:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._loss.tell(reason)

    async def _room(self) -> None:
        loop = asyncio.get_running_loop()
        room: asyncio.Future[None] = loop.create_future()

        def has_room() -> None:
            if not room.done():
                room.set_result(None)

        loop.add_writer(self._descriptor, has_room)
        try:
            await room
        finally:
            loop.remove_writer(self._descriptor)
