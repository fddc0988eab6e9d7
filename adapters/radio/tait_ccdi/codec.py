"""Tait CCDI and CCR: [IDENT][SIZE][PARAMETERS][CHECKSUM]<CR>, and the prompt "." (TM8000 CCDI manual §1.8)."""

from typing import NamedTuple

from adapters.radio.scanner import Scanner

FRAME_BYTES_MAX = 261  # IDENT, SIZE, 255 parameters, CHECKSUM, <CR>
PROMPT = "."
_IDENTS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-^")
_HEX = frozenset(b"0123456789ABCDEF")
_ENDS = b"\r\n"
BOOT = b"\x9c\xfe"  # what the radio's boot code sends before <CR>


class Frame(NamedTuple):
    """`ident` is PROMPT for a prompt, "" for what stands between frames, "boot" for a radio that starts."""

    ident: str
    parameters: str
    raw: bytes


def checksum(data: bytes | bytearray) -> bytes:
    """The two's complement of the low byte of the sum, as two hex digits."""
    return b"%02X" % (-sum(data) & 0xFF)


def command(ident: str, parameters: str) -> bytes:
    head = f"{ident}{len(parameters):02X}{parameters}".encode("ascii")
    return head + checksum(head) + b"\r"


def scanner() -> Scanner[Frame]:
    return Scanner(_match, FRAME_BYTES_MAX)


def _match(buffer: bytearray, at: int, last: bool) -> Frame | str | None:
    first = buffer[at]
    if first == ord(PROMPT):
        return Frame(PROMPT, "", b".")
    if first in _ENDS:
        return Frame("", "", bytes((first,)))
    if first == BOOT[0]:
        boot = bytes(buffer[at : at + 3])
        if boot[:2] == BOOT and boot[2:] in (b"\r", b"\n"):
            return Frame("boot", "", boot)
        return None if (BOOT + b"\r").startswith(boot) else ""
    if first not in _IDENTS:
        return ""
    return _frame(buffer, at, last)


def _frame(buffer: bytearray, at: int, last: bool) -> Frame | str | None:
    size_digits = buffer[at + 1 : at + 3]
    if not _HEX.issuperset(size_digits):
        return ""
    if len(size_digits) < 2:
        return None
    end = at + 3 + int(size_digits, 16) + 2  # where <CR> stands
    body = buffer[at:end]
    if any(byte < 0x20 or byte > 0x7E for byte in body[3:]):  # all characters are printable, <CR> is none
        return ""
    if len(buffer) <= end and not (last and len(buffer) == end):  # the end of a recording is an end, too
        return None
    if checksum(body[:-2]) != body[-2:]:
        return "wrong checksum"
    if len(buffer) > end and buffer[end] not in _ENDS:
        return "no end of line"
    return Frame(chr(body[0]), body[3:-2].decode("ascii"), bytes(buffer[at : end + 1]))
