"""What Meshtastic packets mean, as JSON or as protobuf; a node is written as the mesh shows it, !hex8."""

from typing import Any

import msgspec

from adapters.radio.meshtastic import codec
from adapters.radio.meshtastic.codec import BROADCAST, Packet
from rules.events import CallAlert, MachineAck, RadioEvent, Text, UnitSeen

_CLOCK_SET_S = 1_577_836_800  # 2020: below it a node counts from its own start
_WORDS = ("text", "text message")  # JSON types of texts
_ATTENTION = ("detection", "alert")  # a sensor's or a person's alarm: it asks for somebody


def unit_name(number: int) -> str:
    return f"!{number & 0xFFFF_FFFF:08x}"


def unit_number(unit: str) -> int | None:
    """None: no node is written so."""
    try:
        number = int(unit.removeprefix("!"), 16)
    except ValueError:
        return None
    return number if unit.startswith("!") and len(unit) == 9 and 0 < number < BROADCAST else None


def read_packet(where: dict[str, Any], packet: Packet, channel: str) -> list[RadioEvent]:
    """`channel`: the mesh channel's name, where told. Raises NotProtobuf. Acknowledgements: see `read_routing`."""
    seen = _who(where, packet.sender, packet.received_s)
    if packet.port not in (codec.TEXT_MESSAGE, codec.DETECTION_SENSOR, codec.ALERT):
        return [UnitSeen(**seen)]
    call = {**seen, **_addressed(packet.to, channel), "id": str(packet.id)}
    text = packet.payload.decode("utf-8", "replace")
    return _said(call, text, asks=packet.port != codec.TEXT_MESSAGE, detected=packet.port == codec.DETECTION_SENSOR)


def read_routing(where: dict[str, Any], packet: Packet) -> MachineAck:
    """Raises NotProtobuf."""
    who = _who(where, packet.sender, packet.received_s)
    return MachineAck(**who, id=str(packet.request_id), ok=codec.error_reason(packet.payload) == 0)


def read_json(where: dict[str, Any], message: dict[str, Any], channel: str) -> list[RadioEvent] | None:
    """None: it names no sender."""
    sender, to = message.get("from"), message.get("to", BROADCAST)
    if not isinstance(sender, int) or isinstance(sender, bool) or not isinstance(to, int):
        return None
    timestamp = message.get("timestamp")
    seen = _who(where, sender, timestamp if isinstance(timestamp, int) else 0)
    kind = message.get("type", "")
    if kind not in _WORDS and kind not in _ATTENTION:
        return [UnitSeen(**seen)]
    call = {**seen, **_addressed(to & 0xFFFF_FFFF, channel), "id": str(message.get("id", ""))}
    text = _payload_text(message.get("payload"))
    return _said(call, text, asks=kind in _ATTENTION, detected=kind == "detection")


def _said(call: dict[str, Any], text: str, *, asks: bool, detected: bool) -> list[RadioEvent]:
    """An alert's text is somebody's words; a detection's is the sensor's name, kept with the raw message."""
    alert = [CallAlert(**call)] if asks else []
    return [*alert, Text(**call, text=text)] if not detected else [*alert]


def _payload_text(payload: Any) -> str:
    """A text that is itself valid JSON ("42") is published as that value, not as {"text": …}."""
    if isinstance(payload, dict) and isinstance(payload.get("text"), str):
        return str(payload["text"])
    return payload if isinstance(payload, str) else msgspec.json.encode(payload).decode()


def _who(where: dict[str, Any], sender: int, received_s: int) -> dict[str, Any]:
    occurred_us = received_s * 1_000_000 if received_s > _CLOCK_SET_S else None
    return {**where, "unit": unit_name(sender), "occurred_us": occurred_us}


def _addressed(to: int, channel: str) -> dict[str, Any]:
    """To all is to the mesh channel, which is what other systems call a talkgroup."""
    return {"called": channel, "group": True} if to == BROADCAST else {"called": unit_name(to)}
