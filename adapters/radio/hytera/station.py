"""A Hytera radio, repeater or dispatch port: reads it, answers what it waits for, and sends texts."""

from collections.abc import Iterable

import msgspec

from adapters.radio.hytera import codec, normalise
from adapters.radio.hytera.codec import Frame, Hdap, Hrnp, Hstrp
from adapters.radio.hytera.normalise import Normaliser, TooShort
from adapters.radio.hytera.settings import Settings
from adapters.radio.sent_texts import SentTexts
from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from rules.events import MachineAck, RadioEvent, Unparsed

_APPLICATION, _RADIO = 0x20, 0x10  # the ends of an HRNP connection
_HEARTBEAT_US = 1_000_000  # a peer that echoes heartbeats gets no more of them
_REGISTERED_S = 1800  # what is granted: the radio registers again after it
_UNIT_MAX = 0xFFFFFF
_TEXT_BYTES_MAX = 512
_OWN_REPORTS = bytes((2, 0, 1, 1, 1))  # two of them: 0 transmit status, 1 receive status, each on
_REPEATER_REPORT = bytes((1, 2, 1))  # one: 2 the repeater's status, on


class HyteraStation(StreamStation[Frame]):
    """Implements adapters.radio.station.Station."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, codec.scanner())
        self._settings = settings
        self._datagrams = not settings.port or settings.port.startswith("udp://")  # "": a recorded sample
        self._framing = settings.transport_framing
        self._normaliser = Normaliser(settings.name)
        self._sent = SentTexts()
        self._answers: list[bytes] = []
        self._ends = (_APPLICATION, _RADIO)
        self._version = 4
        self._number = 0
        self._connected = False
        self._beaten_us = -_HEARTBEAT_US
        self._slot = 0

    def opened(self) -> None:
        super().opened()
        self._normaliser.reset()
        self._connected = False
        self._answers = [self._connect()] if self._framing == "hrnp" else []

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        self._slot = 0
        heard = super().feed(data, at_us, via)
        if self._datagrams:  # nothing reaches into the next one
            heard += self._hear(self._scanner.end(), at_us)
            self._paused_us = None
        return heard

    def to_send(self) -> list[bytes]:
        sending, self._answers = self._answers, []
        return sending

    def query(self) -> bytes:
        if self._framing == "hstrp":
            return codec.encode_hstrp(codec.IS_HEARTBEAT, 0)
        if self._framing == "hrnp" and not self._connected:
            return self._connect()
        return self._wrap(codec.RCP, normalise.RADIO_ID_QUERY, b"\0") if self._framing == "hrnp" else b""

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002 - the port's word
        words = text.encode("utf-16-le")
        if not unit.isascii() or not unit.isdecimal() or not 0 < int(unit) <= _UNIT_MAX:
            raise CannotSend(f"{unit!r} is no DMR id")
        if not self._settings.own_units:
            raise CannotSend("own_units names no id to send from")
        if len(words) > _TEXT_BYTES_MAX:
            raise CannotSend(f"longer than {_TEXT_BYTES_MAX // 2} characters")
        group = unit in self._settings.talkgroups
        subnet = self._settings.subnet
        ends = _address(0 if group else subnet, unit) + _address(subnet, self._settings.own_units[0])
        service = normalise.GROUP_TEXT if group else normalise.PRIVATE_TEXT
        return self._wrap(codec.TMP, service, self._sent.number(id).to_bytes(4) + ends + words)

    def read(self, frame: Frame, at_us: int) -> Iterable[RadioEvent | Unparsed]:
        if isinstance(frame, Hrnp):
            return self._read_hrnp(frame)
        if isinstance(frame, Hstrp):
            return self._read_hstrp(frame, at_us)
        if not self._datagrams:  # in a datagram it stands behind the HSTRP message that named the slot
            self._slot = 0
        return self._read_message(frame)

    def _read_hrnp(self, frame: Hrnp) -> list[RadioEvent | Unparsed]:
        self._framing, self._version = "hrnp", frame.version
        back = (frame.destination, frame.source)
        if frame.opcode == codec.ACCEPT:
            self._connected, self._ends = True, back
            self._answers.append(self._wrap(codec.RCP, normalise.BROADCAST_CONFIGURATION, _OWN_REPORTS))
        elif frame.opcode == codec.CONNECT:
            self._connected, self._ends = True, back
            self._answers.append(codec.encode_hrnp(frame.version, codec.ACCEPT, back, frame.number))
        elif frame.opcode == codec.CLOSE:
            self._answers.append(codec.encode_hrnp(frame.version, codec.CLOSE_ACK, back, frame.number))
            self._connected = False  # the next query connects again
        elif frame.opcode == codec.DATA:
            self._answers.append(codec.encode_hrnp(frame.version, codec.DATA_ACK, back, frame.number))
        return self._read_message(frame.message) if frame.message is not None else []

    def _read_hstrp(self, frame: Hstrp, at_us: int) -> list[RadioEvent | Unparsed]:
        self._framing, self._slot = "hstrp", frame.slot
        if frame.flags & codec.IS_HEARTBEAT:
            if at_us >= self._beaten_us + _HEARTBEAT_US:
                self._beaten_us = at_us
                self._answers.append(codec.encode_hstrp(codec.IS_HEARTBEAT, frame.sequence))
        elif frame.flags & codec.IS_CONNECT and not frame.flags & codec.IS_ACK:
            self._answers.append(codec.encode_hstrp(codec.IS_CONNECT | codec.IS_ACK, frame.sequence))
            self._answers.append(self._wrap(codec.RCP, normalise.BROADCAST_CONFIGURATION, _REPEATER_REPORT))
        elif not frame.flags & (codec.IS_ACK | codec.IS_REJECT):
            self._answers.append(codec.encode_hstrp(codec.IS_ACK, frame.sequence))
        return self._read_message(frame.message) if frame.message is not None else []

    def _read_message(self, message: Hdap) -> list[RadioEvent | Unparsed]:
        channel = f"{self.channel}-{self._slot}" if self._slot else self.channel
        try:
            events = self._normaliser.read(message, channel)
        except TooShort:
            return [self.unparsed("a Hytera message that ends too soon")]
        self._answer(message)
        return [self._told_by_our_id(event) for event in events]

    def _told_by_our_id(self, event: RadioEvent) -> RadioEvent:
        ours = self._sent.id(int(event.id)) if isinstance(event, MachineAck) else None
        return msgspec.structs.replace(event, id=ours) if ours is not None else event

    def _answer(self, message: Hdap) -> None:
        """Only what was read without fault comes here."""
        payload = message.payload
        if (message.service, message.opcode) == (codec.RRS, normalise.REGISTRATION):
            granted = payload[:4] + b"\0" + _REGISTERED_S.to_bytes(4)
            self._answers.append(self._wrap(codec.RRS, normalise.REGISTRATION_ACK, granted))
        elif (message.service, message.opcode) == (codec.TMP, normalise.PRIVATE_TEXT) and self._is_ours(payload[5:8]):
            self._answers.append(self._wrap(codec.TMP, normalise.PRIVATE_TEXT_ACK, payload[:12] + b"\0"))

    def _is_ours(self, unit: bytes) -> bool:
        return str(int.from_bytes(unit)) in self._settings.own_units

    def _connect(self) -> bytes:
        return codec.encode_hrnp(self._version, codec.CONNECT, self._ends, 0)

    def _wrap(self, service: int, opcode: int, payload: bytes) -> bytes:
        """As the peer wraps what it says."""
        message = codec.encode_hdap(service, opcode, payload)
        if self._framing == "hdap":
            return message
        self._number = (self._number + 1) & 0xFFFF
        if self._framing == "hstrp":
            return codec.encode_hstrp(0, self._number, message)
        return codec.encode_hrnp(self._version, codec.DATA, self._ends, self._number, message)


def _address(subnet: int, unit: str) -> bytes:
    return bytes([subnet]) + int(unit).to_bytes(3)
