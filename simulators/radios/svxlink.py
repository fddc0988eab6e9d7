"""A pretend SvxLink: state lines, PTT and digits on its three ptys, in the old text or in JSON."""

import json
import time
from collections.abc import Callable, Sequence

from simulators.radios.ports import Port


class Svxlink:
    """What happens on the air is done by plain calls. `ptt` and `dtmf` are left out where nobody listens there."""

    def __init__(
        self,
        state: Port,
        ptt: Port | None = None,
        dtmf: Port | None = None,
        *,
        receivers: Sequence[str] = ("Rx1",),
        as_json: bool = False,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._state, self._ptt, self._dtmf = state, ptt, dtmf
        self._open = dict.fromkeys(receivers, False)
        self._as_json = as_json
        self._now_s = now_s

    def press(self, receiver: str = "Rx1") -> None:
        """A unit's carrier is heard by `receiver`."""
        self._open[receiver] = True
        self.heartbeat()

    def release(self, receiver: str = "Rx1") -> None:
        self._open[receiver] = False
        self.heartbeat()

    def heartbeat(self) -> None:
        """The voter says again what it said, as it does each second while something is open."""
        if self._as_json:
            told = [
                {"name": name, "id": name[-1], "enabled": True, "sql_open": is_open, "active": is_open, "siglev": 42}
                for name, is_open in self._open.items()
            ]
            self.say("Voter:sql_state", json.dumps(told, separators=(",", ":")))
        else:
            chosen = next((name for name, is_open in self._open.items() if is_open), "")
            marks = {
                name: "_" if not is_open else "*" if name == chosen else ":" for name, is_open in self._open.items()
            }
            levels = {name: 42 if is_open else 0 for name, is_open in self._open.items()}
            self.say("Voter:sql_state", " ".join(f"{name}{marks[name]}+{levels[name]:03}" for name in self._open))

    def dial(self, digits: str) -> None:
        """DTMF of whoever speaks; # ends a command."""
        for digit in digits:
            self.say("Logic:dtmf_digit", f"digit={digit} ms=90")
            if self._dtmf is not None:
                self._dtmf.write(digit.encode())
        if digits.endswith("#"):
            self.say("Logic:dtmf_cmd", f"cmd={digits[:-1]}")

    def transmit(self, *, on: bool) -> None:
        """Its transmitter, whoever keys it."""
        if self._ptt is not None:
            self._ptt.write(b"T" if on else b"R")
        if self._as_json:
            self.say("Tx:state", json.dumps({"id": "T", "name": "Tx1", "transmit": on}, separators=(",", ":")))

    def say(self, event: str, data: str) -> None:
        self._state.write(f"{self._now_s():.3f} {event} {data} \n".encode())
