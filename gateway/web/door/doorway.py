"""Where HTTP comes in: the hooks' plain POSTs are read and answered here, all else is handed to aiohttp.

A request that has anything special about it goes to aiohttp with all its bytes, and its connection stays there: the
rules of HTTP are kept in one place, and what a PBX posts all day takes a short way (docs/adr/0011).
"""

import asyncio
import contextlib
import resource
import time
from collections import Counter
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from itertools import chain
from typing import Final, cast

from aiohttp import web
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.web.door.handed_over import HandedOver
from gateway.web.door.hooks import Hooks, Told
from gateway.web.door.plain_post import NotPlain, PlainPosts
from gateway.web.door.turned_away import AT_ONCE_MAX, TurnedAway
from gateway.web.problems import Answer

_WHOLE_S: Final = 5.0  # a request that is not whole by then is aiohttp's, with HEADERS_S for its headers
_IDLE_S: Final = 3_600.0  # as long as aiohttp waits on a connection for the next request
_BACKLOG: Final = 1_024
_CONNECTIONS_MAX: Final = 1_024  # each may hold a tenth of a megabyte of what is not read yet
_GIVE_WAY: Final = 128  # so many end at once where there is no room: looking for them is then cheap, however many come


class Doorway(web.BaseSite):
    """The listening address of `runner`, with the hooks standing before its application."""

    def __init__(
        self,
        runner: web.AppRunner,
        hooks: Hooks,
        host: str,
        port: int,
        *,
        goodbye_s: float,
        connections_max: int = _CONNECTIONS_MAX,
    ) -> None:
        super().__init__(runner, backlog=_BACKLOG)
        self.hooks = hooks
        self.closing = False
        self.connections: dict[Connection, None] = {}  # the oldest first
        self.handed_over: dict[HandedOver, None] = {}
        self._turned_away: set[TurnedAway] = set()
        self.cut: Counter[str] = Counter()  # connections that were ended, by reason
        self._connections_max = min(connections_max, resource.getrlimit(resource.RLIMIT_NOFILE)[0] * 3 // 4)
        self._app = runner
        self._address = (host, port)
        self._goodbye_s = goodbye_s
        self._left = asyncio.Event()  # somebody has

    @property
    def name(self) -> str:
        return f"http://{self._address[0]}:{self._address[1]}"

    async def start(self) -> None:
        await super().start()
        host, port = self._address
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), host, port, backlog=_BACKLOG)
        self._sweep = loop.call_later(_IDLE_S, self._close_silent)

    async def stop(self) -> None:
        """Whoever waits for an answer gets it, within `goodbye_s`."""
        await super().stop()
        if self._server is None:
            return
        self._sweep.cancel()
        self.closing = True
        for connection in list(self.connections):
            connection.close_if_idle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._goodbye_s):
                while self.connections:
                    self._left.clear()
                    await self._left.wait()
        for connection in list(self.connections):
            connection.abort()

    def enter(self, connection: "Connection") -> bool:
        """False: there is no room, as everybody who is here is being answered."""
        if len(self.connections) + len(self.handed_over) >= self._connections_max and not self._make_room():
            self.count_cut("full")
            return False
        self.connections[connection] = None
        return True

    def turn_away(self, transport: asyncio.Transport) -> None:
        if len(self._turned_away) < AT_ONCE_MAX:
            self._turned_away.add(TurnedAway(transport, self._turned_away.discard))
        else:
            transport.abort()

    def leave(self, connection: "Connection | HandedOver") -> None:
        if isinstance(connection, HandedOver):
            self.handed_over.pop(connection, None)
        else:
            self.connections.pop(connection, None)
            self._left.set()

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        """To aiohttp, for good."""
        assert self._app.server is not None  # noqa: S101 - it is, once set up
        connection = HandedOver(self._app.server(), self)
        self.handed_over[connection] = None
        connection.take(transport, data)

    def count_cut(self, reason: str) -> None:
        self.cut[reason] += 1

    def _make_room(self) -> bool:
        """Whom nobody answers goes: first who never sent a whole request, the oldest first."""
        everybody: chain[HandedOver | Connection] = chain(self.handed_over, self.connections)
        idle = [one for one in everybody if not one.working]
        strangers = [one for one in idle if not one.answered]
        for one in (strangers or idle)[:_GIVE_WAY]:
            self.count_cut("full")
            self.leave(one)
            one.abort()
        return bool(idle)

    def _close_silent(self) -> None:
        for connection in list(self.connections):
            connection.close_if_silent()
        self._sweep = asyncio.get_running_loop().call_later(_IDLE_S, self._close_silent)


