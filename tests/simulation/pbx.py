"""A pretend PBX that posts its calls as real senders do: retries, repetitions, lost answers, late events."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.web.door.hooks import Told
from rules.moments import rfc3339
from tests.simulation.plan import Plan
from tests.simulation.routing import steps
from tests.simulation.service import Service
from tests.simulation.spoken import Call, CallOut, Routed, Way
from tests.simulation.zones import START_US

LATENCY_S = 0.01
TIMEOUT_S = 5.0
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)


@dataclass
class Posted:
    """One event of a call, and what became of it."""

    id: str
    call: str
    event: str
    true_us: int  # when it happened, from the beginning of the stretch
    told_us: int  # the same by the PBX's clock, as it tells it: in whole milliseconds
    body: bytes
    arrived: list[int] = field(default_factory=list)  # by the gateway's clock, each try that reached it
    acknowledged: int = 0
    turned_away: int = 0  # tries before it was acknowledged: it was told late
    refused: list[int] = field(default_factory=list)  # statuses that no well-formed event may get


class Pbx:
    """`service()` is the gateway's present life, None while there is none."""

    def __init__(self, service: Callable[[], Service | None], now_us: Callable[[], int], plan: Plan) -> None:
        self.posted: list[Posted] = []
        self._service = service
        self._now_us = now_us
        self._plan = plan

    async def ring(self, call: Call | CallOut | Routed) -> None:
        """The whole call, until its last event was acknowledged or given up."""
        ways = [*call.ways, *[("", 0.0)] * 99]
        told_in_order = sorted(events(call), key=lambda step: step[0])
        async with asyncio.TaskGroup() as tasks:
            for nth, (after_s, event, fields) in enumerate(told_in_order):
                true_us = round(call.at_s * 1_000_000) + round(after_s * 1_000_000)
                await asyncio.sleep((true_us - self._now_us()) / 1_000_000)
                told = self._event(call, nth, true_us, event, fields)
                tasks.create_task(self._post(call.source, told, *ways[nth]))  # type: ignore[arg-type]

    def _event(
        self, call: Call | CallOut | Routed, nth: int, true_us: int, event: str, fields: dict[str, str]
    ) -> Posted:
        id_ = f"{call.name}.{nth}"
        said: dict[str, Any] = {"id": id_, "event": event, "call": call.name, **fields}
        off_us = round(self._plan.clock_off_s * 1_000_000) + true_us * self._plan.drift_ppm // 1_000_000
        told_us = (START_US + true_us + off_us) // 1000 * 1000
        if call.source == "main":
            said["at"] = rfc3339(told_us)
        posted = Posted(id_, call.name, event, true_us, told_us, json.dumps(said).encode())
        self.posted.append(posted)
        return posted

    async def _post(self, source: str, posted: Posted, way: Way, after_s: float) -> None:
        if way == "late":
            await asyncio.sleep(after_s)
        for nth, wait_s in enumerate((*WAITS_S, None)):
            heard = await self._try(source, posted)
            posted.turned_away += not posted.acknowledged
            if heard and not (way == "answer_lost" and nth == 0):
                break
            if wait_s is not None:
                await asyncio.sleep(wait_s)
        if way == "again":
            await asyncio.sleep(after_s)
            await self._try(source, posted)

    async def _try(self, source: str, posted: Posted) -> bool:
        await asyncio.sleep(LATENCY_S)
        service = self._service()
        if service is None:
            return False
        posted.arrived.append(service.pipeline.now_us())
        told = Told({"content-type": "application/json"}, posted.body)
        answer = asyncio.create_task(service.hooks.take(service.hook_sources[source], told))
        died = asyncio.create_task(service.died.wait())
        await asyncio.wait({answer, died}, timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        dead = died.done()
        died.cancel()
        if dead or not answer.done():
            return False
        status = answer.result().status
        if status == 200:
            posted.acknowledged += 1
        elif status < 500:
            posted.refused.append(status)
        return status == 200


def _outgoing(call: CallOut) -> list[tuple[float, str, dict[str, str]]]:
    told = {"from": call.by, "to": call.to, "leg": "a", "device": "801"}
    after_s = call.wait_s
    if not call.answered:
        return [(0.0, "delivered", told), (after_s, "cleared", {"cause": "cancelled"})]
    return [(0.0, "delivered", told), (after_s, "established", told), (after_s + 9.0, "cleared", {"cause": "normal"})]


def events(call: Call | CallOut | Routed) -> list[tuple[float, str, dict[str, str]]]:
    """What the PBX tells of a call, in seconds from its beginning."""
    if isinstance(call, CallOut):
        return _outgoing(call)
    if isinstance(call, Routed):
        return [(step.after_s, step.event, step.told) for step in steps(call)]
    legs = "ab"[: call.devices]
    base = {"from": call.caller, "to": "88886666"}
    told = [(0.0, "delivered", {**base, "leg": leg, "device": f"80{nth + 1}"}) for nth, leg in enumerate(legs)]
    now_s = call.wait_s
    if not call.answered:
        return [*told, (now_s, "cleared", {"cause": "cancelled"})]
    told.append((now_s, "established", {**base, "leg": "a", "device": "801"}))
    told += [(now_s, "cleared", {"leg": leg, "cause": "answered_elsewhere"}) for leg in legs[1:]]
    for talk_s, length_s in call.holds:
        now_s += talk_s
        told.append((now_s, "held", {"leg": "a"}))
        now_s += length_s
        told.append((now_s, "retrieved", {"leg": "a"}))
    return [*told, (now_s + 1.5, "cleared", {"cause": "normal"})]
