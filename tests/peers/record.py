"""Makes the golden recordings anew: `python -m tests.peers.record [scene …]`, as root, after scripts/peers-setup."""

import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.fixtures.ports import take_free_port
from tests.peers.calls import Sipp
from tests.peers.pbx import AMI_SECRET, Asterisk
from tests.peers.scenes import SCENES, play, telephone_ports

RECORDINGS = Path(__file__).parent.parent / "golden" / "recordings"


class Recorder:
    """Writes down what the manager interface says, byte for byte; it understands nothing of it."""

    def __init__(self, port: int) -> None:
        self._heard = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(f"Action: Login\r\nUsername: recorder\r\nSecret: {AMI_SECRET}\r\n\r\n".encode())
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def stop(self) -> bytes:
        time.sleep(1.0)  # the last events of the last call
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        return bytes(self._heard)

    def _listen(self) -> None:
        while data := self._socket.recv(65536):
            self._heard += data


def record(name: str) -> bytes:
    """Play one scene on an Asterisk of its own."""
    pbx = Asterisk(f"record-{name}", take_free_port(), take_free_port(), telephone_ports())
    with tempfile.TemporaryDirectory() as folder:
        sipp = Sipp(Path(folder), pbx.sip_port, pbx.telephones)
        try:
            pbx.start()
            recorder = Recorder(pbx.ami_port)
            try:
                sipp.wait(play(sipp, name).lasts_s)
            finally:
                heard = recorder.stop()
        finally:
            sipp.close()
            pbx.remove()
    return heard


if __name__ == "__main__":
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    for scene in sys.argv[1:] or SCENES:
        (RECORDINGS / f"{scene}.ami").write_bytes(record(scene))
        sys.stdout.write(f"{scene}\n")
