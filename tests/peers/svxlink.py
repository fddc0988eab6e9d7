"""A real SvxLink as the voice base of a site: audio in by UDP; state, DTMF and PTT on ptys. No sound card."""

import asyncio
import os
import shutil
import socket
import subprocess
import termios
import time
import tty
from pathlib import Path
from typing import Self

from simulators.radios import voice
from tests.fixtures.ports import take_free_port

RATE = 16000
START_WITHIN_S = 60.0
_FRAMES = 256  # what SvxLink takes in one datagram

CONFIG = """[GLOBAL]
LOGICS=SimplexLogic
CARD_SAMPLE_RATE=16000
CARD_CHANNELS=2
[SimplexLogic]
TYPE=Simplex
RX=Voter
TX=Tx1
CALLSIGN=CTRL
EVENT_HANDLER={folder}/events.tcl
RGR_SOUND_DELAY=-1
STATE_PTY={folder}/state
DTMF_CTRL_PTY={folder}/dtmf
[Voter]
TYPE=Voter
RECEIVERS=Rx1
VOTING_DELAY=50
BUFFER_LENGTH=0
[Rx1]
TYPE=Local
RX_ID=A
AUDIO_DEV=udp:127.0.0.1:{audio_in}
AUDIO_CHANNEL=0
SQL_DET=VOX
SQL_HANGTIME=300
VOX_FILTER_DEPTH=20
VOX_THRESH=500
DTMF_DEC_TYPE=INTERNAL
DTMF_HANGTIME=40
SEL5_DEC_TYPE=INTERNAL
SEL5_TYPE=ZVEI1
[Tx1]
TYPE=Local
AUDIO_DEV=udp:127.0.0.1:{audio_out}
AUDIO_CHANNEL=0
PTT_TYPE=PTY
PTT_PTY={folder}/ptt
TIMEOUT=30
TX_DELAY=100
"""

# Tones instead of clips, for no sound files are installed; docs/adapters/radio-svxlink.md has the same lines.
EVENTS = """set script_path "/usr/share/svxlink/events.tcl"
source "/usr/share/svxlink/events.tcl"
namespace eval SimplexLogic {
  proc squelch_open {rx_id is_open} { publishStateEvent "Logic:squelch_open" "rx=$rx_id open=$is_open" }
  proc transmit {is_on} { publishStateEvent "Logic:transmit" "tx=$is_on" }
  proc dtmf_digit_received {digit ms} { publishStateEvent "Logic:dtmf_digit" "digit=$digit ms=$ms"; return 0 }
  proc dtmf_cmd_received {cmd} { publishStateEvent "Logic:dtmf_cmd" "cmd=$cmd"; playTone 800 900 1500; return 1 }
  proc manual_identification {} { playTone 600 900 1200 }
}
"""


class Svxlink:
    """Use as `with Svxlink(folder) as base`; `unit_speaks` and `control_keys` are what people do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._audio_to = take_free_port()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert shutil.which("svxlink"), "svxlink is not installed: make test-peers does it"
        places = {"folder": self.folder, "audio_in": self._audio_to, "audio_out": take_free_port()}
        (self.folder / "svxlink.conf").write_text(CONFIG.format(**places))
        (self.folder / "events.tcl").write_text(EVENTS)
        with (self.folder / "svxlink.log").open("wb") as log:
            command = ["svxlink", f"--config={self.folder / 'svxlink.conf'}"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own words
        deadline = time.monotonic() + START_WITHIN_S
        while not all((self.folder / name).exists() for name in ("state", "dtmf", "ptt")):
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._socket.close()

    def log(self) -> str:
        return (self.folder / "svxlink.log").read_text(errors="replace")

    async def until_logged(self, words: str) -> None:
        async with asyncio.timeout(60):
            while words not in self.log():  # noqa: ASYNC110 - another program writes it
                await asyncio.sleep(0.05)

    async def unit_speaks(self, sound: voice.Sound) -> None:
        """`sound` (at RATE) in real time, with the silence of an open receiver before and after: its squelch closes."""
        quiet = voice.silence(300, RATE)
        mono = voice.pcm([*quiet, *sound, *quiet, *quiet])
        loop = asyncio.get_running_loop()
        due = loop.time()
        for start in range(0, len(mono), 2 * _FRAMES):
            piece = mono[start : start + 2 * _FRAMES].ljust(2 * _FRAMES, b"\0")
            stereo = b"".join(piece[at : at + 2] * 2 for at in range(0, len(piece), 2))
            self._socket.sendto(stereo, ("127.0.0.1", self._audio_to))
            due += _FRAMES / RATE
            await asyncio.sleep(max(0.0, due - loop.time()))

    def control_keys(self) -> None:
        """Control's own command at the desk: SvxLink keys the transmitter and speaks."""
        desk = os.open(self.folder / "dtmf", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(desk, termios.TCSANOW)
            os.write(desk, b"*#")
        finally:
            os.close(desk)
