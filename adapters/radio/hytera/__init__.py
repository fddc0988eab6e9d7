"""Hytera (海能达) radios, repeaters and their dispatch ports."""

from adapters.radio.hytera.settings import Settings, check
from adapters.radio.hytera.station import HyteraStation
from adapters.radio.kind import RadioKind

KIND = RadioKind(
    name="hytera",
    settings=Settings,
    make_station=HyteraStation,
    transports=("serial", "socket", "rfc2217", "udp"),
    replies=("ptt", "unit", "text"),
    check=check,
    sends_text=True,
    acks_text=True,
)
