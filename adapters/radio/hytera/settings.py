"""The [[source]] of kind "hytera"."""

from typing import Literal

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings

Framing = Literal["hdap", "hrnp", "hstrp"]
_UNIT_MAX = 0xFFFFFF


class Settings(RadioSettings, kw_only=True):
    """`port`: udp://HOST:PORT where radios and repeaters send to, or the serial port of a radio."""

    framing: Framing | None = None  # of what we send first: unset: hrnp on a wire, hdap by UDP; then as the peer does
    subnet: int = 10  # the radios' network, the first byte of their addresses

    @property
    def transport_framing(self) -> Framing:
        return self.framing or ("hdap" if self.port.startswith("udp://") else "hrnp")


def check(settings: Settings) -> list[Problem]:
    problems = [
        Problem("own_units", unit, "write DMR ids: numbers from 1 to 16777215")
        for unit in settings.own_units
        if not (unit.isascii() and unit.isdecimal() and 0 < int(unit) <= _UNIT_MAX)
    ]
    if not 0 <= settings.subnet <= 255:
        problems.append(Problem("subnet", str(settings.subnet), "write 0 to 255: 10 of 10.x.x.x"))
    return problems
