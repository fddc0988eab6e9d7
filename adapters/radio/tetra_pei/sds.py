"""Short data (EN 300 392-2 §29): text messages, their parts, reports that they arrived."""

from typing import NamedTuple

from adapters.radio.tetra_pei import texts

TEXT_BITS_MAX = 2047
_SIMPLE_TEXT = (0x02, 0x09)
_TEXT = (0x82, 0x89)
_TEXT_WITH_HEADER = 0x8A
_LOCATIONS = (0x03, 0x0A, 0x83)
_TRANSFER, _REPORT, _ACK = 0, 1, 2
_TIMESTAMP = 0x80
_SPARE_ADDRESS_BYTES = {0: 1, 1: 3, 2: 6}  # of whom to forward a stored message to, by its type


class Message(NamedTuple):
    """A text, or one part of it: number `part` of `parts`, which have `whole` in common."""

    text: str
    reference: int | None = None
    report_wanted: bool = False
    protocol: int = 0x82
    whole: int = 0
    parts: int = 1
    part: int = 1


class Report(NamedTuple):
    """What became of the message `reference`; `ok` None: not yet known."""

    reference: int
    ok: bool | None


class Location(NamedTuple):
    """Where the sender is: what it says of the place is not read."""


def parse(data: bytes, bits: int | None) -> Message | Report | Location | str:
    """What an SDS-TL message of service 12 is; or why it cannot be read. `bits`: its length as it was told."""
    if not data:
        return "a message without content"
    protocol = data[0]
    if protocol in _LOCATIONS:
        return Location()
    try:
        if protocol in _SIMPLE_TEXT:
            return Message(texts.decoded(data[1] & 0x7F, data[2:], _left(bits, 2)), protocol=protocol)
        if protocol not in (*_TEXT, _TEXT_WITH_HEADER):
            return f"a message of protocol {protocol:02X}"
        kind = data[1] >> 4
        if kind == _TRANSFER:
            return _transfer(data, bits)
        if kind in (_REPORT, _ACK):
            return Report(reference=data[3], ok=_success(data[2]))
    except IndexError:
        return "a message that is cut off"
    return f"a message of type {kind:X}"


def parse_short_report(data: bytes) -> Report | None:
    """A status that is none: the short report of a delivery (7A, 7B as terminals write it, 7C … 7F in the standard)."""
    if len(data) != 2 or data[0] not in range(0x7A, 0x80):
        return None
    return Report(reference=data[1], ok=data[0] & 0x03 in (2, 3))


def text_message(text: str, reference: int) -> bytes:
    """A text that asks for a report of its arrival."""
    alphabet, data = texts.encoded(text)
    return bytes((0x82, 0x06, reference, alphabet)) + data


def report(message: Message) -> bytes:
    """That a message arrived."""
    return bytes((message.protocol, 0x10, 0x00, message.reference or 0))


def _transfer(data: bytes, bits: int | None) -> Message:
    place = 3
    if data[1] & 0x01:  # store and forward: until when, and for whom
        place += _forward_bytes(data, place)
    message = Message(text="", reference=data[2], report_wanted=bool(data[1] & 0x04), protocol=data[0], whole=data[2])
    if data[0] != _TEXT_WITH_HEADER:
        return message._replace(text=_text(data, place, bits))
    header = place + (4 if data[place] & _TIMESTAMP else 1)
    behind = header + 1 + data[header]
    message = message._replace(text=texts.decoded(data[place] & 0x7F, data[behind:], _left(bits, behind)))
    element, length = data[header + 1], data[header + 2]
    if (element, length) in ((0, 3), (8, 4)):  # a part of a text; its number has 8 or 16 bits
        told = data[header + 3 : header + 3 + length]
        if len(told) < length:
            raise IndexError("it ends within its own number")
        *whole, parts, part = told
        return message._replace(whole=int.from_bytes(bytes(whole), "big"), parts=parts, part=part)
    return message


def _text(data: bytes, place: int, bits: int | None) -> str:
    """[time stamp follows][alphabet] [time stamp] text."""
    behind = place + (4 if data[place] & _TIMESTAMP else 1)
    return texts.decoded(data[place] & 0x7F, data[behind:], _left(bits, behind))


def _left(bits: int | None, octets: int) -> int | None:
    return bits - octets * 8 if bits is not None and bits >= octets * 8 else None


def _forward_bytes(data: bytes, place: int) -> int:
    kind = data[place] & 0x07
    if kind == 3:  # an outside number: how many digits, then two an octet
        return 2 + (data[place + 1] + 1) // 2
    return 1 + _SPARE_ADDRESS_BYTES.get(kind, 0)


def _success(status: int) -> bool | None:
    """Table 29.16: 00 … arrived, 20 … on its way, 40 … failed; what is above controls the flow."""
    if status < 0x20:
        return True
    return False if 0x40 <= status < 0x60 else None
