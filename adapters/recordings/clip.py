"""One recording made fit to keep: checked, mono, evenly loud, without the silence around it. Runs in a child process.

The bytes come from outside. What reads them may hang, crash or eat memory, and takes only this child along:
`python -m adapters.recordings.clip` reads one JSON line of limits and then the audio from standard input, and writes
one JSON line and then the clip as WAV to standard output.
"""

import io
import json
import resource
import sys
import wave
from typing import NamedTuple

from pydub import AudioSegment, effects, silence
from pydub.exceptions import CouldntDecodeError
from pydub.utils import which

from adapters.recordings.refused import Refused

RATE_MAX = 16_000  # speech by radio has nothing above 4 kHz; more is kept, but not at 48,000 a second
MARGIN_MS = 200  # of the silence at both ends that stays
HEADROOM_DB = 1.0
_MEMORY_BYTES_MAX = 1 << 30
_CPU_S_MAX = 60
_STEP_MS = 10


class Clip(NamedTuple):
    """`lead_s`: so much silence was cut off at the beginning; `silent`: nothing louder was found, nothing was cut."""

    wav: bytes
    seconds: float
    lead_s: float
    silent: bool


def make_clip(audio: bytes, seconds_max: float, silence_dbfs: float) -> Clip:
    """A 16-bit mono WAV at 16 kHz or less. Raises Refused."""
    whole = _read(audio, seconds_max) if audio else AudioSegment.empty()
    if len(whole) == 0:
        raise Refused("it holds no sound at all")
    if whole.duration_seconds > seconds_max:
        raise Refused(f"it is longer than {seconds_max:g} s")
    whole = whole.set_channels(1).set_sample_width(2)
    if whole.frame_rate > RATE_MAX:
        whole = whole.set_frame_rate(RATE_MAX)
    lead_ms = silence.detect_leading_silence(whole, silence_dbfs, _STEP_MS)
    silent = lead_ms >= len(whole) - _STEP_MS
    if silent:
        lead_ms = tail_ms = 0
    else:
        tail_ms = silence.detect_leading_silence(whole.reverse(), silence_dbfs, _STEP_MS)
    begin = max(0, lead_ms - MARGIN_MS)
    kept = whole[begin : len(whole) - max(0, tail_ms - MARGIN_MS)]
    if not silent:
        kept = effects.normalize(kept, HEADROOM_DB)
    out = io.BytesIO()
    kept.export(out, format="wav")
    return Clip(out.getvalue(), kept.duration_seconds, begin / 1000, silent)


def _read(audio: bytes, seconds_max: float) -> AudioSegment:
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE":
        plain = _read_pcm(audio)
        if plain is not None:
            return plain
    if which("ffmpeg") is None:
        raise Refused("only PCM WAV can be read here: install ffmpeg for other formats")
    try:
        return AudioSegment.from_file(io.BytesIO(audio), duration=seconds_max + 1)
    except (CouldntDecodeError, IndexError, KeyError, ValueError, OSError) as error:
        raise Refused("it is no audio that ffmpeg can read") from error


def _read_pcm(audio: bytes) -> AudioSegment | None:
    """None: a WAV of another coding. Recorders that stream leave the sizes in the header open: what is there counts."""
    try:
        with wave.open(io.BytesIO(audio)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        if "unknown format" in str(error):
            return None
        raise Refused(f"a broken WAV file: {str(error) or 'it ends too early'}") from error
    if channels > 8 or not 1_000 <= rate <= 384_000 or width > 4:
        raise Refused(f"a WAV of {channels} channels at {rate} samples a second of {width} bytes is no recording")
    frames = frames[: len(frames) - len(frames) % (width * channels)]
    return AudioSegment(data=_signed(frames, width), sample_width=width, frame_rate=rate, channels=channels)


def _signed(frames: bytes, width: int) -> bytes:
    """WAV counts 8-bit samples from 0 to 255, pydub from -128 to 127."""
    return bytes(byte ^ 0x80 for byte in frames) if width == 1 else frames


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S_MAX, _CPU_S_MAX))
    limits = json.loads(sys.stdin.buffer.readline())
    head: dict[str, object]
    try:
        clip = make_clip(sys.stdin.buffer.read(), limits["seconds_max"], limits["silence_dbfs"])
    except Refused as error:
        head, wav = {"refused": str(error)}, b""
    except MemoryError:
        head, wav = {"refused": "it needs more memory than one recording may have"}, b""
    else:
        head, wav = {"seconds": clip.seconds, "lead_s": clip.lead_s, "silent": clip.silent}, clip.wav
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + wav)


if __name__ == "__main__":
    main()
