"""Keeps us in touch with one Asterisk: connect, log in, resync, listen, notice a loss, come back."""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from adapters.backoff import Backoff
from adapters.errors import PeerRefused, PeerUnavailable
from adapters.inflow import Inflow, Reading
from adapters.pbx.asterisk import resync
from adapters.pbx.asterisk.codec import Message, Oversized
from adapters.pbx.asterisk.connection import Connection, Start
from adapters.pbx.asterisk.normalise import WANTED, Normaliser
from adapters.pbx.asterisk.rescue import Rescuer
from adapters.pbx.asterisk.settings import Settings
from adapters.ports import Intake, Notifier
from rules.events import LinkChanged, Resynced, Unparsed
from rules.events.system import LinkState

# Login, boot and lists together; a PBX with thousands of channels lists them in a second.
READY_WITHIN_S = 30.0
# A PBX is one machine nearby: to knock often costs it nothing, and calls that go by unheard cost us.
BACKOFF_FIRST_S = 0.5
BACKOFF_LONGEST_S = 5.0
REFUSED_WAIT_S = 60.0  # a wrong secret is not cured by time, and Asterisk logs each try as an attack
# A start reckoned from an uptime in whole seconds wanders by a little; more is a restart.
START_WANDERS_S = 5
# More rubbish than this on one connection, and it is no manager interface we talk to.
UNREADABLE_MAX = 100
# About a minute of a PBX that starts 100 calls a second, some 100 MB of messages at worst.
WAITING_MAX = 100_000

log = structlog.get_logger()