class Connection(asyncio.Protocol):
    """One peer. Each request is answered before the next is read."""

    def __init__(self, door: Doorway) -> None:
        self.working = False  # a request is being answered
        self.answered = False  # at least one was
        self._door = door
        self._posts = PlainPosts()
        self._early = b""  # what came while a request was being answered
        self._patience: asyncio.TimerHandle | None = None
        self._heard = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        if not self._door.enter(self):
            self._door.turn_away(self._transport)
            return
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        self._wait()

    def connection_lost(self, _: Exception | None) -> None:
        self._leave()

    def pause_writing(self) -> None:
        """A peer that reads no answers may ask no more."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if self.working:
            self._early += data
            self._transport.pause_reading()
            return
        try:
            post = self._posts.feed(data)
        except NotPlain:
            self._hand_over(self._posts.raw)
            return
        if post is None:
            if self._patience is None:
                self._wait()
            return
        self._stop_waiting()
        source = self._door.hooks.source_at(post.path)
        if source is None:
            self._hand_over(self._posts.raw)
            return
        self.working = True
        self._keep_alive = post.keep_alive
        self._door.hooks.begin(source, Told(post.headers, post.body, address=self._peer), self._answer)

    def close_if_idle(self) -> None:
        if not self.working:
            self._transport.close()

    def close_if_silent(self) -> None:
        if not self._heard:
            self.close_if_idle()
        self._heard = False

    def abort(self) -> None:
        self._transport.abort()

    def _answer(self, answer: Answer) -> None:
        self.working = False
        self.answered = True
        if self._transport.is_closing():
            return
        keep_alive = self._keep_alive and not self._door.closing
        self._transport.write(_bytes_of(answer, int(time.time()), keep_alive=keep_alive))
        if not keep_alive:
            self._transport.close()
        elif self._early:
            self._hand_over(self._early)

    def _hand_over_unread(self) -> None:
        self._hand_over(self._posts.raw)

    def _hand_over(self, data: bytes) -> None:
        self._leave()
        self._door.hand_over(self._transport, data)

    def _leave(self) -> None:
        self._posts.forget()
        self._door.leave(self)
        self._stop_waiting()

    def _wait(self) -> None:
        self._patience = asyncio.get_running_loop().call_later(_WHOLE_S, self._hand_over_unread)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class DoorCounts(Collector):
    """How many are here, and how many were sent away, for Prometheus."""

    def __init__(self, door: Doorway) -> None:
        self._door = door

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        here = len(self._door.connections) + len(self._door.handed_over)
        yield GaugeMetricFamily("hotline_connections", "HTTP connections that are open", value=here)
        cut = CounterMetricFamily("hotline_connections_cut", "HTTP connections ended by us", labels=["reason"])
        for reason, count in self._door.cut.items():
            cut.add_metric((reason,), count)
        yield cut


@lru_cache(maxsize=16)
def _bytes_of(answer: Answer, now_s: int, *, keep_alive: bool) -> bytes:
    """The same for nearly every answer of a second."""
    start = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Date", formatdate(now_s, usegmt=True)),
        *answer.headers,
    ]
    if not keep_alive:
        headers.append(("Connection", "close"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{start}\r\n{lines}\r\n".encode() + answer.body
