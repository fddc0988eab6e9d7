"""A real direwolf: a modem whose sound goes by UDP to another one's, KISS by TCP. No sound card, no radio."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.fixtures.ports import take_free_port

START_WITHIN_S = 60.0
RATE = 22050
REGISTERED_PORT_MAX = 49151

CONFIG = """ADEVICE UDP:{sound_in} air
ARATE {rate}
ACHANNELS 1
CHANNEL 0
MYCALL {call}
MODEM 1200
FULLDUP ON
DWAIT 0
TXDELAY 20
TXTAIL 5
AGWPORT 0
KISSPORT {kiss}
"""
# What direwolf plays goes through a pipe to SENDER; the "null" device takes it, since there is no card.
ALSA = 'pcm.air {{ type file slave.pcm null file "|{python} {sender} {to} {rate}" format "raw" }}\n'
# Real time, and silence whenever nothing is transmitted: a receiver always hears something.
SENDER = """import os, select, socket, sys, time
to, rate = ("127.0.0.1", int(sys.argv[1])), int(sys.argv[2])
air = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
due = time.monotonic()
waiting = b""
while True:
    if select.select([0], [], [], 0)[0]:
        heard = os.read(0, 65536)
        if not heard:
            break
        waiting += heard
    air.sendto(waiting[:1024].ljust(1024, b"\\0"), to)
    waiting = waiting[1024:]
    due += 512 / rate
    time.sleep(max(0.0, due - time.monotonic()))
"""


class Direwolf:
    """Use as `async with`; `kiss` is its port for packets, `pty` (on demand) a serial port of its making."""

    def __init__(self, folder: Path, call: str, sound_in: int, sound_to: int, *, with_pty: bool = False) -> None:
        self.kiss = _registered_port()
        self._folder = folder
        self._call, self._sound_in, self._sound_to = call, sound_in, sound_to
        self._with_pty = with_pty
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.kiss}"

    @property
    def pty(self) -> str:
        """Its own name: the link that direwolf makes besides is one for the whole machine."""
        found = re.search(r"Virtual KISS TNC is available on (/dev/pts/\d+)", self.log())
        assert found is not None, self.log()
        return found[1]

    async def __aenter__(self) -> Self:
        assert shutil.which("direwolf"), "direwolf is not installed: make test-peers does it"
        self._folder.mkdir()
        sender = self._folder / "sender.py"
        sender.write_text(SENDER)
        (self._folder / ".asoundrc").write_text(
            ALSA.format(python=sys.executable, sender=sender, to=self._sound_to, rate=RATE)
        )
        (self._folder / "direwolf.conf").write_text(
            CONFIG.format(sound_in=self._sound_in, rate=RATE, call=self._call, kiss=self.kiss)
        )
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def _start(self) -> None:
        with (self._folder / "direwolf.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(
                    "direwolf",
                    "-c",
                    str(self._folder / "direwolf.conf"),
                    "-t",
                    "0",
                    *(["-p"] if self._with_pty else []),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(self._folder)},
                cwd=self._folder,
                start_new_session=True,  # with its sender
            )
        async with asyncio.timeout(START_WITHIN_S):
            while not await _listens(self.kiss):
                assert self._process.returncode is None, self.log()
                await asyncio.wait([asyncio.create_task(self._process.wait())], timeout=0.05)

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def log(self) -> str:
        return (self._folder / "direwolf.log").read_text(errors="replace")


def _registered_port() -> int:
    """direwolf takes no other."""
    while (port := take_free_port()) > REGISTERED_PORT_MAX:
        pass
    return port


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
