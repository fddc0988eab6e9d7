"""The header that a WAV file, or a stream made like one, begins with."""

import struct
from typing import NamedTuple

HEADER_BYTES_MAX = 4096
_PCM, _EXTENSIBLE = 1, 0xFFFE
_FMT_BYTES_MIN = 16


class Format(NamedTuple):
    """`size`: of the header, up to the first sample."""

    rate: int
    channels: int
    size: int


class Unread(NamedTuple):
    """`reason`: why the samples after it cannot be taken; "" where there is no header at all."""

    reason: str


def read_header(data: bytes | bytearray) -> Format | Unread | None:
    """None: more bytes are needed to tell."""
    if len(data) < 12 and b"RIFF".startswith(data[:4]):
        return None
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return Unread("")
    found: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            return _format(found, at + 8)
        if name == b"fmt " and size >= _FMT_BYTES_MIN and at + 8 + _FMT_BYTES_MIN <= len(data):
            code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at + 8)
            found = code, channels, rate, bits
        at += 8 + size + size % 2
    return None if len(data) < HEADER_BYTES_MAX else Unread("a WAV header without data")


def _format(found: tuple[int, int, int, int] | None, size: int) -> Format | Unread:
    if found is None:
        return Unread("a WAV header without a format")
    code, channels, rate, bits = found
    if code not in (_PCM, _EXTENSIBLE) or bits != 16 or not 1 <= channels <= 8 or not 8000 <= rate <= 48000:
        return Unread(f"a WAV of {rate} samples a second, {bits} bits, {channels} channels: give 16 bit PCM")
    return Format(rate, channels, size)
