"""A pretend device server (RFC 2217) whose modem lines a test moves: pyserial's server side, in a thread."""

import contextlib
import socket
import threading
from typing import Self

from serial import rfc2217

_POLL_S = 0.005


class LinesServer:
    """Listens on loopback for one client after another; `cd`, `cts`, `dsr`, `ri` are set at any time."""

    def __init__(self, port: int = 0) -> None:
        self.cts = self.dsr = self.ri = self.cd = False
        self.rts: bool | None = None  # as the client set them; None: it has not
        self.dtr: bool | None = None
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(0.05)  # closing it wakes nobody who waits in it
        self.port: int = self._listener.getsockname()[1]
        self._client: socket.socket | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="pretend-rfc2217", daemon=True)

    @property
    def url(self) -> str:
        return f"rfc2217://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self.cut()
        self._thread.join(5)
        self._listener.close()

    def cut(self) -> None:
        """Break the connection."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client, contextlib.suppress(OSError):
                self._client = client
                self._talk(client)
            self._client = None

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(_POLL_S)
        device = _Device(self)
        manager = rfc2217.PortManager(device, _Connection(client))
        while not self._closing.is_set():
            try:
                data = client.recv(1024)
            except TimeoutError:
                manager.check_modem_lines()
                continue
            if not data:
                return
            for _ in manager.filter(data):
                pass  # bytes for a device that is none


class _Connection:
    """What PortManager writes to."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client

    def write(self, data: bytes) -> None:
        self._client.sendall(data)


class _Device:
    """What PortManager takes for a serial port: settings are taken and forgotten, the lines are the server's."""

    baudrate, bytesize, parity, stopbits, break_condition = 9600, 8, "N", 1, False

    def __init__(self, server: LinesServer) -> None:
        self._server = server

    cts = property(lambda self: self._server.cts)
    dsr = property(lambda self: self._server.dsr)
    ri = property(lambda self: self._server.ri)
    cd = property(lambda self: self._server.cd)

    @property
    def rts(self) -> bool:
        return bool(self._server.rts)

    @rts.setter
    def rts(self, on: bool) -> None:
        self._server.rts = on

    @property
    def dtr(self) -> bool:
        return bool(self._server.dtr)

    @dtr.setter
    def dtr(self, on: bool) -> None:
        self._server.dtr = on

    def reset_input_buffer(self) -> None:
        """There is none."""

    def reset_output_buffer(self) -> None:
        """There is none."""
