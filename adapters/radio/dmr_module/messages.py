"""What stands in the data of a module's messages: little-endian numbers and UTF-16 text."""

from typing import NamedTuple

from adapters.radio.dmr_module.air import Speaker

_GROUP, _ALL = 1, 2
_TO_ONE, _TO_GROUP = 1, 3  # of a text
UNIT_MAX = 0xFFFFFF  # a DMR id has 24 bits


class ShortText(NamedTuple):
    unit: str
    called: str
    group: bool
    text: str


def speaker(data: bytes) -> Speaker | None:
    """Voice reception: [0 one, 1 group, 2 all][id LE32][number LE32]."""
    if len(data) < 4:
        return None
    called = _number(data[5:9])
    return Speaker(_number(data[1:5]), called, group=data[0] in (_GROUP, _ALL))


def enhancement(data: bytes) -> tuple[int, str] | None:
    """[1 check, 2 call alert, 3 monitor, 4 stun, 5 revive][id LE32]."""
    return (data[0], _number(data[1:5])) if len(data) >= 5 else None


def short_text(data: bytes, own_units: tuple[str, ...]) -> ShortText | None:
    """[1 one, 2 all, 3 group][sender LE32], in some firmware [receiver LE32], text."""
    if len(data) < 5:
        return None
    called, text = "", data[5:]
    if len(text) >= 4 and _is_number(text[:4], own_units):
        called, text = _number(text[:4]), text[4:]
    return ShortText(_number(data[1:5]), called, data[0] == _TO_GROUP, _decoded(text))


def text_to(unit: int, text: str) -> bytes:
    return bytes((_TO_ONE,)) + unit.to_bytes(4, "little") + text.encode("utf_16_le")


def _number(data: bytes) -> str:
    number = int.from_bytes(data, "little")
    return str(number) if number else ""


def _is_number(data: bytes, own_units: tuple[str, ...]) -> bool:
    """Whether four octets are rather an id than two letters: its highest octet is zero, and what reads as a letter
    is none that people write.
    """
    low, high = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:], "little")
    if _number(data) in own_units:
        return True
    return high == 0 or (high < 0x100 and not _is_letter(low))


def _is_letter(code: int) -> bool:
    """ASCII, Latin, punctuation, CJK with its punctuation, full width."""
    return (
        0x20 <= code < 0x250
        or 0x2000 <= code < 0x2070
        or 0x3000 <= code < 0x3100
        or 0x4E00 <= code < 0xA000
        or 0xFF00 <= code < 0xFFF0
    )


def _decoded(data: bytes) -> str:
    """UTF-16; what has an odd length is none, and then GB 18030, which reads ASCII too."""
    encoding = "utf_16_le" if len(data) % 2 == 0 else "gb18030"
    return data.decode(encoding, "replace").rstrip("\0")
