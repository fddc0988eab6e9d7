"""The live stream: one hub reads the committed batches and tells every signed-in board, slow ones excepted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from time import monotonic
from typing import Any, Literal

import msgspec
import structlog
from aiohttp import web

from adapters.errors import StoreError
from adapters.notify.message import document as alert_document
from adapters.ports import Batch
from gateway.access.rights import Right
from gateway.access.sight import Sight
from gateway.web.access.guard import WHO, still_sees
from gateway.web.access.needs import needs
from gateway.web.access.noting import note
from gateway.web.live import now, quiet, radio
from gateway.web.problems import Problem
from gateway.web.services import Services
from rules.effects import Alert
from rules.events import CallEvent, RadioEvent, Resynced, RulesTaken, Unparsed
from rules.incidents import Incident
from rules.moments import rfc3339

PING_S = 2.0  # a board that hears nothing for 5 s says so
_GATHER_S = 0.05  # changes within it leave together: a burst costs each thing once
_CHANGES_MAX = 300  # more at once: a fresh snapshot is smaller
CLIENTS_MAX = 600
_CLIENT_MESSAGES_MAX = 512
_CLIENT_BYTES_MAX = 8 << 20
_ALL_BYTES_MAX = 256 << 20  # of all boards together
_WRITE_S = 10.0
_HEARD = (CallEvent, RadioEvent, Unparsed, Resynced)  # a sign of life of its source

StreamEvent = Literal["hello", "incident", "alert", "channel", "unit", "quiet", "sources", "ping"]

log = structlog.get_logger()


class Client:
    """What waits for one board, bounded. Full: the board is dropped, connects again and begins with a snapshot."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.unread = 0  # bytes that wait, and those that are being written
        self._waiting: list[bytes] = []
        self._writing = 0
        self._ended = False
        self._something = asyncio.Event()
        self.dropped = False
        self.abort: Callable[[], None] = lambda: None

    def put(self, message: bytes) -> None:
        if self.dropped or not message:
            return
        self.unread += len(message)
        if len(self._waiting) >= _CLIENT_MESSAGES_MAX or self.unread > _CLIENT_BYTES_MAX:
            self.drop()
        else:
            self._waiting.append(message)
            self._something.set()

    def drop(self) -> None:
        self.dropped = True
        self._waiting.clear()
        self.unread = self._writing = 0
        self.end()
        self.abort()

    def end(self) -> None:
        self._ended = True
        self._something.set()

    async def next(self) -> bytes | None:
        """All that waits, at once: one write for each message would fall behind a burst. None: the end."""
        self.unread -= self._writing
        self._writing = 0
        await self._something.wait()
        if not self._waiting:
            return None
        told = b"".join(self._waiting)
        self._waiting.clear()
        self._writing = len(told)
        if not self._ended:
            self._something.clear()
        return told


