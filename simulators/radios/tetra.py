"""A pretend TETRA terminal on a port: a group on the air, statuses and texts, and an AT command line."""

import re

from simulators.radios.ports import Port, noise

COUNTRY_AND_NETWORK = "090116383"


class Tetra:
    """It tells only what the gateway switched on. What goes wrong is set by plain attributes or done by plain calls."""

    def __init__(self, port: Port, group: str = "1") -> None:
        self.group = group
        self.silent = False
        self.reachable = True  # units confirm texts
        self.writes_long_identities = True
        self.commands: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.reports: list[str] = []  # that texts of units arrived: their references
        self.services: set[str] = set()
        self._port = port
        self._heard = b""
        self._call_open = False
        port.heard = self._hear

    def press(self, unit: str) -> None:
        self._begin(unit)
        self._say(f"+CTXG: 1,3,0,0,1,{self._identity(unit)}", "2,0,0")

    def release(self) -> None:
        self._say("+CDTXC: 1,0", "2,0,0")

    def bump(self, unit: str) -> None:
        self.press(unit)
        self.release()

    def emergency(self, unit: str) -> None:
        self._call_open = False
        self._begin(unit, priority=15)

    def hang_up(self) -> None:
        self._call_open = False
        self._say("+CTCR: 1,13", "2,0,0")

    def speak(self) -> None:
        """Control holds its key and is granted the word."""
        self._say("+CTXG: 1,0,0,0", "2,0,0")

    def fall_silent(self) -> None:
        self._say("+CDTXC: 1,0", "2,0,0")

    def status(self, unit: str, code: str) -> None:
        self._message(unit, "13", code, "2,2,20")

    def text(self, unit: str, text: str, reference: int = 7) -> None:
        """A report of its arrival is asked for."""
        self._message(unit, "12", f"8206{reference:02X}1A{text.encode('utf-16-be').hex().upper()}", "1,3,130")

    def rustle(self, seed: int, size: int = 40) -> None:
        self._port.write(noise(seed, size))

    def tear(self) -> None:
        self._port.write(b"\r\n+CTSDSR: 12,12")

    def forget_the_data(self, unit: str) -> None:
        """A message whose second line is lost."""
        self._say(f"+CTSDSR: 12,{unit},0,{self.group},0,64", "1,3,130")

    def _begin(self, unit: str, priority: int = 0) -> None:
        if not self._call_open:
            self._call_open = True
            caller, group = self._identity(unit), self._identity(self.group)
            self._say(f"+CTICN: 1,0,0,1,{caller},1,1,0,1,1,1,{group},{priority}", "2,0,0")

    def _message(self, unit: str, service: str, digits: str, needed: str) -> None:
        header = f"+CTSDSR: {service},{self._identity(unit)},1,{self._identity(self.group)},1,{len(digits) * 4}"
        self._say(f"{header}\r\n{digits}", needed)

    def _identity(self, unit: str) -> str:
        return f"{COUNTRY_AND_NETWORK}{int(unit):08d}" if self.writes_long_identities else unit

    def _say(self, text: str, needed: str = "") -> None:
        if not self.silent and (not needed or needed in self.services):
            self._port.write(f"\r\n{text}\r\n".encode("ascii"))

    def _hear(self, data: bytes) -> None:
        self._heard += data
        # A message's octets end with Ctrl-Z; other commands with their line.
        while match := re.match(rb"\s*(AT\+CMGS=[^\r]*\r\n[^\x1a\r]*\x1a|(?!AT\+CMGS)[^\r\n]*\r\n)", self._heard):
            self._heard = self._heard[match.end() :]
            if not self.silent:
                self._obey(match[1].decode("ascii").strip())

    def _obey(self, command: str) -> None:
        if match := re.fullmatch(r"AT\+CMGS=(\d+),(\d+)\r\n([0-9A-F]+)\x1a?", command):
            self._send(match[1], int(match[2]), match[3])
            return
        self.commands.append(command)
        if command.startswith("AT+CTSP="):
            self.services.add(command.removeprefix("AT+CTSP="))
        self._say("OK")

    def _send(self, unit: str, bits: int, digits: str) -> None:
        data = bytes.fromhex(digits)
        if bits != len(data) * 8:
            self._say("+CMS ERROR: 302")
            return
        self._say("OK")
        if data[1] >> 4 == 1:
            self.reports.append(digits)
            return
        self._say(f"+CMGS: 0,4,{data[2]}")
        self.texts.append((unit, data[4:].decode("utf-16-be" if data[3] == 0x1A else "latin-1")))
        self._message(unit, "12", f"8210{'00' if self.reachable else '4A'}{data[2]:02X}", "1,3,130")
