"""A serial port behind a device server that speaks RFC 2217 (ser2net, Moxa …): pyserial's client, in a thread."""

import asyncio
import threading
from typing import NoReturn

import serial

from adapters.errors import PeerUnavailable
from adapters.radio.transports.device import open_device
from adapters.radio.transports.transport import READ_BYTES, WRITE_WITHIN_S, Heard, Loss

_WAIT_S = 0.25  # so long the reader waits for a byte before it looks whether we close


class RemoteSerial:
    """Implements Transport."""

    knows_peer = True

    def __init__(self, url: str, *, baud: int, rts: bool, dtr: bool) -> None:
        self._url = url
        self._baud, self._rts, self._dtr = baud, rts, dtr
        self._loss = Loss()
        self._loop = asyncio.get_running_loop()
        self._port: serial.SerialBase | None = None
        self._reader: threading.Thread | None = None
        self._closing = threading.Event()

    async def open(self, heard: Heard) -> None:
        port = self._port = await asyncio.to_thread(
            open_device, self._url, baud=self._baud, rts=self._rts, dtr=self._dtr, read_timeout_s=_WAIT_S
        )
        self._reader = threading.Thread(target=self._read, args=(port, heard), name=self._url, daemon=True)
        self._reader.start()

    async def write(self, data: bytes) -> None:
        if self._port is None or self._loss:
            await self._loss.wait()
        try:
            async with asyncio.timeout(WRITE_WITHIN_S):
                await asyncio.to_thread(self._port.write, data)
        except TimeoutError as error:
            raise PeerUnavailable(f"it took no bytes for {WRITE_WITHIN_S:g} s") from error
        except OSError as error:
            self._loss.tell(error)
            await self._loss.wait()

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        self._closing.set()
        if self._port is not None:
            await asyncio.to_thread(self._port.close)
        if self._reader is not None:
            await asyncio.to_thread(self._reader.join, 2 * _WAIT_S)

    def _read(self, port: serial.SerialBase, heard: Heard) -> None:
        try:
            while not self._closing.is_set():
                if data := port.read(1):
                    data += port.read(min(port.in_waiting, READ_BYTES))
                    self._loop.call_soon_threadsafe(heard, data, "", None)
        except OSError as error:
            if not self._closing.is_set():
                self._loop.call_soon_threadsafe(self._loss.tell, error)
