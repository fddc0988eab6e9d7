"""Meshtastic's stream: `94 C3 length2 protobuf` (at most 512 bytes) between lines of log text; and its packets.

Field numbers by mesh.proto and mqtt.proto. A frame has no checksum: one that was torn within a text takes the bytes
that follow for its own. What tells it is the next frame, which begins within it and ends behind it.
"""

from typing import NamedTuple

from adapters.radio.meshtastic import wire
from adapters.radio.meshtastic.wire import NotProtobuf
from adapters.radio.scanner import Scanner

HEAD = b"\x94\xc3"
WAKE = b"\xc3" * 32  # ends a frame that the device may think half read
BROADCAST = 0xFFFF_FFFF
_PAYLOAD_BYTES_MAX = 512
_HEAD_BYTES = 4
_FRAME_BYTES_MAX = _HEAD_BYTES + _PAYLOAD_BYTES_MAX
_FROM_RADIO_FIELDS_MAX = 32  # it has 18 today

TEXT_MESSAGE, ROUTING, DETECTION_SENSOR, ALERT = 1, 5, 10, 11


class Packet(NamedTuple):
    """A packet of the mesh. `port` None: encrypted, or empty."""

    sender: int
    to: int
    id: int
    received_s: int
    port: int | None = None
    payload: bytes = b""
    request_id: int = 0


class FromRadio(NamedTuple):
    raw: bytes
    packet: Packet | None = None
    own_number: int = 0  # the node that we are connected to
    rebooted: bool = False


def scanner() -> Scanner[FromRadio]:
    return Scanner(_match, 2 * _FRAME_BYTES_MAX)  # a frame, and one that may have begun within it


def _match(buffer: bytearray, at: int, last: bool) -> FromRadio | str | None:
    found = _frame_at(buffer, at)
    if not isinstance(found, FromRadio):
        return found
    overrun = _overrun(buffer, at, at + len(found.raw))
    if overrun is None and not last:
        return None
    return "a torn Meshtastic frame" if overrun else found


def _overrun(buffer: bytearray, at: int, end: int) -> bool | None:
    """Whether a frame begins in at…end that ends behind it; None: more bytes are needed to tell.

    One that lies wholly within stays a part of its message, and none within another says who we are.
    """
    unsure = False
    begin = buffer.find(HEAD[0], at + 1, end)
    while begin >= 0:
        inner = _frame_at(buffer, begin)
        if isinstance(inner, FromRadio) and begin + len(inner.raw) > end and not inner.own_number:
            return True
        unsure = unsure or inner is None
        begin = buffer.find(HEAD[0], begin + 1, end)
    return None if unsure else False


def _frame_at(buffer: bytearray, at: int) -> FromRadio | str | None:
    begun = buffer[at : at + _HEAD_BYTES]
    if not begun.startswith(HEAD[: len(begun)]):
        return "not a Meshtastic frame"
    if len(begun) < _HEAD_BYTES:
        return None
    size = int.from_bytes(begun[2:])
    if size > _PAYLOAD_BYTES_MAX:
        return "a Meshtastic frame of impossible length"
    end = at + _HEAD_BYTES + size
    if len(buffer) < end:
        return None
    try:
        return _from_radio(bytes(buffer[at:end]))
    except NotProtobuf:
        return "not a Meshtastic message"


def _from_radio(raw: bytes) -> FromRadio:
    message = wire.read(raw[_HEAD_BYTES:])
    if any(field > _FROM_RADIO_FIELDS_MAX for field in message):
        raise NotProtobuf
    packet = read_packet(wire.part(message, 2)) if 2 in message else None
    own_number = wire.number(wire.read(wire.part(message, 3)), 1) if 3 in message else 0
    return FromRadio(raw, packet, own_number, bool(wire.number(message, 8)))


def read_packet(data: bytes) -> Packet:
    """Raises NotProtobuf."""
    message = wire.read(data)
    sender, to, id_, received_s = (wire.number(message, field) for field in (1, 2, 6, 7))
    packet = Packet(sender, to, id_, received_s)
    if not wire.part(message, 4):
        return packet
    decoded = wire.read(wire.part(message, 4))
    return packet._replace(
        port=wire.number(decoded, 1), payload=wire.part(decoded, 2), request_id=wire.number(decoded, 6)
    )


def read_envelope(data: bytes) -> tuple[Packet, str]:
    """A message of an MQTT topic …/2/e/…: the packet, and its channel's name. Raises NotProtobuf."""
    message = wire.read(data)
    if not wire.part(message, 1):
        raise NotProtobuf
    return read_packet(wire.part(message, 1)), wire.part(message, 2).decode("utf-8", "replace")


def error_reason(routing: bytes) -> int:
    """0: delivered. Raises NotProtobuf."""
    return wire.number(wire.read(routing), 3)


def want_configuration(number: int) -> bytes:
    """Makes the device tell of itself, and from then on of every packet."""
    return _frame(wire.varint_field(3, number))


def heartbeat() -> bytes:
    return _frame(wire.bytes_field(7, b""))


def text_message(to: int, text: bytes, id: int, channel: int, hops: int) -> bytes:  # noqa: A002 - the field's name
    data = wire.varint_field(1, TEXT_MESSAGE) + wire.bytes_field(2, text)
    packet = wire.fixed32_field(2, to) + wire.varint_field(3, channel) + wire.bytes_field(4, data)
    packet += wire.fixed32_field(6, id) + wire.varint_field(9, hops) + wire.varint_field(10, 1)
    return _frame(wire.bytes_field(1, packet))


def _frame(message: bytes) -> bytes:
    return HEAD + len(message).to_bytes(2) + message
