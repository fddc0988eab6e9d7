"""Stations described by a table: one that has a question and takes texts, one whose lines come as messages."""

from adapters.radio.line_table import KIND as LINE_TABLE
from adapters.radio.line_table.station import TableStation
from adapters.radio.station import CannotSend, Heard


class AskingStation(TableStation):
    """As the table says; it has a question, and takes texts for units of digits."""

    def query(self) -> bytes:
        return b"PING\n"

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002
        if not unit.isdigit():
            raise CannotSend("no such unit")
        return f"TEXT {unit} {id} {text}\n".encode()


ASKING = LINE_TABLE._replace(make_station=AskingStation, sends_text=True, acks_text=True)


class MessageStation(TableStation):
    """One line a message."""

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        return super().feed(data + b"\n", at_us, via)


OVER_MQTT = LINE_TABLE._replace(make_station=MessageStation, transports=("mqtt",))
