"""A pretend DMR module on a UART: units speak with their ids, its status is told; texts wait until they are fetched."""

from simulators.radios.ports import Port, noise

_RECEPTION, _ENHANCED, _SEND, _FETCH, _VERSION, _STATUS = 0x2B, 0x28, 0x2C, 0x2D, 0x34, 0x36


class Dmr:
    """`changes`: each status once, as phones' modules tell it; else it is repeated while somebody is on the air."""

    def __init__(self, port: Port, *, changes: bool = False, sums_all: bool = True) -> None:
        self.changes = changes
        self.sums_all = sums_all  # the checksum is over the whole frame, or without its first and last byte
        self.silent = False
        self.reachable = True
        self.texts: list[tuple[int, str]] = []
        self.confirmed = 0  # status reports that the host confirmed
        self._waiting: list[tuple[int, str]] = []
        self._heard = b""
        self._port = port
        port.heard = self._hear

    def press(self, unit: int, group: int = 9) -> None:
        if self.changes:
            self.tell(1)
        self._say(_RECEPTION, bytes([1]) + unit.to_bytes(4, "little") + group.to_bytes(4, "little"))

    def release(self) -> None:
        self.tell(2)
        if not self.changes:
            self.tell(2)
            self.tell(1)

    def bump(self, unit: int) -> None:
        self.press(unit)
        self.release()

    def page(self, unit: int) -> None:
        self._say(_ENHANCED, bytes([2]) + unit.to_bytes(4, "little"))

    def text(self, unit: int, text: str) -> None:
        self._waiting.append((unit, text))
        self.tell(5)

    def speak(self, reports: int = 3) -> None:
        """Control's own key; where the status repeats, so often."""
        for _ in range(1 if self.changes else reports):
            self.tell(3)

    def fall_silent(self) -> None:
        self.tell(4)
        if not self.changes:
            self.tell(1)

    def tell(self, status: int) -> None:
        self._say(_STATUS, bytes([status]))

    def rustle(self, seed: int, size: int = 30) -> None:
        self._port.write(noise(seed, size))

    def tear(self) -> None:
        self._port.write(self._frame(_STATUS, b"\3", 2, 0)[:6])

    def _say(self, command: int, data: bytes, mode: int = 2, result: int = 0) -> None:
        if not self.silent:
            self._port.write(self._frame(command, data, mode, result))

    def _frame(self, command: int, data: bytes, mode: int, result: int) -> bytes:
        head = [0x68, command, mode, result]
        rest = [*len(data).to_bytes(2, "big"), *data, 0x10]
        summed = [*head, 0, 0, *rest] if self.sums_all else [*head[1:], 0, 0, *rest[:-1]]
        if len(summed) % 2:
            summed.append(0)
        total = sum(high << 8 | low for high, low in zip(summed[::2], summed[1::2], strict=True))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        check = ~total & 0xFFFF
        return bytes([*head, check >> 8, check & 0xFF, *rest])

    def _hear(self, data: bytes) -> None:
        self._heard += data
        while len(self._heard) >= 9:
            size = 9 + int.from_bytes(self._heard[6:8], "big")
            if len(self._heard) < size:
                return
            command, body = self._heard[1], self._heard[8 : size - 1]
            self._heard = self._heard[size:]
            if not self.silent:
                self._obey(command, body)

    def _obey(self, command: int, body: bytes) -> None:
        if command == _STATUS:
            self.confirmed += 1
        elif command == _VERSION:
            self._say(_VERSION, b"DMR003.UV4T.V022", mode=0)
        elif command == _FETCH and self._waiting:
            unit, text = self._waiting.pop(0)
            self._say(_FETCH, bytes([1]) + unit.to_bytes(4, "little") + text.encode("utf-16-le"), mode=0)
        elif command == _SEND:
            self.texts.append((int.from_bytes(body[1:5], "little"), body[5:].decode("utf-16-le")))
            self._say(_SEND, b"", mode=0, result=0 if self.reachable or self.changes else 1)
            if self.changes:
                self.tell(8 if self.reachable else 9)
