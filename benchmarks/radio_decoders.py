"""Public decoders to measure ours against, and frames that both can read."""

from collections.abc import Callable, Iterator
from struct import pack
from typing import Any

from aioax25.frame import AX25Frame
from aioax25.kiss import KISSCommand
from meshtastic.protobuf import mesh_pb2, portnums_pb2
from meshtastic.stream_interface import StreamInterface
from okdmr.kaitai.hytera.hytera_dmr_application_protocol import HyteraDmrApplicationProtocol

FRAMES = 100


def meshtastic_frames() -> list[bytes]:
    """Texts to all, as a node sends them on its serial port."""
    frames = []
    for number in range(1, FRAMES + 1):
        message: Any = mesh_pb2.FromRadio()
        message.packet.id = number
        setattr(message.packet, "from", 0x12345678)
        message.packet.to = 0xFFFFFFFF
        message.packet.decoded.portnum = portnums_pb2.TEXT_MESSAGE_APP
        message.packet.decoded.payload = f"lift {number} stuck".encode()
        body = message.SerializeToString()
        frames.append(b"\x94\xc3" + pack(">H", len(body)) + body)
    return frames


def aprs_frames() -> list[bytes]:
    """Messages from a unit to control, as a KISS TNC gives them."""
    addresses = _address("APRS", last=False) + _address("UNIT07", last=True)
    return [
        b"\xc0\x00" + addresses + b"\x03\xf0" + f":CTRL     :Lift {number} stuck{{{number:03d}".encode() + b"\xc0"
        for number in range(1, FRAMES + 1)
    ]


def hytera_frames() -> list[bytes]:
    """Private texts (TMP), each a whole HDAP frame."""
    frames = []
    for number in range(1, FRAMES + 1):
        words = f"lift {number} stuck".encode("utf-16-le")
        payload = pack(">I", number) + bytes((10, 0, 3, 132)) + bytes((10, 0, 7, 109)) + words
        covered = b"\x80\xa1" + pack(">H", len(payload)) + payload
        frames.append(b"\x09" + covered + bytes(((~sum(covered) + 0x33) & 0xFF, 0x03)))
    return frames


def read_by_others(kind: str, frames: list[bytes]) -> Callable[[], int]:
    """One pass over all frames; the number it understood."""
    match kind:
        case "meshtastic":
            return lambda: _Reader(b"".join(frames)).read_all()
        case "aprs-kiss":
            return lambda: sum(1 for _ in _ax25(frames))
        case _:
            return lambda: len([HyteraDmrApplicationProtocol.from_bytes(frame) for frame in frames])


class _Reader(StreamInterface):  # type: ignore[misc]
    """meshtastic's own reader, over bytes in memory; it parses, and does nothing with what it read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(noProto=True, connectNow=False)
        self._bytes = iter(data)
        self._heard = 0

    def read_all(self) -> int:
        self._StreamInterface__reader()
        return self._heard

    def _readBytes(self, length: int) -> bytes:  # noqa: ARG002, N802 - its words
        byte = next(self._bytes, None)
        self._wantExit = byte is None
        return b"" if byte is None else bytes((byte,))

    def _handleFromRadio(self, fromRadioBytes: bytes) -> None:  # noqa: N802, N803 - its words
        mesh_pb2.FromRadio().ParseFromString(bytes(fromRadioBytes))
        self._heard += 1

    def _disconnected(self) -> None:
        pass


def _ax25(frames: list[bytes]) -> Iterator[Any]:
    """Cut by us, unstuffed and read by aioax25."""
    for frame in frames:
        yield AX25Frame.decode(KISSCommand.decode(frame[1:-1]).payload)


def _address(call: str, *, last: bool) -> bytes:
    return bytes(ord(letter) << 1 for letter in call.ljust(6)) + bytes((0x60 | last,))
