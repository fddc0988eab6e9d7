"""Hears DTMF and five-tone digits in blocks of samples: one bin of a Fourier transform a tone, over a sliding window.

The recurrence of Goertzel gives the same number; a dot product is what Python does fastest.
"""

import cmath
import math
from collections import deque
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

from adapters.radio.vox.codec import BLOCK_S, Block

_ROWS_HZ, _COLUMNS_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = "123A456B789C*0#D"
_DTMF_WINDOW_MS = 25
_DTMF_HOLDS = 3  # windows in a row that must agree
_DTMF_TWIST_MAX = 10.0  # how much stronger one of the two tones may be, in power
_DOMINANT = 6.0  # a tone is so many times stronger than every other of its group, in power
_SHARE_MIN = 0.4  # of all that is heard; the rest is noise
_TONES_MAX = 16
_SEQUENCE_ENDS_MS = 100.0  # without a tone; sequences are 150 ms apart and more


class System(NamedTuple):
    hz: tuple[int, ...]  # of the digits 0 to 9 and A to F; E repeats the digit before it
    tone_ms: float


_ZVEI = (2400, 1060, 1160, 1270, 1400, 1530, 1670, 1830, 2000, 2200)
_CCIR = (1981, 1124, 1197, 1275, 1358, 1446, 1540, 1640, 1747, 1860)
SYSTEMS: dict[str, System] = {
    "ZVEI1": System((*_ZVEI, 2800, 810, 970, 885, 2600, 680), 70.0),
    "ZVEI2": System((*_ZVEI, 885, 825, 740, 680, 970, 2600), 70.0),
    "ZVEI3": System((*_ZVEI, 885, 810, 2800, 680, 970, 2600), 70.0),
    # Some tables give PZVEI's repeat tone as 2400 Hz, which is its 0: SvxLink's 2600 can be told apart.
    "PZVEI": System((*_ZVEI, 970, 810, 2800, 885, 2600, 680), 100.0),
    "DZVEI": System((2200, 970, 1060, 1160, 1270, 1400, 1530, 1670, 1830, 2000, 825, 740, 2600, 885, 2400, 680), 70.0),
    "CCIR": System((*_CCIR, 2400, 930, 2247, 991, 2110, 1055), 100.0),
    "EEA": System((*_CCIR, 1055, 930, 2400, 991, 2110, 2247), 40.0),
    "EIA": System((600, 741, 882, 1023, 1164, 1305, 1446, 1587, 1728, 1869, 2151, 2433, 2010, 2292, 459, 1091), 33.0),
}


class _Bins:
    """The power of each of some frequencies over the last `blocks` blocks, as a share of all that was heard."""

    def __init__(self, hz: Sequence[int], rate: float, block_samples: int, blocks: int) -> None:
        turns = [2 * math.pi * one / rate for one in hz]
        self._cosines = [[math.cos(turn * at) for at in range(block_samples)] for turn in turns]
        self._sines = [[math.sin(turn * at) for at in range(block_samples)] for turn in turns]
        # A block's sums begin at phase 0; so far the tone turns from one block to the next.
        self._steps = [cmath.exp(-1j * turn * block_samples) for turn in turns]
        self._samples = block_samples
        self._sums: deque[list[complex]] = deque(maxlen=blocks)
        self._energies: deque[float] = deque(maxlen=blocks)

    def clear(self) -> None:
        self._sums.clear()
        self._energies.clear()

    def feed(self, block: Block) -> list[float] | None:
        """None until the window is full."""
        sums = [
            complex(sum(map(mul, block, cosine)), -sum(map(mul, block, sine)))
            for cosine, sine in zip(self._cosines, self._sines, strict=True)
        ]
        self._sums.append(sums)
        self._energies.append(sum(map(mul, block, block)))
        energy = sum(self._energies)
        if len(self._sums) < (self._sums.maxlen or 0) or energy == 0.0:
            return None
        whole = energy * len(self._sums) * self._samples / 2
        totals = [0j] * len(self._steps)
        for earlier in reversed(self._sums):  # the newest is turned least
            totals = [total * step + part for total, step, part in zip(totals, self._steps, earlier, strict=True)]
        return [(total.real**2 + total.imag**2) / whole for total in totals]


def _strongest(shares: Sequence[float]) -> int | None:
    best = max(range(len(shares)), key=shares.__getitem__)
    limit = shares[best] / _DOMINANT
    return best if all(share <= limit for at, share in enumerate(shares) if at != best) else None


class Dtmf:
    """`hear` gives each digit once, however long its key is held."""

    def __init__(self, rate: float, block_samples: int) -> None:
        blocks = round(_DTMF_WINDOW_MS / 1000 / BLOCK_S)
        self._bins = _Bins((*_ROWS_HZ, *_COLUMNS_HZ), rate, block_samples, blocks)
        self._held = _Held(_DTMF_HOLDS)

    def hear(self, block: Block | None) -> str:
        """None for a block in which it is quiet."""
        return self._held.pressed(self._key(block))

    def _key(self, block: Block | None) -> str:
        if block is None:
            self._bins.clear()
            return ""
        shares = self._bins.feed(block)
        if shares is None:
            return ""
        row, column = _strongest(shares[:4]), _strongest(shares[4:])
        if row is None or column is None:
            return ""
        low, high = shares[row], shares[4 + column]
        if low + high < _SHARE_MIN or max(low, high) > _DTMF_TWIST_MAX * min(low, high):
            return ""
        return _KEYS[4 * row + column]


class FiveTone:
    """`hear` gives a whole sequence, as sent (repeats as E), when it is over."""

    def __init__(self, system: System, tone_ms: float, tones_min: int, rate: float, block_samples: int) -> None:
        tone_ms = tone_ms or system.tone_ms
        window_ms = min(50.0, max(20.0, 0.6 * tone_ms))
        self._bins = _Bins(system.hz, rate, block_samples, round(window_ms / 1000 / BLOCK_S))
        self._held = _Held(max(2, round((tone_ms - window_ms) / 2000 / BLOCK_S)))
        self._tones_min = tones_min
        self._digits = ""
        self._quiet_blocks = 0

    def hear(self, block: Block | None) -> str:
        """None for a block in which it is quiet."""
        tone = self._tone(block)
        digit = self._held.pressed(tone)
        if digit and not self._digits.endswith(digit):  # the same tone twice is one with a fade in it: repeats are E
            self._digits = (self._digits + digit)[-_TONES_MAX:]
        self._quiet_blocks = 0 if tone else self._quiet_blocks + 1
        if self._quiet_blocks * BLOCK_S * 1000 < _SEQUENCE_ENDS_MS:
            return ""
        return self.end()

    @property
    def begun(self) -> bool:
        return bool(self._digits)

    def end(self) -> str:
        """What has been heard is all; "" where it is too short to be a call."""
        digits, self._digits = self._digits, ""
        return digits if len(digits) >= self._tones_min else ""

    def _tone(self, block: Block | None) -> str:
        if block is None:
            self._bins.clear()
            return ""
        shares = self._bins.feed(block)
        best = _strongest(shares) if shares is not None else None
        if shares is None or best is None or shares[best] < _SHARE_MIN:
            return ""
        return f"{best:X}"


class _Held:
    """A digit counts once it was heard in `blocks` windows in a row, and again only after another or none."""

    def __init__(self, blocks: int) -> None:
        self._blocks = blocks
        self._digit = ""
        self._heard = 0

    def pressed(self, digit: str) -> str:
        if digit != self._digit:
            self._digit, self._heard = digit, 0
        self._heard += 1
        return digit if digit and self._heard == self._blocks else ""
