"""APRS messages by a KISS TNC: direwolf, or a TNC on a serial port."""

from adapters.radio.aprs_kiss.settings import Settings, check
from adapters.radio.aprs_kiss.station import AprsStation
from adapters.radio.kind import RadioKind

KIND = RadioKind(
    name="aprs-kiss",
    settings=Settings,
    make_station=AprsStation,
    transports=("serial", "socket", "rfc2217"),
    hails=("call_alert", "text"),
    replies=("text",),
    check=check,
    sends_text=True,
    acks_text=True,
)
