"""Squelch and PTT of any analogue set on the modem lines of a serial port."""

from adapters.radio.cor_lines.sample import read_sample
from adapters.radio.cor_lines.settings import Settings, check, replies
from adapters.radio.cor_lines.station import CorStation
from adapters.radio.kind import RadioKind

KIND = RadioKind(
    name="cor-lines",
    settings=Settings,
    make_station=CorStation,
    transports=("serial", "rfc2217"),
    hails=("channel",),
    replies=("ptt",),
    replies_of=replies,
    check=check,
    modem_lines=True,
    sample=read_sample,
)

__all__ = ["KIND", "Settings"]
