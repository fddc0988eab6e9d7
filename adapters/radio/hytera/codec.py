"""Hytera on the wire: HDAP messages, bare or within HRNP (7E …, radios) or HSTRP (32 42 …, repeaters).

HDAP is `service opcode2 length2 payload checksum 03`. Its service RCP is little-endian, all else big-endian.
"""

from typing import Literal, NamedTuple

from adapters.radio.scanner import Scanner

RCP, LP, TMP, RRS, TP, DTP, DDS = 0x02, 0x08, 0x09, 0x11, 0x12, 0x13, 0x14
SERVICES = frozenset((RCP, LP, TMP, RRS, TP, DTP, DDS))

# HRNP opcodes
CONNECT, ACCEPT, REJECT, CLOSE, CLOSE_ACK, DATA, DATA_ACK = 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0x00, 0x10
_HRNP_OPCODES = frozenset((CONNECT, ACCEPT, REJECT, CLOSE, CLOSE_ACK, DATA, DATA_ACK))
# HSTRP flags
HAS_OPTION, IS_REJECT, IS_CLOSE, IS_CONNECT, IS_HEARTBEAT, IS_ACK = 0x20, 0x10, 0x08, 0x04, 0x02, 0x01
_WITHOUT_MESSAGE = frozenset(
    (IS_ACK, IS_HEARTBEAT, IS_CONNECT, IS_CONNECT | IS_ACK, IS_CLOSE, IS_CLOSE | IS_ACK, IS_REJECT)
)
_OPTION_SLOT = 4
_SLOTS = (1, 2)

_RELIABLE = 0x80
_HDAP_HEAD_BYTES = 5
_HDAP_TAIL_BYTES = 2
_HRNP_HEAD_BYTES = 12
_HSTRP_HEAD_BYTES = 6
_OPTIONS_MAX = 8
PAYLOAD_BYTES_MAX = 1400  # it fits a datagram; the longest that was seen has 206
FRAME_BYTES_MAX = 4096  # with the options before it


class Hdap(NamedTuple):
    raw: bytes
    service: int
    opcode: int
    payload: bytes


class Hrnp(NamedTuple):
    raw: bytes
    version: int
    opcode: int
    source: int
    destination: int
    number: int
    message: Hdap | None


class Hstrp(NamedTuple):
    raw: bytes
    flags: int
    sequence: int
    slot: int  # of the repeater's two; 0: not told
    message: Hdap | None


Frame = Hdap | Hrnp | Hstrp


def scanner() -> Scanner[Frame]:
    return Scanner(match_frame, FRAME_BYTES_MAX)


def match_frame(buffer: bytearray, at: int, last: bool) -> Frame | str | None:
    first = buffer[at]
    if first == 0x7E:
        return _match_hrnp(buffer, at)
    if first == 0x32:
        return _match_hstrp(buffer, at, last)
    if first & ~_RELIABLE in SERVICES:
        return _match_hdap(buffer, at)
    return "not a Hytera frame"


def _match_hdap(buffer: bytearray, at: int) -> Hdap | str | None:
    if len(buffer) < at + _HDAP_HEAD_BYTES:
        return None
    service = buffer[at] & ~_RELIABLE
    order = _order(service)
    size = int.from_bytes(buffer[at + 3 : at + 5], order)
    if service not in SERVICES or size > PAYLOAD_BYTES_MAX:
        return "not a Hytera frame"
    end = at + _HDAP_HEAD_BYTES + size + _HDAP_TAIL_BYTES
    if len(buffer) < end:
        return None
    if buffer[end - 1] != 0x03 or buffer[end - 2] != _hdap_checksum(buffer[at + 1 : end - 2]):
        return "wrong HDAP checksum"
    opcode = int.from_bytes(buffer[at + 1 : at + 3], order)
    return Hdap(bytes(buffer[at:end]), service, opcode, bytes(buffer[at + _HDAP_HEAD_BYTES : end - _HDAP_TAIL_BYTES]))


