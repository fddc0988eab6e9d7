"""A pretend multimon-ng: prints the calls it hears as the real one does, digit by digit."""

import time

from simulators.radios.ports import Port


class Decoder:
    def __init__(self, port: Port, *, label: str = "", timestamp: bool = False) -> None:
        self._port = port
        self._label = label
        self._timestamp = timestamp

    def dtmf(self, digits: str) -> None:
        """A line a digit."""
        for digit in digits:
            self._port.write(f"{self._head()}DTMF: {digit}\n".encode())

    def five_tone(self, system: str, digits: str, *, end: bool = True) -> None:
        """`digits` as people write them. The line's end comes when the tones have been over for a while."""
        self._port.write(f"{self._head()}{system}: ".encode())
        before = ""
        for digit in digits:
            sent = "E" if digit == before else digit
            self._port.write(sent.encode())
            before = "" if sent == "E" else digit
        if end:
            self.end_line()

    def end_line(self) -> None:
        self._port.write(b"\n")

    def _head(self) -> str:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S: ") if self._timestamp else ""
        return (f"{self._label}: " if self._label else "") + stamp