class Hub:
    """Keeps what changed since the last telling; renders it once for all boards, and not at all for none."""

    def __init__(self, services: Services) -> None:
        self.heard_us: dict[str, int] = {}
        self._services = services
        self._clients: set[Client] = set()
        self._incidents: dict[int, Incident] = {}
        self._alerts: dict[str, Alert] = {}
        self._channels: set[str] = set()
        self._units: set[str] = set()
        self._sources_changed = False
        self._quiet_changed = False
        self._hellos: dict[Sight, bytes] = {}  # for boards that join
        self._hellos_s = 0.0
        self._anew = False  # more changed than single things: all boards begin anew
        self._seq = 0
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def client(self, sight: Sight) -> Iterator[Client]:
        """Join the boards; the first message is `hello`. Raises Problem 503 when there are too many."""
        if len(self._clients) >= CLIENTS_MAX:
            raise Problem(503, "Too many boards are open", cure=f"at most {CLIENTS_MAX}: close one", retry_after_s=5)
        client = Client(sight)
        client.put(self._hello_now(sight))
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)

    async def run(self) -> None:
        """All or nothing: if one part fails, no ping goes out either, and every board says that it is cut off."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(), name="board feed")
                tasks.create_task(self._tell(), name="board stream")
                tasks.create_task(self._ping(), name="board ping")
        except Exception:  # the top of this task: calls are answered for without it, and boards say they are cut off
            log.exception("the live stream has stopped")

    def close(self) -> None:
        for client in self._clients:
            client.end()

    async def _listen(self) -> None:
        while True:
            async with self._services.pipeline.subscribe() as feed:
                self._broadcast(self._hello)  # what happened before we listened, or while we lagged
                async for batch in feed:
                    self._take(batch)
                if not feed.lagged:
                    return

    def _take(self, batch: Batch) -> None:
        for row in batch.journal:
            event = row.entry.event
            if isinstance(event, _HEARD):
                self.heard_us[event.source] = row.entry.at_us
            self._seq = row.entry.seq
        self._hellos.clear()
        if not self._clients:
            return  # who joins begins with all of it
        # With new rules, what the desk works with may have changed as well.
        self._anew |= any(isinstance(row.entry.event, RulesTaken) for row in batch.journal)
        self._incidents.update(batch.incidents)
        self._alerts.update(batch.alerts)
        self._channels.update(batch.channels)
        self._units.update(batch.units)
        self._sources_changed |= bool(batch.sources)
        self._quiet_changed |= bool(batch.quiet or batch.quiet_gone)
        self._anew |= bool(batch.channels_gone or batch.units_gone) or batch.duty is not None
        self._changed.set()

    async def _tell(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            incidents, alerts, self._incidents, self._alerts = self._incidents, self._alerts, {}, {}
            channels, units, self._channels, self._units = self._channels, self._units, set(), set()
            sources_changed, self._sources_changed = self._sources_changed, False
            quiet_changed, self._quiet_changed = self._quiet_changed, False
            anew, self._anew = self._anew, False
            if anew or len(incidents) + len(alerts) + len(units) > _CHANGES_MAX:
                self._broadcast(self._hello)
            else:
                self._tell_radio(channels, units)
                state, desk = self._services.pipeline.state, self._services.desk
                for incident in incidents.values():
                    self._send("incident", now.live_incident(state, incident, desk))
                for alert in alerts.values():
                    self._send("alert", alert_document(alert))
                if quiet_changed:
                    pipeline = self._services.pipeline
                    self._send("quiet", quiet.quiet_document(pipeline.state, pipeline.now_us()))
                if sources_changed:
                    self._send("sources", now.sources(self._services, self.heard_us))
            await asyncio.sleep(_GATHER_S)

    def _tell_radio(self, channels: set[str], units: set[str]) -> None:
        state = self._services.pipeline.state
        for name in sorted(channels):
            self._send("channel", radio.channel_document(state, name))
        for name in sorted(units):
            known = radio.named_unit(state.rules, name)
            self._send("unit", radio.unit_document(state.rules, known, state.units.get(name)))

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            if self._clients:
                self._send("ping", self._pulse())

    def _pulse(self) -> dict[str, Any]:
        pipeline = self._services.pipeline
        return {
            "now": rfc3339(pipeline.now_us()),
            "ready": pipeline.ready,
            "sources": now.sources(self._services, self.heard_us),
            "notifiers": [dict(status) for status in self._services.notifiers.status()],
        }

    def _hello(self, sight: Sight) -> bytes:
        snapshot = now.snapshot(self._services, self.heard_us, sight)
        return self._message("hello", sight.shown(self._services.pipeline.state.rules, snapshot))

    def _hello_now(self, sight: Sight) -> bytes:
        """The one that was rendered last, where nothing has changed since: after a cut all boards join at once."""
        if monotonic() - self._hellos_s > _GATHER_S:
            self._hellos, self._hellos_s = {}, monotonic()
        if sight not in self._hellos:
            self._hellos[sight] = self._hello(sight)
        return self._hellos[sight]

    def _broadcast(self, render: Callable[[Sight], bytes]) -> None:
        """Rendered once for all who may see the same."""
        rendered: dict[Sight, bytes] = {}
        for client in tuple(self._clients):
            if client.sight not in rendered:
                rendered[client.sight] = render(client.sight)
            client.put(rendered[client.sight])
        unread = sum(client.unread for client in self._clients)
        while unread > _ALL_BYTES_MAX:
            slowest = max(self._clients, key=lambda client: client.unread)
            unread -= slowest.unread
            slowest.drop()

    def _send(self, event: StreamEvent, data: Any) -> None:
        rules = self._services.pipeline.state.rules

        def render(sight: Sight) -> bytes:
            if isinstance(data, dict) and not sight.sees(rules, data):
                return b""
            return self._message(event, sight.shown(rules, data))

        self._broadcast(render)

    def _message(self, event: StreamEvent, data: Any) -> bytes:
        return b"event: %b\nid: %d\ndata: %b\n\n" % (event.encode(), self._seq, msgspec.json.encode(data))


HUB = web.AppKey("hub", Hub)


@needs(Right.SEE)
async def stream(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/stream"""
    with request.app[HUB].client(await _sight(request)) as client:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        if request.transport is not None:
            client.abort = request.transport.abort
        await response.write(b"retry: 1000\n\n")
        while (message := await client.next()) is not None and still_sees(request):
            try:
                async with asyncio.timeout(_WRITE_S):  # `wait_for` of Python 3.11 may forget that we are cancelled
                    await response.write(message)
            except (TimeoutError, ConnectionResetError):
                client.drop()
        return response


async def _sight(request: web.Request) -> Sight:
    """Numbers in full are told to the audit first; where it cannot be told, the desk goes on with masked ones."""
    sight = request[WHO].sight
    if sight.numbers:
        try:
            await note(request, "numbers_shown", "stream", once=True)
        except StoreError:
            return sight._replace(numbers=False)
    return sight


async def run_hub(app: web.Application) -> AsyncIterator[None]:
    """Cleanup context of aiohttp: the hub lives as long as the server."""
    hub = app[HUB]
    task = asyncio.create_task(hub.run(), name="board hub")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def close_streams(app: web.Application) -> None:
    """On shutdown: end the endless answers first, or the server waits for them."""
    app[HUB].close()
