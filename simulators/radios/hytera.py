"""A pretend Hytera base radio on a port, by HRNP: it wants a connection first, and its broadcasts switched on.

As a repeater (`framing="hstrp"`) it connects by itself, beats, and tells its own status.
"""

import struct
from typing import Literal

from simulators.radios.ports import Port, noise

_RADIO, _APPLICATION = 0x10, 0x20
_NETWORK = 10
_GROUP = 1


class Hytera:
    """What goes wrong is set by plain attributes."""

    def __init__(self, port: Port, own: int = 1, framing: Literal["hdap", "hrnp", "hstrp"] = "hrnp") -> None:
        self.silent = False
        self.answers_connect = True
        self.reachable = True  # units confirm texts
        self.connected = False
        self.broadcasts = False
        self.registered: list[int] = []  # ids whose registration was answered
        self.texts: list[tuple[int, str]] = []
        self.confirmed: list[int] = []  # our texts' request ids that came back
        self.beats = 0
        self._port, self._own, self._framing = port, own, framing
        self._number = 0
        self._heard = b""
        port.heard = self._hear

    def power_on(self) -> None:
        """A repeater announces itself, with its id and slot 1."""
        self._say(bytes.fromhex("32420024000083040001869f040101"))

    def beat(self) -> None:
        self._say(bytes.fromhex("324200020000"))

    def press(self, unit: int, group: int = 100, call_type: int = _GROUP) -> None:
        self._receive_status(1, call_type, group, unit)

    def release(self, unit: int, group: int = 100, call_type: int = _GROUP) -> None:
        """The call hangs, then ends: told twice."""
        self._receive_status(2, call_type, group, unit)
        self._receive_status(3, call_type, group, unit)

    def bump(self, unit: int) -> None:
        self.press(unit)
        self.release(unit)

    def press_emergency(self, unit: int, group: int = 100) -> None:
        self.press(unit, group, call_type=3)

    def control_press(self, group: int = 100) -> None:
        self._rcp(0xB843, struct.pack("<HHHI", 1, 0, _GROUP, group))

    def control_release(self, group: int = 100) -> None:
        self._rcp(0xB843, struct.pack("<HHHI", 2, 0, _GROUP, group))
        self._rcp(0xB843, struct.pack("<HHHI", 3, 0, _GROUP, group))

    def repeat(self, unit: int, group: int, *, status: int) -> None:
        """A repeater's own status: 0 a unit speaks, 1 the call hangs, 4 the channel hangs, 6 a dispatcher speaks."""
        self._rcp(0xB845, struct.pack("<HHHHII", 0, status, 1, _GROUP, group, unit))

    def page(self, unit: int) -> None:
        self._rcp(0x0835, struct.pack("<I", unit))

    def register(self, unit: int) -> None:
        self._big(0x11, 0x0003, _address(unit))

    def deregister(self, unit: int) -> None:
        self._big(0x11, 0x0001, _address(unit))

    def send_text(self, unit: int, to: int, text: str, request: int, *, group: bool = False) -> None:
        opcode = 0x00B1 if group else 0x00A1
        payload = struct.pack(">I", request) + _address(to) + _address(unit) + text.encode("utf-16-le")
        self._big(0x09, opcode, payload)

    def rustle(self, seed: int, size: int = 40) -> None:
        self._say(noise(seed, size))

    def tear(self, unit: int) -> None:
        self._say(_hdap(b"\x11", struct.pack(">HH", 3, 4), _address(unit))[:-3])

    def _receive_status(self, process: int, call_type: int, group: int, unit: int) -> None:
        if self.broadcasts or self._framing != "hrnp":
            self._rcp(0xB844, struct.pack("<HHII", process, call_type, group, unit))

    def _rcp(self, opcode: int, payload: bytes) -> None:
        self._tell(_hdap(b"\x02", struct.pack("<HH", opcode, len(payload)), payload))

    def _big(self, service: int, opcode: int, payload: bytes) -> None:
        self._tell(_hdap(bytes([service]), struct.pack(">HH", opcode, len(payload)), payload))

    def _tell(self, message: bytes) -> None:
        self._number += 1
        if self._framing == "hrnp":
            self._say(_hrnp(0x00, self._number, message))
        elif self._framing == "hstrp":
            self._say(
                struct.pack(">2sBBH", b"2B", 0, 0x20, self._number) + bytes.fromhex("83040001869f040101") + message
            )
        else:
            self._say(message)

    def _say(self, data: bytes) -> None:
        if not self.silent:
            self._port.write(data)

    def _hear(self, data: bytes) -> None:
        if data.startswith(b"\x7e") or self._heard:
            self._hear_hrnp(data)
        elif data.startswith(b"2B"):
            self.connected = self.connected or data[3] == 0x05
            self.beats += data[3] == 0x02
            if len(data) > 6:
                self._take(data[6:])
        else:
            self._take(data)

    def _hear_hrnp(self, data: bytes) -> None:
        self._heard += data
        while len(self._heard) >= 12 and len(self._heard) >= (size := int.from_bytes(self._heard[8:10])):
            frame, self._heard = self._heard[:size], self._heard[size:]
            if frame[3] == 0xFE and self.answers_connect:
                self.connected = True
                self._say(_hrnp(0xFD, 0))
            elif frame[3] == 0x00 and self.connected:
                self._take(frame[12:])

    def _take(self, message: bytes) -> None:
        service, body = message[0], message[5:-2]
        if service == 0x02 and message[1:3] == b"\xc9\x10":
            self.broadcasts = body[1:3] == b"\x00\x01" or body[1:3] == b"\x02\x01"
            self._rcp(0x80C9, b"\0")
        elif service == 0x02 and message[1:3] == b"\x52\x04":
            self._rcp(0x8452, b"\0\0" + struct.pack("<I", self._own))
        elif service == 0x11 and message[2] == 0x80:
            self.registered.append(int.from_bytes(body[1:4]))
        elif service == 0x09 and message[2] == 0xA2:
            self.confirmed.append(int.from_bytes(body[:4]))
        elif service == 0x09 and message[2] == 0xA1:
            self.texts.append((int.from_bytes(body[5:8]), body[12:].decode("utf-16-le")))
            self._big(0x09, 0x00A2, body[:12] + (b"\0" if self.reachable else b"\x08"))


def _address(unit: int) -> bytes:
    return bytes([_NETWORK]) + unit.to_bytes(3)


def _hdap(service: bytes, head: bytes, payload: bytes) -> bytes:
    total = 0x32 - sum(head + payload)
    return service + head + payload + bytes([total & 0xFF, 0x03])


def _hrnp(opcode: int, number: int, message: bytes = b"") -> bytes:
    def frame(checksum: int) -> bytes:
        head = (0x7E, 4, 0, opcode, _RADIO, _APPLICATION, number, 12 + len(message), checksum)
        return struct.pack(">BBBBBBHHH", *head) + message

    bare = frame(0)
    words = struct.unpack(f">{(len(bare) + 1) // 2}H", bare + b"\0" * (len(bare) % 2))
    return frame(0xFFFF - sum(words) % 0xFFFF)
