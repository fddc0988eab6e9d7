"""The writer's process as the gateway has it: started, asked, seen ending.

A process of its own shares no interpreter lock with the event loop: it commits while the loop reads what comes in.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any, cast

import adapters
from adapters.errors import StoreError
from adapters.intake_writer.messages import LENGTH_BYTES, Answer, Close, Request, framed, read_answer

_JUST_NOW_S = 5.0  # a disk that is slow at each commit is not quick in between
_ROOT = Path(adapters.__file__).parents[1]  # where Python finds our packages, installed or not


class Unsure(StoreError):
    """Whether the commit is on disk, the journal tells."""


class WriterProcess:
    """At most one at a time. It ends by itself when our end of the socket is gone, however we ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._link = _Link()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._link.up else None

    @property
    def silent_s(self) -> float:
        """How long the oldest question has waited, or one that was answered just now had to."""
        return self._link.silent_s

    async def start(self) -> None:
        if self._link.up:
            return
        self._link.close()
        await self._reap()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "adapters.intake_writer", str(theirs.fileno())]
            try:
                self._process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own words; it returns at once
                    command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, cwd=_ROOT
                )
            except OSError as error:
                ours.close()
                raise StoreError(f"the process that writes the store cannot be started: {error}") from error
        self._link = _Link()
        await asyncio.get_running_loop().create_unix_connection(lambda: self._link, sock=ours)

    def ask(self, request: Request) -> asyncio.Future[Any]:
        """Sent at once: what is asked first is done first."""
        return self._link.ask(framed(request))

    async def close(self) -> None:
        with contextlib.suppress(StoreError):
            await self.ask(Close())
        self._link.close()
        await self._reap()

    async def _reap(self) -> None:
        if self._process is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait)
            self._process = None


class _Link(asyncio.Protocol):
    """Requests out, answers in, in the same order."""

    def __init__(self) -> None:
        self.up = False
        self._asked: deque[tuple[asyncio.Future[Any], float]] = deque()  # and when, by the loop's clock
        self._received = b""
        self._took_s = self._answered_s = 0.0  # the last answer: how long, and when

    @property
    def silent_s(self) -> float:
        now_s = asyncio.get_running_loop().time()
        waits_s = now_s - self._asked[0][1] if self._asked else 0.0
        return max(waits_s, self._took_s if now_s - self._answered_s < _JUST_NOW_S else 0.0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self.up = True

    def connection_lost(self, _: Exception | None) -> None:
        self.up = False
        for asked, _when in self._asked:
            if not asked.done():
                asked.set_exception(Unsure("the process that writes the store has ended"))
        self._asked.clear()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= LENGTH_BYTES:
            end = LENGTH_BYTES + int.from_bytes(self._received[:LENGTH_BYTES], "big")
            if len(self._received) < end:
                return
            asked, asked_s = self._asked.popleft()
            now_s = asyncio.get_running_loop().time()
            self._took_s = now_s - asked_s if self._answered_s else 0.0  # the first opens the store: that may take long
            self._answered_s = now_s
            if not asked.done():  # who asked may have gone away
                _tell(asked, read_answer.decode(self._received[LENGTH_BYTES:end]))
            self._received = self._received[end:]

    def ask(self, message: bytes) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[Any] = loop.create_future()
        if self.up:
            self._asked.append((asked, loop.time()))
            self._transport.write(message)
        else:
            asked.set_exception(StoreError("the process that writes the store has ended"))
        return asked

    def close(self) -> None:
        if self.up:
            self._transport.close()


def _tell(asked: asyncio.Future[Any], answer: Answer) -> None:
    if answer.failed:
        asked.set_exception(Unsure(answer.failed) if answer.unsure else StoreError(answer.failed))
    else:
        asked.set_result(answer.value)
