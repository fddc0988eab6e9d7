"""A pretend Meshtastic node on a port: it prints its log between frames, tells packets once asked, takes texts."""

from simulators.radios.ports import Port, noise

_TO_ALL = 0xFFFF_FFFF
_TEXT, _POSITION, _ROUTING, _DETECTION, _ALERT = 1, 3, 5, 10, 11


class Node:
    """Units are node numbers. What goes wrong is set by plain attributes."""

    def __init__(self, port: Port, own: int = 0x0A0B0C0D) -> None:
        self.silent = False
        self.reachable = True  # the addressee confirms
        self.told = False  # somebody asked for the configuration
        self.beats = 0
        self.texts: list[tuple[int, str]] = []
        self._own = own
        self._port = port
        self._heard = b""
        self._number = 1000
        port.heard = self._hear

    def send_text(self, unit: int, text: str, to: int = _TO_ALL, number: int = 0) -> None:
        self._packet(unit, to, _TEXT, text.encode(), number=number)

    def send_alert(self, unit: int, text: str) -> None:
        self._packet(unit, _TO_ALL, _ALERT, text.encode())

    def detect(self, unit: int, text: str) -> None:
        self._packet(unit, _TO_ALL, _DETECTION, text.encode())

    def show_position(self, unit: int) -> None:
        self._packet(unit, _TO_ALL, _POSITION, b"\x0d\x00\x01\x02\x03")

    def send_encrypted(self, unit: int) -> None:
        self._frame(_bytes(2, _fixed(1, unit) + _fixed(2, _TO_ALL) + _bytes(5, b"\x99" * 20) + _fixed(6, 77)))

    def log(self, line: str) -> None:
        self._say(f"\x1b[34m{line}\x1b[0m\r\n".encode())

    def reboot(self) -> None:
        self.told = False
        self._frame(_number(8, 1))

    def rustle(self, seed: int, size: int = 40) -> None:
        self._say(noise(seed, size))

    def stray_start(self) -> None:
        self._say(b"\x94")

    def impossible_length(self) -> None:
        self._say(b"\x94\xc3\xff\xff")

    def _packet(self, unit: int, to: int, port: int, payload: bytes, *, number: int = 0, request: int = 0) -> None:
        self._number += 1
        data = _number(1, port) + _bytes(2, payload) + (_fixed(6, request) if request else b"")
        packet = _fixed(1, unit) + _fixed(2, to) + _bytes(4, data) + _fixed(6, number or self._number)
        self._frame(_number(1, self._number) + _bytes(2, packet))

    def _frame(self, message: bytes) -> None:
        self._say(b"\x94\xc3" + len(message).to_bytes(2) + message)

    def _say(self, data: bytes) -> None:
        if not self.silent:
            self._port.write(data)

    def _hear(self, data: bytes) -> None:
        self._heard += data
        while (start := self._heard.find(b"\x94\xc3")) >= 0 and len(self._heard) >= start + 4:
            end = start + 4 + int.from_bytes(self._heard[start + 2 : start + 4])
            if len(self._heard) < end:
                return
            message, self._heard = self._heard[start + 4 : end], self._heard[end:]
            self._take(message)

    def _take(self, message: bytes) -> None:
        if message.startswith(b"\x18"):  # want_config_id
            self.told = True
            self._frame(_bytes(3, _number(1, self._own)))
            self._frame(b"\x38" + message[1:])
        elif message.startswith(b"\x3a"):  # heartbeat
            self.beats += 1
            self._frame(_bytes(11, _number(2, 16)))
        elif message.startswith(b"\x0a"):
            self._send(message[2 if message[1] < 0x80 else 3 :])

    def _send(self, packet: bytes) -> None:
        """to, channel, data (port, payload), id, in the order of their numbers."""
        to = int.from_bytes(packet[1:5], "little")
        data = packet.partition(b"\x08\x01\x12")[2]  # a text
        begin = 1 if data[0] < 0x80 else 2
        size = data[0] if begin == 1 else data[0] % 128 + 128 * data[1]
        text, rest = data[begin : begin + size].decode(), data[begin + size :]
        self.texts.append((to, text))
        request = int.from_bytes(rest[1:5], "little")
        self._packet(self._own, self._own, _ROUTING, _number(3, 0), request=request)  # passed on by somebody
        if self.reachable:
            self._packet(to, self._own, _ROUTING, _number(3, 0), request=request)
        else:
            self._packet(self._own, self._own, _ROUTING, _number(3, 5), request=request)  # MAX_RETRANSMIT


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value % 128 + 128]) + _varint(value // 128)


def _number(field: int, value: int) -> bytes:
    return _varint(8 * field) + _varint(value)


def _fixed(field: int, value: int) -> bytes:
    return _varint(8 * field + 5) + value.to_bytes(4, "little")


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(8 * field + 2) + _varint(len(value)) + value
