"""The people's end: receivers that honour keys, and fail in every way that receivers do."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from adapters.ports import Delivered, Delivery, Rejected, Retry
from tests.simulation.faults import ReceiverFault

THROTTLED_S = 7.0


class Receipt(NamedTuple):
    at_us: int  # true time
    alert: str
    key: str  # and for whom, as some receivers are told apart from the key
    known: bool  # the alert was durable by then
    document: Mapping[str, Any]
    by_broker: bool = False


class Beat(NamedTuple):
    """A dead man's switch was told that all is well."""

    at_us: int  # true time
    pulses: int  # that were durable by then


class Receiver:
    """`received` has each arrival; who honours keys acts on the first of equal keys only."""

    def __init__(
        self,
        name: str,
        now_us: Callable[[], int],
        is_durable: Callable[[str], bool],
        pulses: Callable[[], int] = lambda: 0,
    ) -> None:
        self.name = name
        self.beats: list[Beat] = []
        self._pulses = pulses
        self.fault: ReceiverFault | None = None
        self.received: list[Receipt] = []
        self._now_us = now_us
        self._is_durable = is_durable

    async def take(self, alert: Mapping[str, Any], key: str) -> Delivery:
        await asyncio.sleep(5.0 if self.fault == "slow" else 0.02)
        match self.fault:
            case "unreachable":
                return Retry("unreachable")
            case "hangs":
                await asyncio.Event().wait()
            case "throttled":
                return Retry("throttled", THROTTLED_S)
            case "refused":
                return Rejected("refused")
        self._keep(alert, key)
        if self.fault == "hangs_after":
            await asyncio.Event().wait()
        if self.fault == "error_after":
            return Retry("server_error")
        return Delivered()

    def hear(self, told: bytes) -> None:
        """By a broker, which knows nothing of what it carries."""
        alert = json.loads(told)
        self._keep(alert, alert["key"], by_broker=True)

    def feel(self) -> None:
        self.beats.append(Beat(self._now_us(), self._pulses()))

    def _keep(self, alert: Mapping[str, Any], key: str, *, by_broker: bool = False) -> None:
        known = self._is_durable(alert["id"])
        self.received.append(Receipt(self._now_us(), alert["id"], key, known, alert, by_broker))


class SimNotifier:
    """The gateway's side: one process's way to a receiver. Implements Notifier, CarriesLinks and ShowsHeartbeat."""

    carries_links = True

    def __init__(self, receiver: Receiver) -> None:
        self.name = receiver.name
        self._receiver = receiver

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        link_changed("", "")
        await asyncio.Event().wait()

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        return await self._receiver.take(alert, key)

    def beat(self, at_us: int) -> None:  # noqa: ARG002 - the port's
        self._receiver.feel()
