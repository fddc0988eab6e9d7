"""Pretend APRS units behind a KISS TNC on a port: they repeat a message until it is confirmed, and confirm ours."""

import re

from simulators.radios.ports import Port, noise

_FEND = b"\xc0"


class Tnc:
    """Units are written as calls: UNIT07, UNIT07-9. What goes wrong is set by plain attributes."""

    def __init__(self, port: Port) -> None:
        self.silent = False
        self.confirms = True  # units confirm messages to them
        self.refuses = False  # they reject them
        self.unconfirmed: dict[tuple[str, str], bytes] = {}  # by unit and message id: what is still repeated
        self.texts: list[tuple[str, str]] = []  # addressee and words, each message once
        self._numbers: set[tuple[str, str]] = set()
        self._port = port
        self._heard = b""
        port.heard = self._hear

    def send_text(self, unit: str, to: str, text: str, number: str = "") -> None:
        end = f"{{{number}" if number else ""
        frame = _frame(unit, f":{to:<9}:{text}{end}".encode())
        if number:
            self.unconfirmed[(unit, number)] = frame
        self._say(frame)

    def repeat(self) -> None:
        """What was not confirmed is said again."""
        for frame in self.unconfirmed.values():
            self._say(frame)

    def status(self, unit: str, text: str) -> None:
        self._say(_frame(unit, f">{text}".encode()))

    def position(self, unit: str, comment: str = "") -> None:
        self._say(_frame(unit, f"!2233.10N/11403.50E>{comment}".encode()))

    def through_gateway(self, gateway: str, unit: str, to: str, text: str, number: str) -> None:
        self._say(_frame(gateway, f"}}{unit}>APRS,TCPIP,{gateway}*::{to:<9}:{text}{{{number}".encode()))

    def rustle(self, seed: int, size: int = 40) -> None:
        self._say(noise(seed, size))

    def tear(self, unit: str) -> None:
        self._say(_frame(unit, b">torn")[:12])

    def _say(self, data: bytes) -> None:
        if not self.silent:
            self._port.write(data)

    def _hear(self, data: bytes) -> None:
        self._heard += data
        *frames, self._heard = self._heard.split(_FEND)
        for frame in filter(None, frames):
            self._take(frame.replace(b"\xdb\xdc", _FEND).replace(b"\xdb\xdd", b"\xdb"))

    def _take(self, frame: bytes) -> None:
        information = frame.partition(b"\x03\xf0")[2].decode()
        message = re.fullmatch(r":(.{9}):(.*?)(?:\{(\w+))?", information)
        if message is None:
            return
        to, text, number = message[1].rstrip(), message[2], message[3]
        if confirmed := re.fullmatch(r"ack(\w+)\}?", text):
            self.unconfirmed.pop((to, confirmed[1]), None)
            return
        if (to, number) not in self._numbers:
            self._numbers.add((to, number))
            self.texts.append((to, text))
        sender = _call(frame[8:15])
        if self.confirms or self.refuses:
            word = "rej" if self.refuses else "ack"
            self._say(_frame(to, f":{sender:<9}:{word}{number}".encode()))


def _frame(source: str, information: bytes) -> bytes:
    body = b"\0" + _field("APRS") + _field(source, last=True) + b"\x03\xf0" + information
    return _FEND + body.replace(b"\xdb", b"\xdb\xdd").replace(_FEND, b"\xdb\xdc") + _FEND


def _field(call: str, *, last: bool = False) -> bytes:
    name, _, ssid = call.partition("-")
    return bytes(2 * ord(letter) for letter in f"{name:<6}") + bytes([0xE0 + 2 * int(ssid or "0") + last])


def _call(field: bytes) -> str:
    name, ssid = "".join(chr(byte // 2) for byte in field[:6]).strip(), field[6] // 2 % 16
    return f"{name}-{ssid}" if ssid else name
