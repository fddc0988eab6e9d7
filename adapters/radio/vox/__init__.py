"""A voice-only receiver: its audio by UDP or TCP, judged by level; DTMF and five-tone ids are decoded."""

from adapters.radio.kind import RadioKind
from adapters.radio.tone_calls import tone_replies
from adapters.radio.vox.settings import Settings, check
from adapters.radio.vox.station import VoxStation

KIND = RadioKind(
    name="vox",
    settings=Settings,
    make_station=VoxStation,
    transports=("udp", "socket"),
    replies=("unit",),
    replies_of=tone_replies,
    check=check,
)
__all__ = ["KIND", "Settings", "check"]
