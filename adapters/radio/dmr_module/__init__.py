"""DMR modules for soldering and in phones (Wonder, Prize, NiceRF) by their UART."""

from adapters.radio.dmr_module.settings import Settings
from adapters.radio.dmr_module.station import DmrStation
from adapters.radio.kind import RadioKind

__all__ = ["KIND", "Settings"]

KIND = RadioKind(
    name="dmr-module",
    settings=Settings,
    make_station=DmrStation,
    transports=("serial", "socket", "rfc2217"),
    replies=("ptt", "unit"),
    baud=57_600,
    sends_text=True,
    acks_text=True,
)
