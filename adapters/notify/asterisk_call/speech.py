"""Text to a sound file that Asterisk can play: a program speaks it, we bring it to 8 kHz, 16 bits, one channel."""

import asyncio
import contextlib
import struct
import wave
from array import array
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from pathlib import Path

TELEPHONE_HZ = 8000
SPOKEN_WITHIN_S = 20.0
_WAV_BYTES_MAX = 32 * 1024 * 1024  # two minutes of the best sound
_SECONDS_MAX = 120


class CannotSpeak(Exception):
    """The program failed, or gave no sound; the message says why."""


class Speech:
    """`command` reads the text from its standard input and writes a WAV to its standard output."""

    def __init__(self, command: Sequence[str], folder: str, seen_as: str) -> None:
        """`seen_as`: what Asterisk calls `folder`."""
        self._command = command
        self._folder = Path(folder)
        self._seen_as = seen_as or folder
        self._used: Counter[str] = Counter()  # by how many calls; the last one's end takes the file away

    async def record(self, text: str) -> str:
        """The sound as Asterisk names it, without its ending. Raises CannotSpeak."""
        name = "hotline-" + blake2b("\0".join([text, *self._command]).encode(), digest_size=12).hexdigest()
        file = self._folder / f"{name}.wav"
        if not file.exists():
            sound = await self._spoken(text)
            try:
                await asyncio.to_thread(_write, file, sound)
            except OSError as error:
                raise CannotSpeak(f"{file} cannot be written: {error.strerror}") from error
        self._used[name] += 1
        return f"{self._seen_as.rstrip('/')}/{name}"

    def forget(self, sound: str) -> None:
        """Once for each `record`."""
        name = sound.rpartition("/")[2]
        self._used[name] -= 1
        if self._used[name] <= 0:
            del self._used[name]
            (self._folder / f"{name}.wav").unlink(missing_ok=True)

    async def _spoken(self, text: str) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise CannotSpeak(f"{self._command[0]} cannot be run: {error.strerror}") from error
        try:
            async with asyncio.timeout(SPOKEN_WITHIN_S):
                wav = await _talk(process, text)
                await process.wait()
        except TimeoutError:
            raise CannotSpeak(f"{self._command[0]} did not end within {SPOKEN_WITHIN_S:g} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            raise CannotSpeak(f"{self._command[0]} ended with status {process.returncode}")
        return await asyncio.to_thread(for_telephones, wav)


async def _talk(process: asyncio.subprocess.Process, text: str) -> bytes:
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(text.encode())
    process.stdin.close()
    wav = bytearray()
    while piece := await process.stdout.read(65536):
        wav += piece
        if len(wav) > _WAV_BYTES_MAX:
            raise CannotSpeak("more sound than any alert needs")
    return bytes(wav)


def for_telephones(wav: bytes) -> bytes:
    """The samples of a WAV of 16 bits at any rate from 8 kHz on, as the telephone takes them. Raises CannotSpeak.

    A program that writes into a pipe cannot know the length beforehand: what the header says of it is not believed.
    """
    rate, channels, data = _pcm(wav)
    samples = array("h", data[: len(data) // (2 * channels) * 2 * channels])
    if channels > 1:
        samples = samples[::channels]
    samples = samples[: rate * _SECONDS_MAX]
    if not samples:
        raise CannotSpeak("no sound came")
    if rate == TELEPHONE_HZ:
        return samples.tobytes()
    sums = array("q", accumulate(samples, initial=0))
    count = len(samples) * TELEPHONE_HZ // rate
    edges = [index * rate // TELEPHONE_HZ for index in range(count + 1)]
    # Each sample is the mean of those it stands for: what a telephone cannot carry does not come back as a whistle.
    return array("h", ((sums[end] - sums[begin]) // (end - begin) for begin, end in pairwise(edges))).tobytes()


def _pcm(wav: bytes) -> tuple[int, int, bytes]:
    """Rate, channels and samples."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise CannotSpeak("what came is no WAV")
    at, rate, channels = 12, 0, 0
    while at + 8 <= len(wav):
        name, length = struct.unpack_from("<4sI", wav, at)
        at += 8
        if name == b"fmt " and at + 16 <= len(wav):
            form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", wav, at)
            if form not in {1, 0xFFFE} or bits != 16 or not 1 <= channels <= 2 or not TELEPHONE_HZ <= rate <= 192_000:
                raise CannotSpeak("the WAV must have 16 bits a sample, one or two channels, 8 kHz or more")
        elif name == b"data" and rate:
            return rate, channels, wav[at : at + length]
        at += length + length % 2
    raise CannotSpeak("the WAV holds no samples")


def _write(file: Path, samples: bytes) -> None:
    """Asterisk runs as another user: all may read it. It is there whole or not at all."""
    new = file.with_suffix(".new")
    with wave.open(str(new), "wb") as sound:
        sound.setparams((1, 2, TELEPHONE_HZ, 0, "NONE", "not compressed"))
        sound.writeframes(samples)
    new.chmod(0o644)
    new.replace(file)
