"""Runs adapters.recordings.clip in a child of its own for each recording, with an end to its patience."""

import asyncio
import json
import sys
from pathlib import Path
from typing import NamedTuple

import adapters
from adapters.recordings.refused import Refused

_PATIENCE_S = 90.0
_AT_ONCE_MAX = 2


class Made(NamedTuple):
    """A clip to keep: `lead_s` of silence was cut off at its beginning."""

    wav: bytes
    seconds: float
    lead_s: float
    silent: bool


class Workshop:
    """`make` may be called by many at once; a few children work."""

    def __init__(self, *, seconds_max: float, silence_dbfs: float) -> None:
        self._limits = json.dumps({"seconds_max": seconds_max, "silence_dbfs": silence_dbfs}).encode() + b"\n"
        self._free = asyncio.Semaphore(_AT_ONCE_MAX)

    async def make(self, audio: bytes) -> Made:
        """Raises Refused."""
        async with self._free:
            return await self._in_child(audio)

    async def _in_child(self, audio: bytes) -> Made:
        # -W ignore: pydub 0.25.1 has invalid escapes and imports the deprecated audioop.
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "adapters.recordings.clip"),
            cwd=Path(adapters.__file__).parent.parent,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_PATIENCE_S):
                out, _ = await child.communicate(self._limits + audio)
        except TimeoutError as error:
            raise Refused(f"it could not be read within {_PATIENCE_S:g} s") from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        head, _, wav = out.partition(b"\n")
        if child.returncode != 0 or not head:
            raise Refused("reading it failed: it is damaged, or asks for more than one recording may use")
        told = json.loads(head)
        if "refused" in told:
            raise Refused(told["refused"])
        return Made(wav, told["seconds"], told["lead_s"], told["silent"])
