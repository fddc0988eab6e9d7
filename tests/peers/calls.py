"""Callers and telephones played by sipp, each call in a process of its own that ends by itself."""

import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.fixtures.ports import take_free_port

_SCENARIOS = Path(__file__).parent / "sipp"
PHONE_LISTENS_WITHIN_S = 60.0


class Sipp:
    """Starts scenarios with their blanks filled in; `close` ends what is left."""

    def __init__(self, folder: Path, pbx_port: int, telephones: Mapping[str, int]) -> None:
        """`telephones`: the UDP port of each extension."""
        self._folder = folder
        self._pbx_port = pbx_port
        self._telephones = telephones
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def phone(self, scenario: str, extension: str, **blanks: str | int) -> None:
        """A telephone that waits for one call on its port. Returns once it listens."""
        port = self._telephones[extension]
        self._start(scenario, port, [], {"extension": extension, "ring_ms": 0, **blanks})
        deadline = time.monotonic() + PHONE_LISTENS_WITHIN_S
        while f":{port:04X} " not in Path("/proc/net/udp").read_text():
            assert time.monotonic() < deadline, f"{scenario} does not listen on {port}"
            time.sleep(0.02)

    def caller(self, scenario: str, caller: str, called: str, **blanks: str | int) -> None:
        """Dials at once."""
        blanks = {"caller": caller, "called": called, "name": "caller", **blanks}
        self._start(scenario, take_free_port(), [f"127.0.0.1:{self._pbx_port}"], blanks)

    def wait(self, within_s: float) -> None:
        """Until every call has been played to its end; fails with the first that was played wrongly."""
        deadline = time.monotonic() + within_s
        for name, process in self._running:
            code = process.wait(max(0.1, deadline - time.monotonic()))
            assert code == 0, f"{name} ended with {code}:\n{self._errors(name)}"
        self._running.clear()

    def until_ended(self, scenario: str, within_s: float = 60.0) -> None:
        """The one call of this scenario."""
        [process] = [process for name, process in self._running if name.startswith(scenario)]
        process.wait(within_s)

    def close(self) -> None:
        for _, process in self._running:
            if process.poll() is None:
                process.kill()
            process.wait()
        self._running.clear()

    def _start(self, scenario: str, port: int, remote: list[str], blanks: dict[str, str | int]) -> None:
        name = f"{scenario}-{port}"
        values = {"media_port": take_free_port(), "pbx_port": self._pbx_port, **blanks}
        text = (_SCENARIOS / f"{scenario}.xml").read_text()
        filled = self._folder / f"{name}.xml"
        filled.write_text(re.sub(r"\$\{(\w+)\}", lambda blank: str(values[blank[1]]), text))
        command = ["sipp", *remote, "-sf", str(filled), "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin"]
        command += ["-mp", str(values["media_port"])]  # else its sound comes from wherever it likes
        command += ["-trace_err", "-error_file", str(self._folder / f"{name}.err"), "-recv_timeout", "120000"]
        log = (self._folder / f"{name}.out").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder)  # noqa: S603
        log.close()
        self._running.append((name, process))

    def _errors(self, name: str) -> str:
        file = self._folder / f"{name}.err"
        return file.read_text(errors="replace")[-2000:] if file.exists() else ""
