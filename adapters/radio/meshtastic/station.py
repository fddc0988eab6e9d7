"""A Meshtastic node on a wire (serial, TCP), or a mesh's gateway as it publishes over MQTT."""

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.errors import NOT_JSON
from adapters.radio.meshtastic import codec, normalise
from adapters.radio.meshtastic.codec import FromRadio, Packet
from adapters.radio.meshtastic.normalise import unit_number
from adapters.radio.meshtastic.settings import Settings
from adapters.radio.meshtastic.wire import NotProtobuf
from adapters.radio.scanner import Unread
from adapters.radio.sent_texts import SentTexts
from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from rules.events import RadioEvent, Unparsed

_TEXT_BYTES_MAX = 200  # a packet carries 233 bytes of data; encryption to one node takes some
_CONFIGURATION_NUMBER = 0x484C  # any; the device repeats it at the end of what it tells
_MESSAGE_BYTES_MAX = 16 * 1024
_TO_ALL_MAX = 64
_TEXT_BYTES = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n\x1b\xc3")  # C3: what wakes a device, sent back


class MeshtasticStation(StreamStation[FromRadio]):
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, codec.scanner())
        self._settings = settings
        self._where = {"source": settings.name, "channel": settings.channel_name}
        self._publishes = settings.port.startswith(("mqtt://", "mqtts://"))
        self._sent = SentTexts()
        self._to_all: deque[int] = deque(maxlen=_TO_ALL_MAX)  # texts that no single node confirms
        self._own_number = 0
        self._sending: list[bytes] = []

    def opened(self) -> None:
        super().opened()
        wanted = [codec.WAKE + codec.want_configuration(_CONFIGURATION_NUMBER)]
        self._sending = [] if self._publishes else wanted

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        recorded = not self._settings.port and data.startswith(b"{")  # a sample, which comes by no port
        if self._publishes or recorded or "/2/" in via:
            return [Heard(event, data) for event in self._read_message(data, via)]
        return super().feed(data, at_us, via)

    def to_send(self) -> list[bytes]:
        sending, self._sending = self._sending, []
        return sending

    def query(self) -> bytes:
        """The device answers it with the state of its queue."""
        return b"" if self._publishes else codec.heartbeat()

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002 - the port's word
        if self._publishes:
            raise CannotSend("by MQTT no node confirms a text: connect one by its port")
        to = codec.BROADCAST if unit in self._settings.talkgroups else unit_number(unit)
        if to is None:
            raise CannotSend(f"{unit!r} is no node: write !, and eight hex digits")
        words = text.encode()
        if len(words) > _TEXT_BYTES_MAX:
            raise CannotSend(f"longer than {_TEXT_BYTES_MAX} bytes")
        number = self._sent.number(id)
        if to == codec.BROADCAST:
            self._to_all.append(number)
        return codec.text_message(to, words, number, self._settings.channel_index, self._settings.hops)

    def read(self, frame: FromRadio, at_us: int) -> Iterable[RadioEvent | Unparsed]:  # noqa: ARG002 - packets tell theirs
        self._own_number = frame.own_number or self._own_number
        if frame.rebooted:  # it forgot that we listen
            self._sending.append(codec.want_configuration(_CONFIGURATION_NUMBER))
        return self._read_packet(frame.packet, "") if frame.packet is not None else []

    def _hear(self, found: list[FromRadio | Unread], at_us: int) -> list[Heard]:
        """The device's log stands between the frames, as lines of text: that is no noise."""
        return super()._hear([piece for piece in found if not _is_log(piece)], at_us)

    def _read_packet(self, packet: Packet, channel: str) -> list[RadioEvent | Unparsed]:
        try:
            if packet.port == codec.ROUTING and packet.request_id:
                return self._read_routing(packet)
            return [*normalise.read_packet(self._where, packet, channel)]
        except NotProtobuf:
            return [self.unparsed("not a Meshtastic message")]

    def _read_routing(self, packet: Packet) -> list[RadioEvent | Unparsed]:
        """That our own node heard the text passed on tells nothing of its arrival, unless it was for all."""
        told = normalise.read_routing(self._where, packet)
        if told.ok and packet.sender == self._own_number and packet.request_id not in self._to_all:
            return []
        ours = self._sent.id(packet.request_id)
        return [msgspec.structs.replace(told, id=ours) if ours is not None else told]

    def _read_message(self, data: bytes, via: str) -> list[RadioEvent | Unparsed]:
        if len(data) > _MESSAGE_BYTES_MAX:
            return [self.unparsed("longer than any message of a mesh")]
        form, _, channel = via.partition("/2/")[2].partition("/")
        channel = channel.split("/")[0]
        if form == "stat":
            return []
        if not data.lstrip().startswith(b"{"):
            return self._read_envelope(data)
        try:
            message: Any = msgspec.json.decode(data)
        except NOT_JSON as error:
            return [self.unparsed(f"not JSON: {error}")]
        events = normalise.read_json(self._where, message, channel)
        return [*events] if events is not None else [self.unparsed("names no node that it is from")]

    def _read_envelope(self, data: bytes) -> list[RadioEvent | Unparsed]:
        try:
            packet, channel = codec.read_envelope(data)
        except NotProtobuf:
            return [self.unparsed("neither JSON nor a Meshtastic envelope")]
        return self._read_packet(packet, channel)


def _is_log(piece: FromRadio | Unread) -> bool:
    return isinstance(piece, Unread) and _TEXT_BYTES.issuperset(piece.raw)
