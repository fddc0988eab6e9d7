"""Kenwood TK and NX radios by FleetSync or NEXEDGE serial data."""

from adapters.radio.kenwood_fleetsync.settings import Settings, check
from adapters.radio.kenwood_fleetsync.station import KenwoodStation
from adapters.radio.kind import RadioKind

__all__ = ["KIND", "Settings"]

KIND = RadioKind(
    name="kenwood-fleetsync",
    settings=Settings,
    make_station=KenwoodStation,
    transports=("serial", "socket", "rfc2217"),
    replies=("unit",),
    check=check,
    sends_text=True,
    acks_text=True,
)
