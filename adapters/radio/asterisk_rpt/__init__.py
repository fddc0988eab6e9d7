"""AllStar's app_rpt by Asterisk's manager interface: repeaters, their links, and MDC-1200."""

from adapters.radio.asterisk_rpt.settings import Settings, check
from adapters.radio.asterisk_rpt.station import RptStation
from adapters.radio.kind import RadioKind

KIND = RadioKind(
    name="asterisk-rpt",
    settings=Settings,
    make_station=RptStation,
    transports=("socket",),
    replies=("ptt", "unit"),
    check=check,
    sample_line_ends=True,
)
__all__ = ["KIND", "Settings", "check"]
