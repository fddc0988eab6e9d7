"""A pretend Tait TM8115 on a port: people press and call, it tells so in CCDI; it answers what the gateway sends."""

from simulators.radios.ports import Port, noise

PROMPT = b"."
MODEL = "13103.02"


def _message(letter: str, parameters: str) -> bytes:
    body = f"{letter}{len(parameters):02X}{parameters}"
    total = sum(ord(character) for character in body)
    return f"{body}{(256 - total % 256) % 256:02X}\r".encode("ascii")


class Tait:
    """What goes wrong is set by plain attributes or done by plain calls.

    `reporting` has what the gateway switched on: nothing is told that nobody asked for, as in life.
    """

    def __init__(self, port: Port, identity: str = "2001") -> None:
        self.identity = identity
        self.silent = False  # as with the power off
        self.acknowledges = True  # units confirm messages
        self.loses_prompts = False
        self.commands: list[str] = []  # all that was understood, without size and checksum
        self.texts: list[tuple[str, str]] = []  # data identity, text: what went out
        self.reporting: set[str] = set()
        self._port = port
        self._line = ""
        self._held = ""  # the one message it keeps until it is deleted
        port.heard = self._hear

    # People on the air.

    def press(self, unit: str = "", called: str = "") -> None:
        """A unit's carrier comes up; with an id it also sends its selective call."""
        self._progress("05")
        if unit:
            self._ring("00000", "FF", unit, called)

    def release(self) -> None:
        self._progress("06")

    def bump(self) -> None:
        self._say(_message("p", "05") + PROMPT + _message("p", "06") + PROMPT, "progress")

    def page(self, unit: str, called: str = "") -> None:
        self._ring("00001", "FF", unit, called)

    def emergency(self, unit: str) -> None:
        self._ring("00100", "FF", unit, "")

    def status(self, unit: str, code: str) -> None:
        self._ring("02000", code, unit, "")

    def text(self, unit: str, text: str) -> None:
        if self._held:
            return  # it takes no second one before the first is deleted
        self._progress("19")
        self._ring("04000", "FF", unit, "")
        self._held = text
        if "texts" in self.reporting:
            self._say(_message("s", text) + PROMPT, "texts")

    # The desk.

    def speak(self) -> None:
        self._progress("07")

    def fall_silent(self) -> None:
        self._progress("08")

    def answer(self) -> None:
        self._progress("00")

    # What goes wrong.

    def restart(self) -> None:
        """It forgets what it was to report, and says that it started."""
        self.reporting.clear()
        self._held = ""
        self._port.write(b"\x9c\xfe\r" + _message("p", "1F0") + PROMPT)

    def rustle(self, seed: int, size: int = 40) -> None:
        self._port.write(noise(seed, size))

    def tear(self) -> None:
        """A message that is cut off in its middle."""
        self._port.write(_message("p", "05")[:4])

    def _progress(self, parameters: str) -> None:
        self._say(_message("p", parameters) + PROMPT, "progress")

    def _ring(self, kinds: str, status: str, unit: str, called: str) -> None:
        caller = f"{called}-{unit}" if called and called != self.identity else unit
        self._say(_message("r", kinds + status + caller) + PROMPT, "rings")

    def _say(self, data: bytes, report: str) -> None:
        if not self.silent and report in self.reporting:
            self._port.write(data)

    # What the gateway writes.

    def _hear(self, data: bytes) -> None:
        if self.silent:
            return
        self._line += data.decode("ascii", "replace")
        while "\r" in self._line:
            command, self._line = self._line.split("\r", 1)
            self._obey(command)

    def _obey(self, command: str) -> None:
        parameters = command[3:-2]
        if _message(command[:1], parameters) != f"{command}\r".encode():
            self._port.write(_message("e", "002") + PROMPT)
            return
        self.commands.append(command[:1] + parameters)
        self._prompt()
        match command[:1]:
            case "q":
                self._port.write(_message("m", MODEL) + PROMPT)
            case "f":
                self._switch(parameters)
            case "c" if parameters == "1":
                self._held = ""
            case "s":
                self._transmit(parameters[2:10], parameters[10:])
            case "a":
                self._transmit(parameters[5:13], parameters[13:])

    def _switch(self, parameters: str) -> None:
        report = {"03": "rings", "04": "progress", "10": "texts"}.get(parameters[:2])
        if report and parameters[2:] == "1":
            self.reporting.add(report)

    def _transmit(self, identity: str, text: str) -> None:
        self.texts.append((identity, text))
        self._progress(f"1D{int(self.acknowledges)}")

    def _prompt(self) -> None:
        if not self.loses_prompts:
            self._port.write(PROMPT)
