"""Recorded line levels: lines of `<milliseconds> <mask>` (hexadecimal), or one byte a change, a second apart."""

import re

from adapters.radio.kind import Piece

_TIMED = re.compile(rb"\s*(\d+(?:\.\d+)?)\s+(?:0x)?([0-9a-fA-F]{1,2})\s*")
_APART_US = 1_000_000


def read_sample(data: bytes) -> list[Piece]:
    lines = [line for line in data.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    timed = [_TIMED.fullmatch(line) for line in lines]
    if lines and all(timed):
        return [Piece(bytes([int(found[2], 16)]), round(float(found[1]) * 1000)) for found in timed if found]
    return [Piece(bytes([levels]), place * _APART_US) for place, levels in enumerate(data)]
