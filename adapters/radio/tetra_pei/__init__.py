"""TETRA terminals by their peripheral equipment interface (AT commands)."""

from adapters.radio.kind import RadioKind
from adapters.radio.settings import RadioSettings
from adapters.radio.tetra_pei.station import TetraStation

KIND = RadioKind(
    name="tetra-pei",
    settings=RadioSettings,
    make_station=TetraStation,
    transports=("serial", "socket", "rfc2217"),
    replies=("ptt", "unit"),
    baud=115_200,
    sends_text=True,
    acks_text=True,
)
