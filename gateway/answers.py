"""What people answer to an alert from outside the desk: by telephone, by a link, by MQTT."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

from adapters.ports import Admitted, Incoming
from gateway.access.audit import Audit, Note
from rules.engine import State
from rules.events import AlertAcknowledged

_NOTE_CHARS_MAX = 500
_BY_CHARS_MAX = 100


class FrontDoor(Protocol):
    """What is asked of gateway.pipeline.Pipeline."""

    @property
    def state(self) -> State: ...

    def now_us(self) -> int: ...

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]: ...


class Answers:
    """Implements adapters.ports.AlertDesk. Each answer has its entry in the audit, as a deed at the desk has."""

    def __init__(self, pipeline: FrontDoor, audit: Audit) -> None:
        self._pipeline = pipeline
        self._audit = audit

    def is_raised(self, alert: str) -> bool:
        found = self._pipeline.state.alerts.get(alert)
        return found is not None and found.state == "raised"

    async def acknowledge(self, alert: str, by: str, channel: str, note: str = "", *, address: str = "") -> bool:
        """The same person by the same channel twice is one acknowledgement."""
        if alert not in self._pipeline.state.alerts:
            return False
        await self._audit.pay()
        by, note = by[:_BY_CHARS_MAX], note[:_NOTE_CHARS_MAX]
        key = blake2b(f"acknowledged\0{channel}\0{alert}\0{by}".encode(), digest_size=16).digest()
        event = AlertAcknowledged(by=by, alert=alert, note=note, channel=channel)
        [admitted] = await self._pipeline.submit([Incoming(event, self._pipeline.now_us(), key)])
        if admitted.seq is not None:
            await self._audit.write_done(Note(by, "acknowledged", alert, address, {"by": channel}))
        return True
