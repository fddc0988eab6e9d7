"""KISS frames, and the AX.25 frames within them: C0 ends a frame, DB escapes it; addresses are shifted by one bit."""

import re
from typing import NamedTuple

from adapters.radio.scanner import UNREAD_BYTES_MAX, Unread

FEND, FESC = b"\xc0", b"\xdb"
_ESCAPED = re.compile(rb"\xdb(.?)", re.DOTALL)
_MEANING = {b"\xdc": FEND, b"\xdd": FESC}
_FRAME_BYTES_MAX = 1024  # of a frame as it arrives; AX.25 itself allows 256 of information
_DATA, _DATA_TO_CONFIRM = 0x0, 0xC  # KISS commands; the second puts two bytes before the frame
_COMMANDS_TO_TNC = frozenset(range(1, 7))  # parameters; a TNC may answer 6
_COMMAND_BYTES_MAX = 32

_ADDRESS_BYTES = 7
_ADDRESSES_MAX = 10
_CALL = re.compile(r"[A-Z0-9]{1,6}")
_ADDRESS = re.compile(r"([A-Z0-9]{1,6})(?:-(\d|1[0-5]))?")
_UI, _UI_FINAL, _NO_LAYER_3 = 0x03, 0x13, 0xF0


class Ax25(NamedTuple):
    """`information` None: a frame that carries no UI text (a connection's, another protocol's)."""

    raw: bytes
    source: str
    destination: str
    path: tuple[str, ...]
    information: bytes | None


class KissReader:
    """Pieces of a stream in, frames and unread rest out, in order; the same however it is split."""

    def __init__(self) -> None:
        self._begun = b""
        self._is_noise = False  # what began is longer than any frame, up to its end

    @property
    def pending(self) -> bool:
        return bool(self._begun)

    def clear(self) -> None:
        self._begun = b""
        self._is_noise = False

    def feed(self, data: bytes) -> list[Ax25 | Unread]:
        *whole, self._begun = (self._begun + data).split(FEND)
        found: list[Ax25 | Unread] = []
        for piece in whole:
            found += _noise(piece) if self._is_noise else _read(piece)
            self._is_noise = False
        self._is_noise |= len(self._begun) > _FRAME_BYTES_MAX
        if self._is_noise and len(self._begun) > UNREAD_BYTES_MAX:  # its last piece waits for the end
            *told, (self._begun, _) = _noise(self._begun)
            found += told
        return found

    def end(self) -> list[Ax25 | Unread]:
        """What waits for its end is a frame, or nothing."""
        return self.feed(FEND) if self._begun else []


def _read(piece: bytes) -> list[Ax25 | Unread]:
    if not piece:
        return []
    if len(piece) > _FRAME_BYTES_MAX:
        return [*_noise(piece)]
    plain = _unescaped(piece)
    if plain is None:
        return [Unread(piece, "wrong KISS escape")]
    command = plain[0] & 0x0F
    if command in _COMMANDS_TO_TNC and len(plain) <= _COMMAND_BYTES_MAX:
        return []
    frame = None
    if command in (_DATA, _DATA_TO_CONFIRM):
        frame = parse_ax25(plain[3 if command == _DATA_TO_CONFIRM else 1 :], FEND + piece + FEND)
    return [frame if frame is not None else Unread(piece, "not an AX.25 frame")]


def _noise(piece: bytes) -> list[Unread]:
    starts = range(0, len(piece), UNREAD_BYTES_MAX)
    return [Unread(piece[at : at + UNREAD_BYTES_MAX], "no end of a KISS frame") for at in starts]


def _unescaped(piece: bytes) -> bytes | None:
    if any(after not in _MEANING for after in _ESCAPED.findall(piece)):
        return None
    return _ESCAPED.sub(lambda match: _MEANING[match[1]], piece)


def parse_ax25(frame: bytes, raw: bytes) -> Ax25 | None:
    addresses: list[str] = []
    at, more = 0, True
    while more:
        field = frame[at : at + _ADDRESS_BYTES]
        address = _read_address(field)
        if address is None or len(addresses) == _ADDRESSES_MAX:
            return None
        addresses.append(address)
        at += _ADDRESS_BYTES
        more = not field[-1] & 1
    if len(addresses) < 2 or len(frame) <= at:
        return None
    is_text = frame[at] in (_UI, _UI_FINAL) and frame[at + 1 : at + 2] == bytes([_NO_LAYER_3])
    information = frame[at + 2 :] if is_text else None
    return Ax25(raw, addresses[1], addresses[0], tuple(addresses[2:]), information)


def _read_address(field: bytes) -> str | None:
    """As people write it: without -0."""
    if len(field) < _ADDRESS_BYTES or any(byte & 1 for byte in field[:-1]):
        return None
    call = bytes(byte >> 1 for byte in field[:-1]).decode("ascii", "replace").rstrip(" ")
    if not _CALL.fullmatch(call):
        return None
    ssid = field[-1] >> 1 & 0x0F
    return f"{call}-{ssid}" if ssid else call


def is_address(words: str) -> bool:
    return _ADDRESS.fullmatch(words) is not None


def encode(source: str, destination: str, path: tuple[str, ...], information: bytes) -> bytes:
    """A whole KISS frame, for the TNC's first channel. Addresses must be valid (`is_address`)."""
    addresses = [destination, source, *path]
    frame = b"".join(_address(words, last=words is addresses[-1]) for words in addresses)
    body = b"\0" + frame + bytes((_UI, _NO_LAYER_3)) + information
    return FEND + body.replace(FESC, b"\xdb\xdd").replace(FEND, b"\xdb\xdc") + FEND


def _address(words: str, *, last: bool) -> bytes:
    call, _, ssid = words.partition("-")
    shifted = bytes(ord(letter) << 1 for letter in call.ljust(6))
    return shifted + bytes([0x60 | int(ssid or 0) << 1 | last])
