"""What a receiver's loudspeaker plays: speech, tones, DTMF, five-tone calls, noise; as numbers, PCM, WAV or datagrams.

Sounds are lists of numbers from -1 to 1 at RATE a second; levels are dB below full scale.
"""

import array
import asyncio
import math
import random
import sys
import wave
from pathlib import Path

from simulators.radios.ports import Port

RATE = 8000
PIECE_S = 0.02

Sound = list[float]

_ROWS = {"123A": 697.0, "456B": 770.0, "789C": 852.0, "*0#D": 941.0}
_COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = {key: (row_hz, _COLUMNS[place]) for keys, row_hz in _ROWS.items() for place, key in enumerate(keys)}

_ZVEI = "2400 1060 1160 1270 1400 1530 1670 1830 2000 2200"
_CCIR = "1981 1124 1197 1275 1358 1446 1540 1640 1747 1860"
_EIA = "600 741 882 1023 1164 1305 1446 1587 1728 1869 2151 2433 2010 2292 459 1091"
_SYSTEMS = {  # the tones of 0 to 9 and A to F, and how long each is sent, ms
    "ZVEI1": (f"{_ZVEI} 2800 810 970 885 2600 680", 70),
    "ZVEI2": (f"{_ZVEI} 885 825 740 680 970 2600", 70),
    "ZVEI3": (f"{_ZVEI} 885 810 2800 680 970 2600", 70),
    "PZVEI": (f"{_ZVEI} 970 810 2800 885 2600 680", 100),
    "DZVEI": ("2200 970 1060 1160 1270 1400 1530 1670 1830 2000 825 740 2600 885 2400 680", 70),
    "CCIR": (f"{_CCIR} 2400 930 2247 991 2110 1055", 100),
    "EEA": (f"{_CCIR} 1055 930 2400 991 2110 2247", 40),
    "EIA": (_EIA, 33),
}


def tones(hz: tuple[float, ...], ms: float, db: float = -12.0, rate: int = RATE) -> Sound:
    """All of `hz` together, each `db` loud, with the soft edges of a real transmitter."""
    size = round(rate * ms / 1000)
    edge = max(1, round(rate * 0.002))
    loud = 10 ** (db / 20)
    sound = []
    for at in range(size):
        soft = min(1.0, (at + 1) / edge, (size - at) / edge)
        sound.append(loud * soft * sum(math.sin(2 * math.pi * one * at / rate) for one in hz))
    return sound


def silence(ms: float, rate: int = RATE) -> Sound:
    return [0.0] * round(rate * ms / 1000)


def noise(ms: float, db: float = -30.0, seed: int = 1, rate: int = RATE) -> Sound:
    chance = random.Random(seed)
    loud = 10 ** (db / 20)
    return [chance.gauss(0.0, loud) for _ in range(round(rate * ms / 1000))]


def speech(ms: float, db: float = -15.0, seed: int = 1, rate: int = RATE) -> Sound:
    """Voiced syllables of changing pitch and vowel: no words, yet what a level meter takes for speech."""
    chance = random.Random(seed)
    sound: Sound = []
    loud = 10 ** (db / 20)
    while len(sound) < round(rate * ms / 1000):
        pitch, vowel = chance.uniform(95, 220), chance.uniform(400, 1100)
        harmonics = [(n, 1 / (1 + abs(pitch * n - vowel) / 300)) for n in range(1, 15)]
        size = round(rate * chance.uniform(0.12, 0.3))
        for at in range(size):
            swell = 0.3 + 0.7 * math.sin(math.pi * at / size)
            sound.append(
                loud * swell * sum(a * math.sin(2 * math.pi * pitch * n * at / rate) for n, a in harmonics) / 2
            )
    return sound[: round(rate * ms / 1000)]


def dtmf(keys: str, on_ms: float = 80, off_ms: float = 60, db: float = -15.0, rate: int = RATE) -> Sound:
    sound: Sound = []
    for key in keys:
        sound += tones(KEYS[key], on_ms, db, rate) + silence(off_ms, rate)
    return sound


def five_tone(system: str, digits: str, db: float = -12.0, rate: int = RATE, *, tone_ms: float = 0.0) -> Sound:
    """`digits` as they are sent: a digit like the one before it goes out as E, the system's repeat tone."""
    table, usual_ms = _SYSTEMS[system]
    frequencies = [float(word) for word in table.split()]
    sound: Sound = []
    before = ""
    for digit in digits:
        sent = "E" if digit == before else digit
        sound += tones((frequencies[int(sent, 16)],), tone_ms or usual_ms, db, rate)
        before = "" if sent == "E" else digit
    return sound


def mixed(sound: Sound, other: Sound) -> Sound:
    """`other` under `sound`, as long as `sound` is."""
    return [one + (other[at] if at < len(other) else 0.0) for at, one in enumerate(sound)]


def pcm(sound: Sound) -> bytes:
    """Signed 16 bit, little-endian, one channel; what is too loud is cut."""
    samples = array.array("h", (max(-32768, min(32767, round(32767 * one))) for one in sound))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def write_wav(path: Path, sound: Sound, rate: int = RATE) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm(sound))


class VoiceBase:
    """A receiver whose audio goes out over `port`, as fast as it is spoken."""

    def __init__(self, port: Port, rate: int = RATE) -> None:
        self._port = port
        self._rate = rate

    async def play(self, sound: Sound) -> None:
        data = pcm(sound)
        size = 2 * round(self._rate * PIECE_S)
        loop = asyncio.get_running_loop()
        due = loop.time()
        for start in range(0, len(data), size):
            self._port.write(data[start : start + size])
            due += PIECE_S
            await asyncio.sleep(max(0.0, due - loop.time()))