class Link:
    """The source as the pipeline knows it (adapters.ports.Source)."""

    def __init__(
        self,
        settings: Settings,
        *,
        waiting_max: int = WAITING_MAX,
        backoff: Backoff | None = None,
    ) -> None:
        self.name = settings.name
        self.overflows = 0  # how often the pipeline was too slow for the PBX
        self._settings = settings
        self._inflow = Inflow(settings.name, waiting_max)
        self._backoff = backoff or Backoff(first_s=BACKOFF_FIRST_S, longest_s=BACKOFF_LONGEST_S)
        self._after_refusal = backoff or Backoff(first_s=REFUSED_WAIT_S, longest_s=REFUSED_WAIT_S)
        self._told: LinkState | None = None
        self._start: Start = None
        self._normaliser: Normaliser | None = None  # the last connection's
        self._rescuer = Rescuer(settings.name, settings.rescue) if settings.rescue else None
        self._log = log.bind(source=settings.name)

    def rescuer(self) -> Notifier | None:
        """Implements adapters.ports.Rescues."""
        return self._rescuer

    async def run(self, intake: Intake) -> None:
        """Until cancelled. One task reads and keeps the link up, one commits."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._inflow.drain(intake), name=f"ami-inflow-{self.name}")
            tasks.create_task(self._keep_up(intake), name=f"ami-link-{self.name}")

    async def _keep_up(self, intake: Intake) -> None:
        self._tell(intake, "connecting", "")
        while True:
            await self._inflow.room()
            try:
                await self._one_connection(intake)
            except PeerRefused as error:
                self._tell(intake, "refused", str(error))
                wait_s = self._after_refusal.longest()
            except PeerUnavailable as error:
                self._tell(intake, "offline", str(error))
                wait_s = self._backoff.next_s()
            await asyncio.sleep(wait_s)

    async def _one_connection(self, intake: Intake) -> None:
        """Returns only by raising PeerRefused or PeerUnavailable."""
        session = _Session(self._settings, self._inflow)
        async with Connection(self._settings, intake.now_us, session.heard, WANTED) as connection:
            session.abort = connection.abort
            try:
                async with asyncio.timeout(READY_WITHIN_S):
                    await connection.login()
                    start = await connection.booted()
                    lists = await _ask_lists(connection, intake)
                    if self._rescuer is not None:
                        await self._rescuer.attach(connection)
            except TimeoutError as error:
                raise PeerUnavailable(f"not ready within {READY_WITHIN_S:g} s of connecting") from error
            restarted = _is_restart(self._start, start)
            self._start = start
            held = self._normaliser.on_hold() if self._normaliser else {}
            legs = resync.seen_legs(lists, self._settings, held)
            self._tell(intake, "online", "")
            self._inflow.tell(lists.at_us, Resynced(source=self.name, legs=legs, restarted=restarted))
            self._log.info("resynced", legs=len(legs), restarted=restarted)
            self._normaliser = Normaliser(self._settings, legs, resync.in_rooms(lists))
            session.go_live(self._normaliser)
            self._backoff.reset()
            try:
                await connection.keep_alive(lambda stale: self._stale(intake, stale))
            finally:
                self.overflows += session.overflowed
                if self._rescuer is not None:
                    self._rescuer.detach()

    def _stale(self, intake: Intake, stale: bool) -> None:
        if stale:
            self._tell(intake, "stale", "a ping was not answered")
        else:
            self._tell(intake, "online", "")

    def _tell(self, intake: Intake, state: LinkState, reason: str) -> None:
        """Once per change: a PBX that is away for a night is said to be offline once."""
        if state == self._told:
            return
        self._told = state
        level = self._log.info if state in {"connecting", "online"} else self._log.warning
        level("link " + state, reason=reason)
        self._inflow.tell(intake.now_us(), LinkChanged(source=self.name, state=state, reason=reason))


class _Session:
    """What is heard on one connection: held back until the resync, then passed on."""

    def __init__(self, settings: Settings, inflow: Inflow) -> None:
        self._source = settings.name
        self._inflow = inflow
        self._held_back: list[tuple[int, Message]] = []
        self._normaliser: Normaliser | None = None
        self._unreadable = 0
        self.overflowed = False
        self.abort: Callable[[str], None] = lambda _reason: None  # the connection's own, once there is one

    def heard(self, at_us: int, message: Message | Oversized) -> None:
        if isinstance(message, Oversized) or not message.event:
            self._heard_rubbish(at_us, message)
        elif self._normaliser is None and len(self._held_back) < WAITING_MAX:
            self._held_back.append((at_us, message))
        elif self._normaliser is None or not self._inflow.hear(
            Reading(at_us, message.raw, partial(self._normaliser.read, message))
        ):
            self.overflowed = True
            self.abort("we were too slow: events were lost, starting anew from the PBX's own lists")

    def go_live(self, normaliser: Normaliser) -> None:
        """The lists are in: what was heard meanwhile comes after them."""
        self._normaliser = normaliser
        for at_us, message in self._held_back:
            self.heard(at_us, message)
        self._held_back.clear()

    def _heard_rubbish(self, at_us: int, message: Message | Oversized) -> None:
        self._unreadable += 1
        if self._unreadable > UNREADABLE_MAX:
            self.abort(f"more than {UNREADABLE_MAX} messages could not be read: is this a manager interface?")
            return
        reason = "longer than any manager message" if isinstance(message, Oversized) else "no event and no response"
        self._inflow.tell(at_us, Unparsed(source=self._source, reason=reason), raw=message.raw)


async def _ask_lists(connection: Connection, intake: Intake) -> resync.Lists:
    answers: dict[str, list[Message]] = {}
    refused = set()
    for name in resync.EXTRA_LISTS:
        first, answers[name] = await connection.listing(name)
        if first.get("response").lower() != "success":
            refused.add(name)
    first, answers[resync.CHANNELS] = await connection.listing(resync.CHANNELS)
    if first.get("response").lower() != "success":
        raise PeerRefused(f"{resync.CHANNELS}: {first.get('message')}; give the user write = reporting")
    at_us = intake.now_us()
    if resync.is_in_a_room(answers[resync.CHANNELS]):
        answers[resync.IN_ROOM] = await _ask_rooms(connection)
    return resync.Lists(at_us, answers, frozenset(refused))


async def _ask_rooms(connection: Connection) -> list[Message]:
    _, rooms = await connection.listing(resync.ROOMS)
    found = []
    for room in rooms[: resync.ROOMS_MAX]:
        found += (await connection.listing(resync.IN_ROOM, Conference=room.get("conference")))[1]
    return found


def _is_restart(before: Start, now: Start) -> bool:
    """Whether the PBX began anew between two of our connections."""
    if isinstance(before, str) and isinstance(now, str):
        return before != now
    if isinstance(before, int) and isinstance(now, int):
        return abs(now - before) > START_WANDERS_S
    return False
