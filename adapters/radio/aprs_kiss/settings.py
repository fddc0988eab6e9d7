"""The [[source]] of kind "aprs-kiss"."""

from adapters.kinds import Problem
from adapters.radio.aprs_kiss.codec import is_address
from adapters.radio.settings import RadioSettings

TO_CALL = "APZHLG"  # APZ: a program that asked for no name of its own
_PATH_MAX = 8


class Settings(RadioSettings, kw_only=True):
    """`port`: a TNC's serial port or pty, or socket://HOST:8001 of direwolf."""

    auto_ack: bool = True  # messages to own_units are confirmed by us: their senders repeat them until then
    path: tuple[str, ...] = ()  # the digipeaters our packets ask for, as ["WIDE1-1"]

    def __post_init__(self) -> None:
        if self.hails is None and not self.own_units and not self.talkgroups:
            self.hails = ("channel", "call_alert", "text")  # nothing tells which messages are for control: all are


def check(settings: Settings) -> list[Problem]:
    cure = "write calls of up to six capital letters and digits, and -1 to -15"
    problems = [Problem("own_units", unit, cure) for unit in settings.own_units if not is_address(unit)]
    problems += [Problem("path", via, cure) for via in settings.path if not is_address(via)]
    if len(settings.path) > _PATH_MAX:
        problems.append(Problem("path", ", ".join(settings.path), f"name at most {_PATH_MAX}"))
    return problems
