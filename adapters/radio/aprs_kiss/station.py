"""A KISS TNC (direwolf, a TNC on a serial port): reads packets, confirms messages to us, sends messages."""

import msgspec

from adapters.radio.aprs_kiss.codec import Ax25, KissReader, encode, is_address
from adapters.radio.aprs_kiss.normalise import Packet
from adapters.radio.aprs_kiss.settings import TO_CALL, Settings
from adapters.radio.scanner import Unread
from adapters.radio.sent_texts import SentTexts
from adapters.radio.station import CannotSend, Heard
from rules.events import MachineAck, RadioEvent, Unparsed

_PAUSE_US = 3_000_000  # a frame whose end has not come by then ends here
_TEXT_BYTES_MAX = 67  # APRS 1.01 ch. 14
_FORBIDDEN = "|~{"  # same chapter: reserved for the TNC's streams, and for the message id
_IDS = 36**5
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AprsStation:
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._where = {"source": settings.name, "channel": settings.channel_name}
        self._kiss = KissReader()
        self._sent = SentTexts(_IDS)
        self._confirmations: list[bytes] = []
        self._paused_us: int | None = None

    def opened(self) -> None:
        self._kiss.clear()
        self._paused_us = None

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        heard = self._read(self._kiss.feed(data))
        self._paused_us = at_us + _PAUSE_US if self._kiss.pending else None
        return heard

    @property
    def wake_us(self) -> int | None:
        return self._paused_us

    def passed(self, at_us: int) -> list[Heard]:
        if self._paused_us is None or at_us < self._paused_us:
            return []
        self._paused_us = None
        return self._read(self._kiss.end())

    def to_send(self) -> list[bytes]:
        sending, self._confirmations = self._confirmations, []
        return sending

    def query(self) -> bytes:
        return b""  # KISS has no question that a TNC answers

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

    def _read(self, found: list[Ax25 | Unread]) -> list[Heard]:
        return [Heard(event, piece.raw) for piece in found for event in self._events(piece)]

    def _events(self, piece: Ax25 | Unread) -> list[RadioEvent | Unparsed]:
        if isinstance(piece, Unread):
            return [Unparsed(source=self._settings.name, reason=piece.reason)]
        packet = Packet(self._where, piece.source, piece.destination, piece.information or b"")
        self._confirm(packet)
        return [self._told_by_our_id(event) for event in packet.events]

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
