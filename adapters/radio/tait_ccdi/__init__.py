"""Tait TM8000 and TB7100 radios by CCDI or CCR over a serial line."""

from adapters.radio.kind import RadioKind
from adapters.radio.tait_ccdi.settings import Settings, check
from adapters.radio.tait_ccdi.station import TaitStation

__all__ = ["KIND", "Settings"]

KIND = RadioKind(
    name="tait-ccdi",
    settings=Settings,
    make_station=TaitStation,
    transports=("serial", "socket", "rfc2217"),
    replies=("ptt", "answered"),
    check=check,
    sends_text=True,
    acks_text=True,
)
