"""Meshtastic nodes on a wire, and meshes by their gateways' MQTT."""

from adapters.radio.kind import RadioKind
from adapters.radio.meshtastic.settings import Settings, check
from adapters.radio.meshtastic.station import MeshtasticStation

KIND = RadioKind(
    name="meshtastic",
    settings=Settings,
    make_station=MeshtasticStation,
    transports=("serial", "socket", "rfc2217", "mqtt"),
    hails=("call_alert", "text"),
    replies=("text",),
    baud=115_200,
    check=check,
)
