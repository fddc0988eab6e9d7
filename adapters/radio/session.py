"""One opening of a station's ports: what arrives is fed to it in order, what it wants sent is written."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, NoReturn

import structlog

from adapters.errors import GatewayError, PeerUnavailable
from adapters.ports import Intake
from adapters.radio.settings import RadioSettings
from adapters.radio.station import Admitted, Heard, Station
from adapters.radio.traffic import Traffic
from adapters.radio.transports.transport import Transport
from rules.events import Unparsed
from rules.events.system import LinkState
from rules.moments import SECOND_US

ANSWER_WITHIN_S = 5.0  # to a question; a radio that transmits answers late
QUESTIONS_MISSED_MAX = 2
UNSENT_MAX = 64  # messages; a port that takes nothing for two seconds is lost anyway
_SHORTEST_WAIT_S = 0.001

log = structlog.get_logger()

Take = Callable[[int, list[Heard], Callable[[], None] | None], None]
Tell = Callable[[LinkState, str], None]


class _Arrival(NamedTuple):
    at_us: int
    data: bytes
    via: str
    committed: Callable[[], None] | None


class Session:
    """Lives until a port is lost; then it is thrown away. `take` gets what is heard, `tell` the link's state."""

    def __init__(
        self,
        settings: RadioSettings,
        station: Station,
        traffic: Traffic,
        ports: Mapping[str, Transport],
        intake: Intake,
        *,
        take: Take,
        tell: Tell,
    ) -> None:
        self.alive = False  # the peer showed that it is there
        self._settings = settings
        self._station = station
        self._traffic = traffic
        self._ports = ports
        self._intake = intake
        self._take, self._tell = take, tell
        self._arrived: deque[_Arrival] = deque()
        self._kick = asyncio.Event()
        self._unsent: asyncio.Queue[tuple[bytes, asyncio.Future[None] | None]] = asyncio.Queue(UNSENT_MAX)
        self._senders: set[asyncio.Future[None]] = set()
        self._heard_something = asyncio.Event()
        self._answers = False  # it has answered a question: silence means something
        self._heard_us = 0
        self._admission = station if isinstance(station, Admitted) else None

    async def run(self) -> NoReturn:
        """Raises PeerUnavailable or PeerRefused."""
        try:
            self._station.opened()
            for name, port in self._ports.items():
                await port.open(self._arrival_at(name))
            self._heard_us = self._intake.now_us()
            self.queue_what_it_says()
            await _until_one_ends(
                self._work(),
                self._write(),
                self._keep_alive(),
                self._watch_silence(),
                *(port.lost() for port in self._ports.values()),
            )
        except PeerUnavailable:
            self._work_off()  # what came before the loss was heard
            raise
        finally:
            for written in self._senders:
                if not written.done():
                    written.set_exception(PeerUnavailable("the link was lost"))
            for port in self._ports.values():
                await port.close()
        raise PeerUnavailable("ended")  # none of them ends but by raising

    async def send(self, data: bytes) -> None:
        """Return when the port has taken `data`. Raises PeerUnavailable where it cannot be had."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._unsent.full():
            raise PeerUnavailable("the port takes nothing")
        self._unsent.put_nowait((data, written))
        self._kick.set()  # the station may wait for an answer now
        self._senders.add(written)
        try:
            await written
        finally:
            self._senders.discard(written)

    def _arrival_at(self, name: str) -> Callable[[bytes, str, Callable[[], None] | None], None]:
        def arrived(data: bytes, topic: str, committed: Callable[[], None] | None) -> None:
            self._arrived.append(_Arrival(self._intake.now_us(), data, topic or name, committed))
            self._kick.set()

        return arrived

    async def _work(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            wake_us = self._station.wake_us
            timer = None
            if wake_us is not None and not self._arrived:
                wait_s = max((wake_us - self._intake.now_us()) / SECOND_US, _SHORTEST_WAIT_S)
                timer = loop.call_later(wait_s, self._kick.set)
            try:
                await self._kick.wait()
            finally:
                if timer is not None:
                    timer.cancel()
            self._kick.clear()
            self._work_off()
            self._pass(self._intake.now_us())
            self.queue_what_it_says()

    def _work_off(self) -> None:
        while self._arrived:
            self._feed(self._arrived.popleft())

    def _feed(self, arrival: _Arrival) -> None:
        """First what was due before it came."""
        self._pass(arrival.at_us)
        self._traffic.bytes_heard += len(arrival.data)
        heard = self._read(arrival)
        self._take(arrival.at_us, heard, arrival.committed)
        if not heard or not all(isinstance(one.event, Unparsed) for one in heard):  # noise proves nobody alive
            self._heard_us = arrival.at_us
            self.alive = True
            self._heard_something.set()
            if not heard and self._station.wake_us is None:  # nothing half read: understood, and no event: an answer
                self._answers = True
            self._tell_online()

    def _read(self, arrival: _Arrival) -> list[Heard]:
        try:
            return self._station.feed(arrival.data, arrival.at_us, arrival.via)
        except GatewayError:
            raise
        except Exception as error:  # the top of one piece's reading: a bug in it silences no other (docs/adr/0013)
            log.exception("what a station said made its reader fail", source=self._settings.name)
            self._station.opened()
            reason = f"our reader failed: {type(error).__name__}"
            return [Heard(Unparsed(source=self._settings.name, reason=reason), arrival.data)]

    def _tell_online(self) -> None:
        if self._admission is None or self._admission.admitted:
            self._tell("online", "")

    def _pass(self, at_us: int) -> None:
        wake_us = self._station.wake_us
        if wake_us is not None and wake_us <= at_us and (heard := self._station.passed(at_us)):
            self._take(at_us, heard, None)

    def queue_what_it_says(self) -> None:
        for data in self._station.to_send():
            if not self._unsent.full():  # a station that answers noise must not fill our memory
                self._unsent.put_nowait((data, None))

    async def _write(self) -> NoReturn:
        port = self._ports[""]
        while True:
            data, written = await self._unsent.get()
            await port.write(data)
            if written is not None and not written.done():
                written.set_result(None)

    async def _keep_alive(self) -> NoReturn:
        """Ask now and then, where there is something to ask.

        Who used to answer and no longer does is lost. Who never did keeps the port, for it may only report; until it
        was heard it is not there.
        """
        answer_within_s = min(ANSWER_WITHIN_S, self._settings.query_s)
        missed = 0
        while self._settings.query_s > 0 and (question := self._station.query()):
            self._heard_something.clear()
            await self.send(question)
            try:
                async with asyncio.timeout(answer_within_s):
                    await self._heard_something.wait()
            except TimeoutError:
                missed += 1
                self._tell_unanswered(missed, question)
                if missed < QUESTIONS_MISSED_MAX:
                    continue
            else:
                missed = 0
            await asyncio.sleep(self._settings.query_s)
        if all(port.knows_peer for port in self._ports.values()):
            self._tell_online()
        else:
            self._tell("unknown", "we listen; nothing was heard yet")
        await _for_ever()

    def _tell_unanswered(self, missed: int, question: bytes) -> None:
        reason = f"no answer to {missed} questions, the last of them {question!r}"
        if self._answers and missed >= QUESTIONS_MISSED_MAX:
            raise PeerUnavailable(reason)
        if self._answers:
            self._tell("stale", "a question was not answered")
        elif missed >= QUESTIONS_MISSED_MAX and not self.alive:
            self._tell("offline", reason)

    async def _watch_silence(self) -> NoReturn:
        limit_s = self._settings.silent_alarm_s
        while limit_s > 0:
            left_s = limit_s - (self._intake.now_us() - self._heard_us) / SECOND_US
            if left_s <= 0:
                self._tell("stale", f"nothing was heard for {limit_s:g} s")
                left_s = limit_s
            await asyncio.sleep(left_s)
        await _for_ever()


async def _for_ever() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def _until_one_ends(*coroutines: Coroutine[Any, Any, NoReturn]) -> None:
    """Run them side by side; the first that raises ends all, and its error is ours."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()
