"""The gateway's own pipeline, store, rules and delivery behind the harness's line protocol."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters import ports
from adapters.intake import open_store
from gateway.clock import AnchoredClock
from gateway.delivery import Delivery
from gateway.pipeline import Pipeline
from rules.events import Delivered, Established
from rules.quiet import StormRules
from rules.settings import CallBack, HoldCheckin, RuleSet, SourceRules, ThreeRings

SOURCE = "line"


class LineNotifier:
    """Alerts out: one `ALERT call` line each."""

    name = "harness"

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        link_changed("online", "")
        await asyncio.Event().wait()

    async def send(self, alert: Mapping[str, Any], key: str) -> ports.Delivery:  # noqa: ARG002 - the port asks for it
        if alert["rule"] == "three_rings" and alert["kind"] == "breach":
            self._writer.write(b"ALERT " + alert["source_call"].encode() + b"\n")
        return ports.Delivered()


class LineSource(asyncio.Protocol):
    """Events in: what one read brings is submitted together, in order; FLUSH answers after the commit."""

    def __init__(self, pipeline: Pipeline, sink: asyncio.StreamWriter) -> None:
        self._pipeline = pipeline
        self._sink = sink
        self._rest = b""
        self._waiting: list[bytes] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, _transport: asyncio.BaseTransport) -> None:
        self._task = asyncio.ensure_future(self._work())

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._waiting += lines
        self._wake.set()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            lines, self._waiting = self._waiting, []
            for start in range(0, len(lines), 1000):
                await self._submit(lines[start : start + 1000])

    async def _submit(self, lines: list[bytes]) -> None:
        now_us = self._pipeline.now_us()
        events, flushes = [], []
        for line in lines:
            kind, _, name = line.decode().partition(" ")
            if kind == "RING":
                events.append(
                    ports.Incoming(Delivered(source=SOURCE, call=name, caller="13800138000", called="4001"), now_us)
                )
            elif kind == "ANSW":
                events.append(ports.Incoming(Established(source=SOURCE, call=name), now_us))
            else:
                flushes.append(line)
        if events:
            await self._pipeline.submit(events)
        for line in flushes:
            self._sink.write(line + b"\n")


async def serve(port: int, sink_port: int, deadline_s: float, folder: Path) -> None:
    _, sink = await asyncio.open_connection("127.0.0.1", sink_port)
    rules = RuleSet(
        version=f"bench-{deadline_s}",
        site="bench",
        three_rings=ThreeRings(seconds=deadline_s, warn_at_rings=()),
        hold_checkin=HoldCheckin(enabled=False),
        call_back=CallBack(enabled=False),
        storm=StormRules(enabled=False),
        sources=(SourceRules(name=SOURCE),),
        notifiers=(LineNotifier.name,),
    )
    store = open_store("sqlite:///bench.db", folder)
    pipeline = Pipeline(store, rules, AnchoredClock())
    delivery = Delivery([LineNotifier(sink)], pipeline)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pipeline.run())
        tasks.create_task(delivery.run())
        while pipeline.ready:  # noqa: ASYNC110 - a benchmark's start-up, not the product
            await asyncio.sleep(0.005)
        await loop.create_server(lambda: LineSource(pipeline, sink), "127.0.0.1", port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])))
