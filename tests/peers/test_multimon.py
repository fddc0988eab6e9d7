"""A real multimon-ng hears WAVs that the project made; its lines and our own ears must agree."""

import asyncio
import subprocess
import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.radio import selcall_text, vox
from adapters.radio.kind import RadioKind
from rules.events import UnitIdentified
from simulators.radios import voice

pytestmark = pytest.mark.peers

RATE = 22050  # multimon-ng's
# PZVEI is left out: multimon-ng takes its repeat tone for its 0, and hears neither.
SYSTEMS = ("ZVEI1", "ZVEI2", "ZVEI3", "DZVEI", "CCIR", "EEA", "EIA")
IDS = ("12345", "33477", "11111", "60222", "90817")


def decode(kind: RadioKind, data: bytes, **table: Any) -> list[str]:
    """The units that a station of this kind makes of `data`."""
    settings = msgspec.convert({"name": "s", "kind": kind.name, "port": "socket://h:1", **table}, kind.settings)
    station = kind.make_station(settings)
    station.opened()
    heard = station.feed(data, 0)
    while (wake_us := station.wake_us) is not None:
        heard += station.passed(wake_us)
    return [one.event.unit for one in heard if isinstance(one.event, UnitIdentified)]


async def multimon(wav: Path, system: str) -> bytes:
    """One process a system: two five-tone decoders in one process print into each other's lines."""
    with wave.open(str(wav), "rb") as file:
        samples = file.readframes(file.getnframes())
    command = ("multimon-ng", "-q", "--label", "RX1", "-t", "raw", "-a", system, "-")
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lines, _ = await asyncio.wait_for(process.communicate(samples), 60)
    return lines


def heard_by_us(wav: Path, **table: Any) -> list[str]:
    with wave.open(str(wav), "rb") as file:
        return decode(vox.KIND, file.readframes(file.getnframes()), rate=file.getframerate(), **table)


def scene(sounds: list[voice.Sound], db: float, noise_db: float) -> voice.Sound:
    """The calls with speech between them, over the noise of an open receiver."""
    sound = voice.silence(300, RATE)
    for seed, one in enumerate(sounds):
        sound += one + voice.silence(400, RATE) + voice.speech(700, db, seed, RATE) + voice.silence(500, RATE)
    return voice.mixed(sound, voice.noise(len(sound) * 1000 / RATE, noise_db, rate=RATE))


@pytest.mark.parametrize(("db", "noise_db"), [(-6, -90), (-12, -40), (-25, -45)])
@pytest.mark.parametrize("system", SYSTEMS)
async def test_five_tone_calls_are_heard_alike(system: str, db: float, noise_db: float, tmp_path: Path) -> None:
    wav = tmp_path / "calls.wav"
    calls = [voice.five_tone(system, unit, db, RATE) for unit in IDS]
    voice.write_wav(wav, scene(calls, db, noise_db), RATE)
    by_multimon = decode(selcall_text.KIND, await multimon(wav, system))
    assert heard_by_us(wav, five_tone=system) == list(IDS)
    assert [unit for unit in by_multimon if len(unit) >= 5] == list(IDS)


@pytest.mark.parametrize(("db", "noise_db"), [(-9, -90), (-15, -40), (-28, -45)])
@pytest.mark.parametrize(("on_ms", "off_ms"), [(80, 60), (50, 50), (200, 120)])
async def test_dtmf_is_heard_alike(on_ms: float, off_ms: float, db: float, noise_db: float, tmp_path: Path) -> None:
    wav = tmp_path / "ids.wav"
    units = ["10714", "33477", "112233"]
    calls = [voice.dtmf(f"*{unit}#", on_ms, off_ms, db, RATE) for unit in units]
    voice.write_wav(wav, scene(calls, db, noise_db), RATE)
    assert heard_by_us(wav) == units
    assert decode(selcall_text.KIND, await multimon(wav, "DTMF")) == units
