"""Keeps us in touch with one base station: open its ports, listen, notice a loss, come back; for ever."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from adapters.backoff import Backoff
from adapters.errors import PeerRefused, PeerUnavailable
from adapters.inflow import Inflow
from adapters.ports import Delivered, Delivery, Intake, Rejected, Retry
from adapters.radio.kind import RadioKind
from adapters.radio.session import Session
from adapters.radio.settings import RadioSettings
from adapters.radio.station import CannotSend, Heard
from adapters.radio.traffic import NoiseLimit, Traffic
from adapters.radio.transports.address import parse
from adapters.radio.transports.opening import opener
from rules.events import LinkChanged, MachineAck
from rules.events.system import LinkState

BACKOFF_FIRST_S = 0.5
BACKOFF_LONGEST_S = 30.0
STEADY_S = 5.0  # a link that held so long, or heard somebody, is tried again soon
DEVICE_LOOK_S = 0.3  # between two looks for a device that was pulled out; and udev sets its rights so soon after
WAITING_MAX = 20_000  # events; a channel makes a few a second

log = structlog.get_logger()


class Link:
    """The source as the pipeline knows it (adapters.ports.Source)."""

    def __init__(self, kind: RadioKind, settings: RadioSettings, *, backoff: Backoff | None = None) -> None:
        self.name = settings.name
        self.kind = kind
        self.traffic = Traffic()
        self._settings = settings
        self._station = kind.make_station(settings)
        self._openers = {name: opener(kind, settings, port) for name, port in settings.ports().items()}
        addresses = [parse(port) for port in settings.ports().values()]
        self._devices = [Path(address.path) for address in addresses if address.transport == "serial"]
        self._inflow = Inflow(settings.name, WAITING_MAX)
        self._noise = NoiseLimit(settings.name, self.traffic)
        self._backoff = backoff or Backoff(first_s=BACKOFF_FIRST_S, longest_s=BACKOFF_LONGEST_S)
        self._told: LinkState | None = None
        self._session: Session | None = None  # while the ports are open
        self._acks: dict[str, asyncio.Future[bool]] = {}  # by the id of the text that was sent
        self._log = log.bind(source=settings.name)

    async def run(self, intake: Intake) -> None:
        """Until cancelled. One task keeps the link up, one commits."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._inflow.drain(intake), name=f"radio-inflow-{self.name}")
            tasks.create_task(self._keep_up(intake), name=f"radio-link-{self.name}")

    def why_not(self, unit: str, text: str) -> str:
        """Why no such text can go to `unit`; "" where it can."""
        if not self.kind.sends_text:
            return f"a {self.kind.name} sends no texts"
        try:
            self.kind.make_station(self._settings).text(unit, text, "0")
        except CannotSend as error:
            return str(error)
        return ""

    async def send_text(self, unit: str, text: str, id: str, *, ack_within_s: float) -> Delivery:  # noqa: A002
        """Delivered once it is written; where the kind tells of it, once a machine of the unit's confirmed it."""
        session = self._session
        if session is None or self._told != "online":
            return Retry("unreachable")
        try:
            data = self._station.text(unit, text, id)
        except CannotSend as error:
            self._log.warning("the station cannot send this", unit=unit, reason=str(error))
            return Rejected("refused")
        answer = self._acks[id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ack_within_s):
                if data:  # a station that must wait for its turn says it by `to_send`
                    await session.send(data)
                session.queue_what_it_says()
                if not self.kind.acks_text:
                    return Delivered()
                return Delivered() if await answer else Retry("refused")
        except TimeoutError:
            return Retry("timeout")
        except PeerUnavailable:
            return Retry("unreachable")
        finally:
            del self._acks[id]

    async def _keep_up(self, intake: Intake) -> None:
        self._tell(intake, "connecting", "")
        loop = asyncio.get_running_loop()
        while True:
            since_s, was_away = loop.time(), not self._devices_are_there()
            try:
                await self._one_session(intake)
            except PeerRefused as error:
                self._tell(intake, "refused", str(error))
                wait_s = self._backoff.longest()
            except PeerUnavailable as error:
                self._tell(intake, "offline", str(error))
                if loop.time() - since_s > STEADY_S:
                    self._backoff.reset()
                wait_s = self._backoff.next_s()
            await self._pause(wait_s, was_away=was_away)

    async def _pause(self, wait_s: float, *, was_away: bool) -> None:
        """Before the next try. A device that was pulled out, or away at the last try, is tried as it is there again."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + wait_s
        while (left_s := until_s - loop.time()) > 0:
            is_there = self._devices_are_there()
            await asyncio.sleep(min(left_s, DEVICE_LOOK_S) if self._devices else left_s)
            if was_away and is_there:
                return
            was_away = not is_there

    def _devices_are_there(self) -> bool:
        return all(device.exists() for device in self._devices)

    async def _one_session(self, intake: Intake) -> None:
        """Returns only by raising PeerRefused or PeerUnavailable."""
        ports = {name: make() for name, make in self._openers.items()}
        session = Session(
            self._settings,
            self._station,
            self.traffic,
            ports,
            intake,
            take=self._take,
            tell=lambda state, reason: self._tell(intake, state, reason),
        )
        self._session = session
        self.traffic.opened += 1
        try:
            await session.run()
        finally:
            self._session = None
            if session.alive:
                self._backoff.reset()

    def _take(self, at_us: int, heard: list[Heard], committed: Callable[[], None] | None) -> None:
        for one in heard:
            if isinstance(one.event, MachineAck) and (answer := self._acks.get(one.event.id)) and not answer.done():
                answer.set_result(one.event.ok)
        kept = self._noise.keep(heard, at_us)
        if (kept or committed) and not self._inflow.take(at_us, kept, committed):
            if not self.traffic.events_lost:
                self._log.error("events are lost: the pipeline has taken none for too long")
            self.traffic.events_lost += len(kept)

    def _tell(self, intake: Intake, state: LinkState, reason: str) -> None:
        """Once per change: a station that is away for a night is said to be offline once."""
        if state == self._told:
            return
        self._told = state
        level = self._log.info if state in {"connecting", "online", "unknown"} else self._log.warning
        level("link " + state, reason=reason)
        self._inflow.tell(intake.now_us(), LinkChanged(source=self.name, state=state, reason=reason))
