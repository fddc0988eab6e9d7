"""A pretend MMDVMHost: what units do at its repeater becomes the JSON that it publishes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

Source = Literal["rf", "network"]


class Mmdvm:
    """`publish` gets each message's payload; `clock` tells the time that stands in it."""

    def __init__(self, publish: Callable[[bytes], None], clock: Callable[[], datetime]) -> None:
        self._publish = publish
        self._clock = clock

    def press(self, unit: int, group: int, slot: int = 1, source: Source = "rf", *, late: bool = False) -> None:
        self._dmr(slot, "late_entry" if late else "start", **_call(unit, group, source, "group"))

    def release(self, slot: int = 1, duration_s: float = 3.0) -> None:
        self._dmr(slot, "end", duration=duration_s, ber=0.4, rssi={"min": -72, "max": -58, "ave": -65})

    def lose(self, slot: int = 1) -> None:
        self._dmr(slot, "lost", duration=1.5, ber=3.4)

    def time_out(self, slot: int = 1) -> None:
        self._dmr(slot, "timeout", duration=180.0, ber=0.2)

    def bump(self, unit: int, group: int, slot: int = 1) -> None:
        self.press(unit, group, slot)
        self.release(slot, duration_s=0.1)

    def send_data(self, unit: int, group: int, slot: int = 1) -> None:
        """A position, say: packets that nobody speaks."""
        self._dmr(slot, "start", **_call(unit, group, "rf", "group"), frames=4)
        self._dmr(slot, "end", duration=0.4, ber=0.0)

    def signal(self, unit: int, to: int, description: str, slot: int = 1, source: Source = "rf") -> None:
        """A control block: "Call Alert", "Call Alert Ack", "Call Emergency", "Radio Check" …"""
        self._dmr(slot, "csbk", **_call(unit, to, source, "individual"), csbk_desc=description)

    def refuse(self, unit: int, group: int, slot: int = 1) -> None:
        self._dmr(slot, "rejected", **_call(unit, group, "rf", "group"))

    def other(self, key: str, /, **told: Any) -> None:
        """Any other mode, measurement or state."""
        self._tell(key, told)

    def _dmr(self, slot: int, action: str, **told: Any) -> None:
        self._tell("DMR", {"action": action, "slot": slot, **told})

    def _tell(self, mode: str, told: dict[str, Any]) -> None:
        at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        self._publish(json.dumps({mode: {"timestamp": at, **told}}).encode())


def _call(unit: int, to: int, source: Source, kind: str) -> dict[str, Any]:
    return {"source": source, "source_id": unit, "destination_id": to, "destination_type": kind}
