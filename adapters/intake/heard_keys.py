"""Which keys are surely new: a Bloom filter of all that the journal has, so that hardly any is looked up there.

It may take a new key for a known one (the journal is asked, and says no), never a known one for new.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Final

KEY_BYTES: Final = 16  # hashed, so that any bits of it are as good as others
_BITS_A_KEY: Final = 32  # one key of 5,000 is taken for known
_BITS_A_KEY_MIN: Final = 16  # one of 400
_BYTES_MIN: Final = 1 << 20
BYTES_MAX: Final = 1 << 25  # for 16 million keys; with 60 million every sixth is looked up
_four_of = struct.Struct("<4I")
_BIT: Final = tuple(1 << place for place in range(8))


class HeardKeys:
    """Has room for `count` keys and as many again, within `BYTES_MAX`."""

    def __init__(self, count: int = 0) -> None:
        wanted = count * _BITS_A_KEY // 8
        size = min(BYTES_MAX, max(_BYTES_MIN, 1 << wanted.bit_length()))  # a power of two above it
        self.whole = False  # until then, everybody has to be asked for
        self._bits = bytearray(size)
        self._mask = size - 1
        self._room = size * 8 // _BITS_A_KEY_MIN if size < BYTES_MAX else None
        self._count = 0

    def __len__(self) -> int:
        """In bytes."""
        return len(self._bits)

    @property
    def outgrown(self) -> bool:
        """Time for a larger one."""
        return self._room is not None and self._count > self._room

    def add(self, keys: Iterable[bytes]) -> None:
        self.add_packed(b"".join(keys))

    def add_packed(self, keys: bytes) -> None:
        """One after the other, nothing between them."""
        bits, mask = self._bits, self._mask
        for a, b, c, d in _four_of.iter_unpack(keys):
            bits[a >> 3 & mask] |= _BIT[a & 7]
            bits[b >> 3 & mask] |= _BIT[b & 7]
            bits[c >> 3 & mask] |= _BIT[c & 7]
            bits[d >> 3 & mask] |= _BIT[d & 7]
        self._count += len(keys) // KEY_BYTES

    def maybe(self, keys: Sequence[bytes]) -> list[bytes]:
        """All but those that are surely new."""
        if not self.whole:
            return list(keys)
        bits, mask = self._bits, self._mask
        return [
            key
            for key, (a, b, c, d) in zip(keys, _four_of.iter_unpack(b"".join(keys)), strict=True)
            if bits[a >> 3 & mask] & _BIT[a & 7]
            and bits[b >> 3 & mask] & _BIT[b & 7]
            and bits[c >> 3 & mask] & _BIT[c & 7]
            and bits[d >> 3 & mask] & _BIT[d & 7]
        ]
