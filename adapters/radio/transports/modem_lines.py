"""The modem lines of a serial port, told as one byte at each change: CTS 1, DSR 2, RI 4, DCD 8.

Asked by turns in a thread: waiting in the kernel (TIOCMIWAIT) is not offered by every driver, nor over RFC 2217.
"""

import asyncio
import errno
import threading
import time
from typing import NoReturn

import serial

from adapters.errors import GatewayError, PeerRefused
from adapters.radio.transports.device import open_device
from adapters.radio.transports.transport import READ_BYTES, Heard, Loss

CTS, DSR, RI, DCD = 1, 2, 4, 8
_FIRST_WITHIN_S = 3.0  # a device server tells its lines when it likes


class ModemLines:
    """Implements Transport."""

    knows_peer = True

    def __init__(self, url: str, *, rts: bool, dtr: bool, poll_s: float) -> None:
        self._url = url
        self._rts, self._dtr = rts, dtr
        self._poll_s = poll_s
        self._loss = Loss()
        self._loop = asyncio.get_running_loop()
        self._port: serial.SerialBase | None = None
        self._watcher: threading.Thread | None = None
        self._closing = threading.Event()

    async def open(self, heard: Heard) -> None:
        port = self._port = await asyncio.to_thread(
            open_device, self._url, baud=9600, rts=self._rts, dtr=self._dtr, read_timeout_s=0
        )
        first = await asyncio.to_thread(self._first_sample, port)
        heard(bytes([first]), "", None)
        self._watcher = threading.Thread(target=self._watch, args=(port, first, heard), name=self._url, daemon=True)
        self._watcher.start()

    async def write(self, data: bytes) -> None:
        """Lines take no bytes."""

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        self._closing.set()
        if self._watcher is not None:
            await asyncio.to_thread(self._watcher.join)
        if self._port is not None:
            await asyncio.to_thread(self._port.close)

    def _first_sample(self, port: serial.SerialBase) -> int:
        patience = time.monotonic() + _FIRST_WITHIN_S
        while True:
            try:
                return sample(port)
            except OSError as error:
                if error.errno in {errno.ENOTTY, errno.EINVAL}:
                    why = "has no modem lines: squelch needs a real serial port, or rfc2217:// to one"
                    raise PeerRefused(f"{self._url} {why}") from error
                if time.monotonic() > patience:
                    raise PeerRefused(f"{self._url} does not tell its modem lines: {error}") from error
            time.sleep(self._poll_s)

    def _watch(self, port: serial.SerialBase, last: int, heard: Heard) -> None:
        try:
            while not self._closing.wait(self._poll_s):
                port.read(READ_BYTES)  # nothing of interest; but it fails once the device is gone
                lines = sample(port)
                if lines != last:
                    last = lines
                    self._loop.call_soon_threadsafe(heard, bytes([lines]), "", None)
        except (OSError, GatewayError) as error:
            self._loop.call_soon_threadsafe(self._loss.tell, error)


def sample(port: serial.SerialBase) -> int:
    """The lines that are up now. Raises OSError, also a plain one where there are no lines (a pty)."""
    lines: int = CTS * port.cts | DSR * port.dsr | RI * port.ri | DCD * port.cd
    return lines
