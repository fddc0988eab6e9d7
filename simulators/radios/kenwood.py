"""A pretend Kenwood base on a port: units press and release with their ids, some send positions; it takes texts."""

import re

from simulators.radios.ports import Port, noise


class Kenwood:
    """Units are written `100-4002` (FleetSync) or `03001` (NEXEDGE). What goes wrong is set by plain attributes."""

    def __init__(self, port: Port) -> None:
        self.silent = False
        self.reachable = True  # units confirm texts
        self.sends_positions = False
        self.texts: list[tuple[str, str]] = []
        self._port = port
        self._line = b""
        port.heard = self._hear

    def press(self, unit: str) -> None:
        self._say(_id_packet(unit, "1"))
        if self.sends_positions and "-" not in unit:  # NEXEDGE tells it at the beginning
            self.position(unit)

    def release(self, unit: str) -> None:
        self._say(_id_packet(unit, "0"))
        if self.sends_positions and "-" in unit:  # FleetSync at the end
            self.position(unit)

    def bump(self, unit: str) -> None:
        self._say(_id_packet(unit, "1") + _id_packet(unit, "0"))

    def garble(self, unit: str, other: str) -> None:
        """The two ids of one packet disagree."""
        first, second = (_id_packet(one, "1").decode().strip("\2\3") for one in (unit, other))
        half = 2 + (len(first) - 2) // 2
        self._say(f"\2{first[:half]}{second[half:]}\3".encode())

    def rustle(self, seed: int, size: int = 20) -> None:
        self._say(noise(seed, size))

    def tear(self, unit: str) -> None:
        self._say(_id_packet(unit, "1")[:8])

    def position(self, unit: str) -> None:
        if "-" in unit:
            fleet, device = unit.split("-")
            body = f"PKLSH,2233.1000,N,11403.5000,E,081500,A,{fleet},{device},"
        else:
            body = f"PKNSH,2233.1000,N,11403.5000,E,081500,A,U{unit},"
        check = 0
        for character in body:
            check ^= ord(character)
        self._say(f"${body}*{check:02X}\r\n".encode())

    def _say(self, data: bytes) -> None:
        if not self.silent:
            self._port.write(data)

    def _hear(self, data: bytes) -> None:
        self._line += data
        while (end := self._line.find(b"\3")) >= 0:
            packet, self._line = self._line[:end].partition(b"\2")[2].decode("latin-1"), self._line[end + 1 :]
            self._take(packet)

    def _take(self, packet: str) -> None:
        if match := re.fullmatch(r"[FG](\d{3})(\d{4})(.*)", packet):
            unit, text = f"{match[1]}-{match[2]}", match[3]
        elif match := re.fullmatch(r"g[FG]U(\d{5})(.*)", packet):
            unit, text = match[1], match[2]
        else:
            return
        self.texts.append((unit, text))
        self._say(b"\0020\3" if self.reachable else b"\0021\3")


def _id_packet(unit: str, key: str) -> bytes:
    if "-" in unit:
        digits = unit.replace("-", "")
        return f"\2I{key}{digits}{digits}\3".encode()
    return f"\2gI{key}U{unit}U{unit}\3".encode()
