"""The real source of kind "recordings", without the child that reads foreign audio (tests/unit/recordings)."""

import asyncio
import json

from adapters import recordings
from adapters.recordings.workshop import Made, Workshop

LEAD_S = 0.2  # of silence, which is cut off


class SimWorkshop(Workshop):
    """As its child would: who sends audio here says what is in it."""

    async def make(self, audio: bytes) -> Made:
        await asyncio.sleep(0.05)
        return Made(audio, json.loads(audio)["seconds"], LEAD_S, silent=False)


class SimRecorder(recordings.Recorder):
    def __init__(self, settings: recordings.Settings) -> None:
        super().__init__(settings)
        self._workshop = SimWorkshop(seconds_max=settings.clip_seconds_max, silence_dbfs=settings.silence_dbfs)
