"""Kenwood's serial data: packets STX … ETX without a checksum, and position sentences $PK…*hh with one."""

import re
from typing import NamedTuple

from adapters.radio.scanner import Scanner

STX, ETX = b"\x02", b"\x03"
PACKET_BYTES_MAX = 4200  # the longest text has 4096
SENTENCE_BYTES_MAX = 160
_CONTROL = re.compile(rb"[\x00-\x1f]")
_HEX = frozenset(b"0123456789ABCDEFabcdef")


class Packet(NamedTuple):
    """`body` is what stands between STX and ETX; empty with empty `fields`: what stands between packets."""

    body: bytes
    fields: tuple[str, ...]  # of a sentence
    raw: bytes


def packet(body: bytes) -> bytes:
    return STX + body + ETX


def scanner() -> Scanner[Packet]:
    return Scanner(_match, PACKET_BYTES_MAX)


def _match(buffer: bytearray, at: int, last: bool) -> Packet | str | None:  # noqa: ARG001 - what is cut off is no packet
    first = buffer[at]
    if first == STX[0]:
        return _packet(buffer, at)
    if first == ord("$"):
        return _sentence(buffer, at)
    if first in b"\r\n":
        return Packet(b"", (), bytes((first,)))
    return ""


def _packet(buffer: bytearray, at: int) -> Packet | str | None:
    end = buffer.find(ETX, at + 1, at + PACKET_BYTES_MAX)
    body = buffer[at + 1 : end if end >= 0 else at + PACKET_BYTES_MAX]
    if body[:1] == b"$":  # some radios put the sentence between STX and ETX
        sentence = _sentence(buffer, at + 1)
        if not isinstance(sentence, Packet):
            return sentence
        behind = at + 1 + len(sentence.raw)
        if len(buffer) == behind:
            return None
        return Packet(b"", sentence.fields, bytes(buffer[at : behind + 1])) if buffer[behind] == ETX[0] else ""
    if _CONTROL.search(body):  # the end of this packet was lost, another begins
        return "cut off"
    if end < 0:
        return None
    return Packet(bytes(body), (), bytes(buffer[at : end + 1]))


def _sentence(buffer: bytearray, at: int) -> Packet | str | None:
    star = buffer.find(b"*", at, at + SENTENCE_BYTES_MAX)
    body = buffer[at + 1 : star if star >= 0 else at + SENTENCE_BYTES_MAX]
    if any(byte < 0x20 or byte > 0x7E for byte in body) or b"$" in body or len(body) >= SENTENCE_BYTES_MAX - 1:
        return "cut off"  # a second $: another begins, whose sum of both could be right by chance
    given = buffer[star + 1 : star + 3]
    if star < 0 or (len(given) < 2 and _HEX.issuperset(given)):
        return None
    total = 0
    for byte in body:
        total ^= byte
    if b"%02X" % total != given.upper():
        return "wrong checksum"
    return Packet(b"", tuple(body.decode("ascii").split(",")), bytes(buffer[at : star + 3]))
