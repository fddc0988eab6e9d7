"""A KISS TNC (direwolf, a TNC on a serial port): reads packets, confirms messages to us, sends messages."""

import msgspec

from adapters.radio.aprs_kiss.codec import Ax25, KissReader, encode, is_address
from adapters.radio.aprs_kiss.normalise import Packet
from adapters.radio.aprs_kiss.settings import TO_CALL, Settings
from adapters.radio.sent_texts import SentTexts
from adapters.radio.station import CannotSend
from adapters.radio.stream import StreamStation
from rules.events import MachineAck, RadioEvent

_TEXT_BYTES_MAX = 67  # APRS 1.01 ch. 14
_FORBIDDEN = "|~{"  # same chapter: reserved for the TNC's streams, and for the message id
_IDS = 36**5
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AprsStation(StreamStation[Ax25]):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, KissReader())
        self._settings = settings
        self._where = {"source": settings.name, "channel": settings.channel_name}
        self._sent = SentTexts(_IDS)
        self._confirmations: list[bytes] = []

    def read(self, frame: Ax25, at_us: int) -> list[RadioEvent]:  # noqa: ARG002 - a packet tells no time of its own
        packet = Packet(self._where, frame.source, frame.destination, frame.information or b"")
        self._confirm(packet)
        return [self._told_by_our_id(event) for event in packet.events]

    def to_send(self) -> list[bytes]:
        sending, self._confirmations = self._confirmations, []
        return sending

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002 - the port's word
        if not self._settings.own_units:
            raise CannotSend("own_units names no call to send from")
        if not is_address(unit):
            raise CannotSend(f"{unit!r} is no call: up to six letters and digits, and -SSID")
        for letter in _FORBIDDEN:
            text = text.replace(letter, " ")
        words = " ".join(text.split()).encode()
        if len(words) > _TEXT_BYTES_MAX:
            raise CannotSend(f"longer than {_TEXT_BYTES_MAX} bytes")
        return self._message(unit, words + b"{" + _message_id(self._sent.number(id)).encode())

    def _message(self, unit: str, words: bytes) -> bytes:
        information = b":" + unit.ljust(9).encode() + b":" + words
        return encode(self._settings.own_units[0], TO_CALL, self._settings.path, information)

    def _confirm(self, packet: Packet) -> None:
        """Each time it is heard: that it comes again means that our last confirmation was lost."""
        own = self._settings.own_units
        if not (self._settings.auto_ack and packet.message_id and packet.addressee in own and packet.unit not in own):
            return
        closing = b"}" if packet.replies_confirm else b""
        self._confirmations.append(self._message(packet.unit, b"ack" + packet.message_id.encode() + closing))

    def _told_by_our_id(self, event: RadioEvent) -> RadioEvent:
        if not isinstance(event, MachineAck):
            return event
        ours = self._sent.id(int(event.id, 36))
        return msgspec.structs.replace(event, id=ours) if ours is not None else event


def _message_id(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
