"""Any station that tells what it does in lines of text: a table says what each line means."""

from adapters.radio.kind import RadioKind
from adapters.radio.line_table.settings import Settings, check, replies
from adapters.radio.line_table.station import TableStation

KIND = RadioKind(
    name="line-table",
    settings=Settings,
    make_station=TableStation,
    transports=("serial", "socket", "rfc2217", "udp"),
    replies=("ptt", "unit", "text", "answered"),
    replies_of=replies,
    check=check,
)

__all__ = ["KIND", "Settings"]
