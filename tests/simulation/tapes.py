"""The pretend recorder: clips of what was said by radio, by the real source of kind "recordings", without its child.

The upload's form is real, and its key; the HTTP around it is not. The folder is a real one, its watcher too.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters import recordings
from tests.simulation.folders import OWN
from tests.simulation.house import RECORDER
from tests.simulation.loop import VirtualLoop
from tests.simulation.machine import Machine
from tests.simulation.service import Service
from tests.simulation.spoken import Taped
from tests.simulation.stations import KINDS
from tests.simulation.zones import START_US

KEY = "a key of the recorder's own"
DAY_US = 86_400_000_000
_TRIES_MAX, _AGAIN_S = 40, 5.0


@dataclass
class Tape:
    """One recording, and what became of it."""

    taped: Taped
    audio: bytes
    started_us: int  # by the recorder's clock
    taken: list[bool] = field(default_factory=list)  # each time; whether it was after a copy had been put back
    refused: list[bool] = field(default_factory=list)  # each time; whether its time could not be believed

    @property
    def unit(self) -> str:
        return KINDS[self.taped.channel].units[self.taped.who] if self.taped.who else ""

    @property
    def channel(self) -> str:
        return KINDS[self.taped.channel].channel or self.taped.channel


class Tapes:
    """`told` is all that was said to the gateway."""

    def __init__(self, machine: Machine, loop: VirtualLoop, *, watched: bool) -> None:
        self.told: list[Tape] = []
        self._machine, self._loop = machine, loop
        self._place = Path(tempfile.mkdtemp(prefix="tapes-", dir=OWN))
        self.folder = self._place / "spool"
        self.folder.mkdir()
        key = self._place / "key"
        key.write_text(KEY)
        self.settings = recordings.Settings(
            name=RECORDER,
            kind=recordings.KIND.name,
            key_file=str(key),
            watch_folder=str(self.folder) if watched else None,
            store_folder=str(self._place / "clips"),
            channels={str(kind.number): kind.channel or name for name, kind in KINDS.items()},
            keep_days=36_500,  # the shelf is swept by the machine's own clock
        )
        self.left: list[str] = []  # in the folder, at the end
        self.clips: dict[str, bytes] = {}

    def stop(self) -> None:
        self.left = sorted(one.name for one in self.folder.glob("*.wav"))
        self.clips = {one.stem: one.read_bytes() for one in (self._place / "clips").rglob("*.wav")}
        shutil.rmtree(self._place)

    async def record(self, taped: Taped) -> None:
        started_us = START_US + self._loop.now_us + round(taped.clock_off_s * 1_000_000)
        audio = json.dumps({"nth": len(self.told), "seconds": taped.for_s}).encode()
        tape = Tape(taped, audio, started_us)
        self.told.append(tape)
        await asyncio.sleep(taped.for_s + taped.late_s)
        for nth in range(taped.times):
            await (self._upload(tape) if taped.way == "upload" else self._lay_down(tape, nth))
            await asyncio.sleep(_AGAIN_S)

    async def _upload(self, tape: Tape) -> None:
        """Until it is taken, or refused for good, as uploaders do."""
        form = {
            "key": KEY,
            "dateTime": str(tape.started_us / 1_000_000),
            "talkgroup": str(KINDS[tape.taped.channel].number),
            "system": "1",
            "source": tape.unit,
        }
        for _ in range(_TRIES_MAX):
            service = self._machine.service
            if service is not None and await self._machine.outlived(service, self._offer(service, tape, form)):
                return
            await asyncio.sleep(_AGAIN_S)

    async def _offer(self, service: Service, tape: Tape, form: Mapping[str, str]) -> None:
        recorder = service.recorder
        assert recorder is not None
        assert recorder.knows(form["key"])
        assert not recorder.knows(form["key"][:-1])
        try:
            await recorder.take(tape.audio, recordings.from_form(form))
        except recordings.Refused:
            tape.refused.append(tape.started_us >= self._machine.gateway_us() + DAY_US)
        else:
            tape.taken.append(self._machine.history.lost.seq > 0)

    async def _lay_down(self, tape: Tape, nth: int) -> None:
        """As trunk-recorder does: the file appears whole, what is known of it beside it."""
        name = f"{self.told.index(tape)}-{nth}"
        about = {
            "start_time": tape.started_us / 1_000_000,
            "talkgroup": KINDS[tape.taped.channel].number,
            "srcList": [{"src": tape.unit}],
        }
        (self.folder / f"{name}.json").write_text(json.dumps(about))
        part = self.folder / f"{name}.part"
        part.write_bytes(tape.audio)
        os.utime(part, (0, 0))  # nobody touches it any more
        part.replace(self.folder / f"{name}.wav")
