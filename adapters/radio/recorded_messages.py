"""A recording of MQTT messages, as `mosquitto_sub` and `mosquitto_sub -v` print them: a line each."""

import msgspec

from adapters.errors import NOT_JSON
from adapters.radio.kind import Piece


def messages_of(data: bytes) -> list[Piece]:
    """One payload a line, or topic and payload; a file that is JSON as a whole, in however many lines, is one."""
    try:
        msgspec.json.decode(data)
    except NOT_JSON:
        return [_message(line.strip()) for line in data.splitlines() if line.strip()]
    return [Piece(data)]


def _message(line: bytes) -> Piece:
    topic, _, payload = line.replace(b"\t", b" ", 1).partition(b" ")
    if not line.startswith(b"{") and payload.lstrip().startswith(b"{"):
        return Piece(payload.lstrip(), via=topic.decode(errors="replace"))
    return Piece(line)
