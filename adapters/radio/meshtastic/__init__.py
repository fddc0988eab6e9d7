"""Meshtastic nodes on a wire, and meshes by their gateways' MQTT."""

from adapters.radio.kind import Piece, RadioKind
from adapters.radio.meshtastic.codec import HEAD
from adapters.radio.meshtastic.settings import Settings, check
from adapters.radio.meshtastic.station import MeshtasticStation
from adapters.radio.recorded_messages import messages_of


def sample(data: bytes) -> list[Piece]:
    """A node's stream, or what a mesh's gateways published."""
    return [Piece(data)] if HEAD in data or b"{" not in data else messages_of(data)


KIND = RadioKind(
    name="meshtastic",
    settings=Settings,
    make_station=MeshtasticStation,
    transports=("serial", "socket", "rfc2217", "mqtt"),
    replies=("text",),
    baud=115_200,
    check=check,
    sends_text=True,
    acks_text=True,
    sample=sample,
)