def _match_hrnp(buffer: bytearray, at: int) -> Hrnp | str | None:
    if len(buffer) < at + _HRNP_HEAD_BYTES:
        return None
    opcode = buffer[at + 3]
    size = int.from_bytes(buffer[at + 8 : at + 10])
    plausible = buffer[at + 2] == 0 and opcode in _HRNP_OPCODES
    if not plausible or not _HRNP_HEAD_BYTES <= size <= PAYLOAD_BYTES_MAX:
        return "not a Hytera frame"
    if len(buffer) < at + size:
        return None
    raw = bytes(buffer[at : at + size])
    if int.from_bytes(raw[10:12]) != _hrnp_checksum(raw):
        return "wrong HRNP checksum"
    message = None
    if opcode == DATA:
        inner = _match_hdap(buffer, at + _HRNP_HEAD_BYTES)
        if not isinstance(inner, Hdap) or len(inner.raw) != size - _HRNP_HEAD_BYTES:
            return "no HDAP message within HRNP"
        message = inner
    return Hrnp(raw, raw[1], opcode, raw[4], raw[5], int.from_bytes(raw[6:8]), message)


def _match_hstrp(buffer: bytearray, at: int, last: bool) -> Hstrp | str | None:
    """Of no length: a message ends it. Further messages of the same datagram stand for themselves."""
    if len(buffer) < at + _HSTRP_HEAD_BYTES:
        return None
    flags = buffer[at + 3]
    carries = not flags & ~HAS_OPTION
    if buffer[at + 1] != 0x42 or buffer[at + 2] != 0 or not (carries or flags & ~HAS_OPTION in _WITHOUT_MESSAGE):
        return "not a Hytera frame"
    end, slot = at + _HSTRP_HEAD_BYTES, 0
    if flags & HAS_OPTION and not flags & IS_HEARTBEAT:
        options = _options(buffer, end)
        if options is None:
            return None
        end, slot = options
    message = None
    if carries and not (last and end == len(buffer)):  # it may carry nothing
        inner = _match_hdap(buffer, end)
        if not isinstance(inner, Hdap):
            return inner
        message = inner
        end += len(message.raw)
    return Hstrp(bytes(buffer[at:end]), flags, int.from_bytes(buffer[at + 4 : at + 6]), slot, message)


def _options(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """Where the options end, and the slot that they name; None: not all of them are there yet."""
    slot = 0
    for _ in range(_OPTIONS_MAX):
        if len(buffer) < at + 2 or len(buffer) < at + 2 + buffer[at + 1]:
            return None
        name, size = buffer[at], buffer[at + 1]
        if name & 0x7F == _OPTION_SLOT and size == 1 and buffer[at + 2] in _SLOTS:
            slot = buffer[at + 2]
        at += 2 + size
        if not name & 0x80:
            break
    return at, slot


def encode_hdap(service: int, opcode: int, payload: bytes) -> bytes:
    order = _order(service)
    body = opcode.to_bytes(2, order) + len(payload).to_bytes(2, order) + payload
    return bytes([service]) + body + bytes([_hdap_checksum(body), 0x03])


def encode_hrnp(version: int, opcode: int, ends: tuple[int, int], number: int, message: bytes = b"") -> bytes:
    """`ends`: source and destination."""
    size = _HRNP_HEAD_BYTES + len(message)
    head = bytes([0x7E, version, 0, opcode, *ends]) + number.to_bytes(2) + size.to_bytes(2)
    return head + _hrnp_checksum(head + b"\0\0" + message).to_bytes(2) + message


def encode_hstrp(flags: int, sequence: int, message: bytes = b"") -> bytes:
    return bytes([0x32, 0x42, 0, flags]) + sequence.to_bytes(2) + message


def _order(service: int) -> Literal["little", "big"]:
    return "little" if service == RCP else "big"


def _hdap_checksum(body: bytes | bytearray) -> int:
    """Of opcode, length and payload."""
    return (~sum(body) + 0x33) & 0xFF


def _hrnp_checksum(frame: bytes) -> int:
    """The ones' complement of the 16-bit ones' complement sum, the checksum itself taken as 0."""
    padded = frame[:10] + b"\0\0" + frame[12:] + b"\0" * (len(frame) % 2)
    total = sum(int.from_bytes(padded[at : at + 2]) for at in range(0, len(padded), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
