"""Chinese DMR modules: 68 CMD R/W S/R CK CK LEN LEN DATA 10. 68 and 10 occur in DATA too: LEN decides."""

from typing import Literal, NamedTuple

from adapters.radio.scanner import Scanner

HEAD, TAIL = 0x68, 0x10
DATA_BYTES_MAX = 512
WRITE, BY_MODULE = 1, 2  # R/W
ENHANCEMENT, RECEPTION, SEND_TEXT, TEXT, VERSION, STATUS = 0x28, 0x2B, 0x2C, 0x2D, 0x34, 0x36
OK = 0  # S/R of an answer
SET = 1  # S/R of what a host writes
_HEADER_BYTES = 8
_RESULT_MAX = 9  # S/R: 0 well … 9 wrong checksum
Span = Literal["payload", "frame", "either"]


class Frame(NamedTuple):
    command: int
    mode: int
    result: int
    data: bytes
    raw: bytes


def internet_checksum(data: bytes | bytearray) -> int:
    """The ones' complement of the ones'-complement sum of 16-bit words (RFC 1071)."""
    total = sum(data[0::2]) * 256 + sum(data[1::2])
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total ^ 0xFFFF


def frame_checksum(frame: bytes | bytearray, span: Literal["payload", "frame"]) -> int:
    """Makers differ in what they sum: all but 68 and 10, or all of it; CK counts as zero."""
    zeroed = bytes(frame[:4]) + b"\0\0" + bytes(frame[6:])
    return internet_checksum(zeroed if span == "frame" else zeroed[1:-1])


def frame(command: int, data: bytes, span: Literal["payload", "frame"]) -> bytes:
    """What a host writes."""
    body = bytes((HEAD, command, WRITE, SET, 0, 0)) + len(data).to_bytes(2, "big") + data + bytes((TAIL,))
    return body[:4] + frame_checksum(body, span).to_bytes(2, "big") + body[6:]


def scanner(span: Span) -> Scanner[Frame]:
    def match(buffer: bytearray, at: int, last: bool) -> Frame | str | None:  # noqa: ARG001 - cut off is no frame
        return _match(buffer, at, span)

    return Scanner(match, _HEADER_BYTES + DATA_BYTES_MAX + 1)


def _match(buffer: bytearray, at: int, span: Span) -> Frame | str | None:
    if buffer[at] != HEAD:
        return ""
    header = buffer[at : at + _HEADER_BYTES]
    if (len(header) > 2 and header[2] > BY_MODULE) or (len(header) > 3 and header[3] > _RESULT_MAX):
        return ""
    if len(header) < _HEADER_BYTES:
        return None
    size = int.from_bytes(header[6:8], "big")
    end = at + _HEADER_BYTES + size
    if size > DATA_BYTES_MAX:
        return ""
    if len(buffer) <= end:
        return None
    raw = bytes(buffer[at : end + 1])
    if raw[-1] != TAIL:
        return "no tail where the length says it stands"
    if not _checks(raw, span):
        return "wrong checksum"
    return Frame(raw[1], raw[2], raw[3], raw[_HEADER_BYTES:-1], raw)


def _checks(raw: bytes, span: Span) -> bool:
    given = int.from_bytes(raw[4:6], "big")
    if given == 0:  # unchecked
        return True
    return (span != "payload" and given == frame_checksum(raw, "frame")) or (
        span != "frame" and given == frame_checksum(raw, "payload")
    )
