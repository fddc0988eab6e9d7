"""A real mosquitto that keeps sessions on disk: to be killed and started again."""

import asyncio
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from tests.fixtures.ports import take_free_port

START_WITHIN_S = 60.0

CONFIG = """listener {port} 127.0.0.1
allow_anonymous true
user root
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
"""


class Mosquitto:
    """Use as `with Mosquitto(folder) as broker`."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.port = take_free_port()
        self._folder = folder
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert shutil.which("mosquitto", path="/usr/sbin:/usr/bin"), (
            "mosquitto is not installed: make test-peers does it"
        )
        self._folder.mkdir(exist_ok=True)
        (self._folder / "mosquitto.conf").write_text(self._config.format(port=self.port, folder=self._folder))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with (self._folder / "mosquitto.log").open("ab") as log:
            command = ["/usr/sbin/mosquitto", "-c", str(self._folder / "mosquitto.conf")]
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_WITHIN_S
        while not self._listens():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def kill(self) -> None:
        """As if the power went."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def until_kept(self, words: bytes) -> None:
        """`words` are on disk, and outlive a kill: it writes its sessions down once a second."""
        file = self._folder / "mosquitto.db"
        async with asyncio.timeout(START_WITHIN_S):
            while not file.exists() or words not in file.read_bytes():  # noqa: ASYNC110 - another program writes it
                await asyncio.sleep(0.1)

    def log(self) -> str:
        return (self._folder / "mosquitto.log").read_text(errors="replace")

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False
