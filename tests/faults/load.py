"""Calls told to a gateway that may be struck at any moment, and what became of each post: the truth to compare with.

A sender as PBXs are: it signs, waits 5 s for the answer, and tells what was not acknowledged again, under the same id.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal, NamedTuple

import aiohttp

from tests.fixtures.gateway import RunningGateway

LIMIT_S = 2.0  # what the gateway's rule says, see site.CONFIG
ANSWER_S = 5.0  # the shortest patience that a sender of call events was seen to have
_WAITS_S = (0.3, 0.6, 1.2, 2.4)
_OPEN_MAX = 150  # calls at a time: with more, it is the callers' side that is too slow
Kind = Literal["answered", "gave_up", "late", "missed"]
# What becomes of a call: after how many seconds of ringing, by which event.
_ENDS: dict[Kind, tuple[float, float, str]] = {
    "answered": (0.1, 0.6, "established"),
    "gave_up": (0.1, 0.6, "cleared"),
    "late": (2.6, 3.2, "established"),
    "missed": (2.6, 3.2, "cleared"),
}
_SHARES = {"answered": 45, "gave_up": 10, "late": 20, "missed": 25}
VERDICTS: dict[Kind, str] = {"answered": "met", "gave_up": "waived", "late": "breached", "missed": "breached"}


class Told(NamedTuple):
    """One event as it was offered; `name` is its webhook-id, the same for every try."""

    name: str
    event: str
    call: str


@dataclass
class Call:
    """One caller. `rang_s` and `heard_s` (acknowledged) are of the monotonic clock."""

    kind: Kind
    rang_s: float
    heard_s: float = 0.0
    tries: int = 0
    told: int = 0

    @property
    def plain(self) -> bool:
        """Each of its events was acknowledged at the first try."""
        return self.tries == self.told

    @property
    def breaches(self) -> bool:
        return VERDICTS[self.kind] == "breached"


def _epoch() -> datetime:
    """When our monotonic clock began. Both clocks are read within a millisecond, or what is early would be ours."""
    while True:
        before_s = time.monotonic()
        now = datetime.now(UTC)
        if time.monotonic() - before_s < 0.001:
            return now - timedelta(seconds=before_s)


@dataclass
class Load:
    """Events carry the moment they happened, as the sender's wall clock says."""

    gateway: RunningGateway
    chance: Random
    per_s: float = 60.0  # calls that begin in a second
    acknowledged: list[Told] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)  # tries by status; 0: nobody answered
    first_refused_s: float = 0.0  # since `strike`
    ack_ms: list[tuple[float, float]] = field(default_factory=list)  # when, and how long an acknowledged try took
    open: int = 0  # calls that are not yet told to their end
    _anchor: datetime = field(default_factory=_epoch)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Call after call until `end`; then until every call has been told to its end."""
        next_s = time.monotonic()
        async with asyncio.TaskGroup() as calls:
            while not self._over.is_set():
                if self.open < _OPEN_MAX:
                    calls.create_task(self._tell(self._begun(self._kind())))
                next_s = max(next_s + self.chance.expovariate(self.per_s), time.monotonic() - 1.0)
                await asyncio.wait([asyncio.create_task(self._over.wait())], timeout=max(0, next_s - time.monotonic()))

    def end(self) -> None:
        self._over.set()

    def strike(self) -> None:
        """From now on `first_refused_s` is that of the fault."""
        self.first_refused_s = 0.0

    def some(self, kind: Kind, number: int) -> tuple[list[str], list[asyncio.Task[None]]]:
        """Calls of a fault's own: their ids, and tasks that tell them to their ends."""
        names = [self._begun(kind) for _ in range(number)]
        return names, [asyncio.create_task(self._tell(name)) for name in names]

    def _kind(self) -> Kind:
        kinds: list[Kind] = list(_ENDS)
        return self.chance.choices(kinds, [_SHARES[kind] for kind in kinds])[0]

    def _begun(self, kind: Kind) -> str:
        name = f"call-{len(self.calls) + 1}"
        self.calls[name] = Call(kind, time.monotonic())
        self.open += 1
        return name

    async def _tell(self, name: str) -> None:
        call = self.calls[name]
        began = self._anchor + timedelta(seconds=call.rang_s)
        await self._offer(Told(f"msg_{name}_delivered", "delivered", name), call, began)
        call.heard_s = time.monotonic()
        shortest, longest, end = _ENDS[call.kind]
        ends_s = call.rang_s + self.chance.uniform(shortest, longest)
        await _until(ends_s)
        ended = began + timedelta(seconds=ends_s - call.rang_s)
        await self._offer(Told(f"msg_{name}_{end}", end, name), call, ended)
        if end == "established":
            await self._offer(
                Told(f"msg_{name}_cleared", "cleared", name), call, ended + timedelta(seconds=time.monotonic() - ends_s)
            )
        self.open -= 1

    async def _offer(self, told: Told, call: Call, happened: datetime) -> None:
        """Until it is acknowledged."""
        event = {"event": told.event, "call": told.call, "from": "13800138000", "to": "4001", "device": "801"}
        event["at"] = happened.isoformat(timespec="microseconds")
        waits = iter(_WAITS_S)
        wait_s = 0.0
        while True:
            call.tries += 1
            began_s = time.monotonic()
            status = await self._try(told, event)
            self.answers[status] += 1
            if status == 200:
                break
            self.first_refused_s = self.first_refused_s or time.monotonic()
            wait_s = next(waits, wait_s)
            await _until(time.monotonic() + wait_s * self.chance.uniform(0.8, 1.2))
        now_s = time.monotonic()
        self.ack_ms.append((now_s, (now_s - began_s) * 1000))
        call.told += 1
        self.acknowledged.append(told)

    async def _try(self, told: Told, event: dict[str, str]) -> int:
        try:
            async with asyncio.timeout(ANSWER_S):
                status, _ = await self.gateway.post(event, name=told.name)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0
        return status


async def _until(at_s: float) -> None:
    await asyncio.sleep(max(0.0, at_s - time.monotonic()))
