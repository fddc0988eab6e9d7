"""A TETRA terminal's lines (TS 100 392-5): indications, some with a line of data behind, among replies and echoes."""

import re
from typing import NamedTuple

from adapters.radio.scanner import Scanner

LINE_BYTES_MAX = 1200
_BETWEEN_BYTES_MAX = 16  # line ends between an indication and its data
PAIR_BYTES_MAX = 2 * LINE_BYTES_MAX + _BETWEEN_BYTES_MAX + 2  # whether there is data is known before it is reached
_ENDS = b"\r\n"
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
# An indication may stand behind rubbish in its line: what precedes it must not cost it.
_INDICATION = re.compile(rb"\+(CTSDSR|CTICN|CTXG|CDTXC|CTCR|CTCC|CTOCP|CMGS|CME ERROR|CMS ERROR)\s*:", re.IGNORECASE)
_WITH_DATA = "CTSDSR"
_PRINTABLE = re.compile(rb"[ -~]*")


class Line(NamedTuple):
    """`name` is an indication's, upper case, "" for another line; `fields` are what follows its colon.

    `data`: of a message, the octets of the line behind it; None where none came.
    """

    name: str
    fields: tuple[str, ...]
    text: str
    data: bytes | None
    raw: bytes


def scanner() -> Scanner[Line]:
    return Scanner(_match, PAIR_BYTES_MAX)


def _match(buffer: bytearray, at: int, last: bool) -> Line | str | None:
    if buffer[at] in _ENDS:
        return Line("", (), "", None, bytes(buffer[at : at + 1]))
    end = _line_end(buffer, at, last)
    if end is None:
        return None if len(buffer) - at <= LINE_BYTES_MAX and _PRINTABLE.fullmatch(buffer, at) else ""
    line = bytes(buffer[at:end])
    found = _INDICATION.search(line)
    if not _PRINTABLE.fullmatch(line) or (found and found.start() > 0):
        return ""
    if not found:
        return Line("", (), line.decode("ascii"), None, line)
    name, fields = found[1].decode().upper(), line[found.end() :].decode("ascii")
    if name != _WITH_DATA:
        return _indication(name, fields, None, line)
    return _message(buffer, at, end, fields, last)


def _message(buffer: bytearray, at: int, end: int, fields: str, last: bool) -> Line | None:
    begin = end
    while begin < min(len(buffer), end + _BETWEEN_BYTES_MAX) and buffer[begin] in _ENDS:
        begin += 1
    data_end = _line_end(buffer, begin, last)
    data = bytes(buffer[begin : begin + LINE_BYTES_MAX + 1 if data_end is None else data_end]).strip()
    if data_end is None and not last and len(buffer) - begin <= LINE_BYTES_MAX:
        # Only its end decides whether a line is data, but what has another sign already is none.
        if _HEX.fullmatch(data + b"0" * (len(data) % 2)) or not data:
            return None
    elif data_end is not None and _HEX.fullmatch(data):
        return _indication(_WITH_DATA, fields, bytes.fromhex(data.decode()), bytes(buffer[at:data_end]))
    return _indication(_WITH_DATA, fields, None, bytes(buffer[at:end]))


def _indication(name: str, fields: str, data: bytes | None, raw: bytes) -> Line:
    return Line(name, tuple(field.strip().strip('"') for field in fields.split(",")), "", data, raw)


def _line_end(buffer: bytearray, at: int, last: bool) -> int | None:
    ends = [place for end in _ENDS if (place := buffer.find(end, at, at + LINE_BYTES_MAX + 1)) >= 0]
    if ends:
        return min(ends)
    return len(buffer) if last and len(buffer) - at <= LINE_BYTES_MAX else None
