"""Protobuf's wire format, as much of it as Meshtastic's messages need (protobuf.dev: Encoding)."""

Value = int | bytes
Message = dict[int, Value]  # by field number; of a repeated field the last one

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX = 10
_FIXED_BYTES = {_FIXED64: 8, _FIXED32: 4}


class NotProtobuf(ValueError):
    """These bytes are no such message."""


def read(data: bytes) -> Message:
    """Raises NotProtobuf."""
    message: Message = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: Value
        if number == 0:
            raise NotProtobuf
        if kind == _VARINT:
            value, at = _varint(data, at)
        elif kind in _FIXED_BYTES:
            at += _FIXED_BYTES[kind]
            value = int.from_bytes(data[at - _FIXED_BYTES[kind] : at], "little")
        elif kind == _BYTES:
            size, begin = _varint(data, at)
            at = begin + size
            value = data[begin:at]
        else:
            raise NotProtobuf
        if at > len(data):
            raise NotProtobuf
        message[number] = value
    return message


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_VARINT_BYTES_MAX):
        if at >= len(data):
            raise NotProtobuf
        value |= (data[at] & 0x7F) << 7 * place
        at += 1
        if data[at - 1] < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise NotProtobuf


def number(message: Message, field: int) -> int:
    """0 where it is not set, as protobuf has it. Raises NotProtobuf where it is no number."""
    value = message.get(field, 0)
    if not isinstance(value, int):
        raise NotProtobuf
    return value


def part(message: Message, field: int) -> bytes:
    """b"" where it is not set. Raises NotProtobuf where it is no string of bytes."""
    value = message.get(field, b"")
    if not isinstance(value, bytes):
        raise NotProtobuf
    return value


def varint_field(field: int, value: int) -> bytes:
    return _encoded_varint(field << 3 | _VARINT) + _encoded_varint(value)


def fixed32_field(field: int, value: int) -> bytes:
    return _encoded_varint(field << 3 | _FIXED32) + value.to_bytes(4, "little")


def bytes_field(field: int, value: bytes) -> bytes:
    return _encoded_varint(field << 3 | _BYTES) + _encoded_varint(len(value)) + value


def _encoded_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
