"""PCM bytes in any pieces to blocks of samples. No I/O."""

import sys
from array import array
from collections.abc import Iterator

BLOCK_S = 0.005
_WORKING_RATE = 8000  # the highest tone looked for is 2800 Hz
FULL_SCALE = 32768.0

Block = list[float]


class Pcm:
    """Signed 16 bit little-endian. Channels and higher rates are averaged down to one of some 8000 a second."""

    def __init__(self, rate: int, channels: int = 1, *, datagrams: bool) -> None:
        factor = max(1, rate // _WORKING_RATE)
        self._factor = factor * channels
        self.rate = rate / factor
        self.block_samples = round(self.rate * BLOCK_S)
        self.block_us = round(self.block_samples * 1_000_000 / self.rate)
        self._datagrams = datagrams
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Block]:
        """The blocks that `data` completes, each `block_samples` numbers from -1 to 1."""
        if self._datagrams:
            data = data[: len(data) // 2 * 2]  # a datagram cut in a sample would turn all that follow into noise
        self._bytes += data
        size = 2 * self._factor * self.block_samples
        whole = len(self._bytes) // size * size
        samples = array("h", bytes(self._bytes[:whole]))
        del self._bytes[:whole]
        if sys.byteorder == "big":
            samples.byteswap()
        for start in range(0, len(samples), size // 2):
            yield self._block(samples[start : start + size // 2])

    def _block(self, samples: "array[int]") -> Block:
        if self._factor == 1:
            return [sample / FULL_SCALE for sample in samples]
        scale = FULL_SCALE * self._factor
        starts = range(0, len(samples), self._factor)
        return [sum(samples[start : start + self._factor]) / scale for start in starts]


def mean_square(block: Block) -> float:
    """The block's power, without a sound card's constant offset."""
    mean = sum(block) / len(block)
    return max(0.0, sum(sample * sample for sample in block) / len(block) - mean * mean)
