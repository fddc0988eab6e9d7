"""What the workshop makes of audio from outside, each time in a child of its own."""

import io
import wave

import pytest

from adapters.recordings.refused import Refused
from adapters.recordings.workshop import Made, Workshop
from tests.fixtures.audio import wav


async def make(audio: bytes) -> Made:
    return await Workshop(seconds_max=10, silence_dbfs=-45).make(audio)


def loudest(made: Made) -> float:
    with wave.open(io.BytesIO(made.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        frames = file.readframes(file.getnframes())
    return max(abs(sample) for sample in memoryview(frames).cast("h")) / 32768


async def test_the_silence_around_speech_is_cut_off_and_told() -> None:
    made = await make(wav([(2, 0), (1.5, 0.1), (3, 0)]))
    assert made.seconds == pytest.approx(1.5 + 0.4, abs=0.05)
    assert made.lead_s == pytest.approx(1.8, abs=0.05)
    assert not made.silent


async def test_silence_between_words_stays() -> None:
    made = await make(wav([(0.5, 0.1), (2, 0), (0.5, 0.1)]))
    assert made.seconds == pytest.approx(3, abs=0.05)


async def test_a_faint_recording_becomes_as_loud_as_any() -> None:
    assert loudest(await make(wav([(1, 0.02)]))) == pytest.approx(10 ** (-1 / 20), abs=0.02)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
async def test_every_sample_width_and_stereo_is_read(width: int) -> None:
    made = await make(wav([(0.5, 0), (0.5, 0.5), (0.5, 0)], rate=48_000, channels=2, width=width))
    assert made.seconds == pytest.approx(0.9, abs=0.05)
    assert loudest(made) == pytest.approx(0.89, abs=0.03)


async def test_a_recording_of_nothing_is_kept_whole_and_marked() -> None:
    made = await make(wav([(2, 0)]))
    assert made.silent
    assert made.seconds == pytest.approx(2)


async def test_a_wav_whose_header_leaves_the_sizes_open_is_read_to_its_end() -> None:
    streamed = bytearray(wav([(1, 0.3)]))
    streamed[4:8] = streamed[40:44] = b"\xff\xff\xff\xff"
    assert (await make(bytes(streamed))).seconds == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        (b"", "no sound at all"),
        (b"RIFF\x24\x00\x00\x00WAVE", "broken WAV"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x00\x00", "broken WAV"),
        (wav([]), "no sound at all"),
        (wav([(11, 0.1)], rate=1000), "longer than 10 s"),
    ],
)
async def test_what_is_no_recording_is_refused_with_the_reason(audio: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        await make(audio)


async def test_noise_that_is_no_audio_is_refused_with_or_without_ffmpeg() -> None:
    with pytest.raises(Refused, match="ffmpeg"):
        await make(bytes(range(256)) * 100)
