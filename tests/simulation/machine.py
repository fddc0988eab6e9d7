"""The machine that the gateway runs on: its processes' lives, its clocks and its disk, and what becomes of them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from adapters import recordings
from adapters.errors import GatewayError
from adapters.ports import Incoming, Notifier
from rules.events import Event
from tests.simulation.copies import Lost, copy_of, put_back
from tests.simulation.disk import Disk, DiskState, SimStore
from tests.simulation.erasing import ErasableDisk, Erasing
from tests.simulation.faults import ClockSet, Crash, DiskTrouble, Erase, PutBack, RulesEdited
from tests.simulation.house import rule_sets
from tests.simulation.loop import VirtualLoop
from tests.simulation.plan import Plan
from tests.simulation.service import Parts, Service
from tests.simulation.sqlite import SqliteDisk, SqliteStore
from tests.simulation.zones import START_US

HOURS_S = 3 * 3600.0
STEP_MAX_US = 100_000  # so much a step of the wall clock may move a short deadline


@dataclass
class Life:
    """One process: from when to when by its own clock, and how it began."""

    began_us: int
    rules: int
    true_us: int  # it began
    ended_us: int | None = None
    stopped: bool = False  # in good order


@dataclass
class History:
    """What happened in truth; the checkers hold the records against it."""

    lives: list[Life] = field(default_factory=list)
    busy: list[tuple[int, int]] = field(default_factory=list)  # by the gateway's clock: no deadline could be seen to
    greeted: list[tuple[str, int]] = field(default_factory=list)  # call, when; both committed
    doubtful: set[str] = field(default_factory=set)  # calls with a click of which nobody knows whether it counted
    submitted: list[tuple[Event, bool | None]] = field(default_factory=list)  # by the desk; whether it counts
    wrong: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    erased: list[Erasing] = field(default_factory=list)
    lost: Lost = field(default_factory=Lost)


class Machine:
    """`service` is the process that runs on it now."""

    def __init__(self, plan: Plan, loop: VirtualLoop, parts: Parts, notifiers: Callable[[], list[Notifier]]) -> None:
        self.rule_sets = rule_sets(plan.features)
        self.history = History()
        self.disk = ErasableDisk() if plan.on_sqlite and parts.store is SimStore else Disk()
        self.service: Service | None = None
        self.tapes: recordings.Settings | None = None  # where something is recorded
        self._plan = plan
        self._loop = loop
        self._parts = parts
        self._notifiers = notifiers
        self._disk_state = DiskState()
        self._one_at_a_time = asyncio.Lock()
        self._busy_since: int | None = None
        self._wall_off_us = 0  # of the machine, from the true time
        self._booted_us = 0

    def gateway_us(self) -> int:
        assert self.service is not None
        return self.service.pipeline.now_us()

    def heard_us(self) -> int | None:
        """When the gateway hears what is said now, by its clock; None: it is not there, or has not read the store yet
        and so does not know that its clock was set back: the journal tells what it heard as of its last entry.
        """
        if self.service is None:
            return None
        heard_us = self.gateway_us()
        begun = self.service.pipeline.begun.is_set()
        return heard_us if begun or not self.disk.rows or self.disk.rows[-1].entry.at_us <= heard_us else None

    async def submit(self, event: Event) -> bool | None:
        """By the desk. Whether it counts; None: nobody knows."""
        counts = await self._entered(event)
        self.history.submitted.append((event, counts))
        return counts

    async def _entered(self, event: Event) -> bool | None:
        service = self.service
        assert service is not None
        if service.pipeline.ready:
            return False
        return await self.outlived(service, service.pipeline.submit([Incoming(event, self.gateway_us())]))

    async def outlived(self, service: Service, work: Coroutine[Any, Any, object]) -> bool | None:
        """Whether a process did this before it died; None: nobody knows, for it died or its store failed meanwhile."""
        working = asyncio.create_task(work)
        died = asyncio.create_task(service.died.wait())
        await asyncio.wait({working, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if not working.done():
            working.cancel()
            return None
        return None if isinstance(working.exception(), GatewayError) else True

    async def crash(self, crash: Crash) -> None:
        async with self._one_at_a_time:
            if crash.when in ("before", "after"):
                self._disk_state.dies = crash.when
                try:
                    async with asyncio.timeout(60.0):
                        await self._disk_state.died.wait()
                except TimeoutError:
                    pass  # nothing to commit for a minute: it dies as it is
            await self.end_life(crash.when)
            self._disk_state.dies = ""
            self._disk_state.died.clear()
            await asyncio.sleep(crash.away_s)
            await self.boot(crash)

    async def put_back(self, put: PutBack) -> None:
        """What was due in the lost time could not be seen to, either."""
        copied = copy_of(self.disk)
        await asyncio.sleep(put.after_s)
        async with self._one_at_a_time:
            await self.end_life("now")
            ended_us = self.history.lives[-1].ended_us
            assert ended_us is not None
            self.history.lost = put_back(self.disk, copied, ended_us)
            self._set_busy(copied.at_us, busy=True)
            self.history.doubtful |= {call for call, at_us in self.history.greeted if at_us >= copied.at_us}
            await asyncio.sleep(put.away_s)
            await self.boot(Crash(put.at_s, "now", put.away_s))

    async def erase(self, erase: Erase) -> None:
        async with self._one_at_a_time:
            await self.end_life("stop")
            await self.boot(Crash(erase.at_s, "stop", 0.0, step_s=HOURS_S))
            await asyncio.sleep(erase.lives_s)
            await self.end_life("stop")
            if isinstance(self.disk, ErasableDisk):
                self.history.erased.append(self.disk.erase(erase.number, self._wall_ns() // 1000))
            await asyncio.sleep(erase.away_s)
            await self.boot(Crash(erase.at_s, "stop", 0.0))

    async def set_clock(self, step: ClockSet) -> None:
        """What becomes of the wall clock while a process runs is seen at the next start; nobody notices it before."""
        before_us = self.gateway_us() if self.service is not None else None
        self._wall_off_us += round(step.by_s * 1_000_000)
        if before_us is not None and abs(self.gateway_us() - before_us) > STEP_MAX_US:
            self.history.wrong.append(f"our clock went by {(self.gateway_us() - before_us) / 1_000_000} s at once")

    async def edit_rules(self, edited: RulesEdited) -> None:
        """As on SIGHUP; where the gateway cannot take them, the operator is told to come again."""
        service = self.service
        if service is None or service.pipeline.ready:
            return
        if await self.outlived(service, service.take_rules(self.rule_sets[edited.rules])) is None:
            self.history.faults["rules not taken"] = self.history.faults.get("rules not taken", 0) + 1

    async def end_life(self, how: str) -> None:
        service = self.service
        assert service is not None
        if how == "stop":
            await service.stop()
        life = self.history.lives[-1]
        life.ended_us = self.gateway_us()
        life.stopped = how == "stop"
        self._set_busy(life.ended_us, busy=True)
        self.service = None
        await service.kill()
        self.history.wrong += [f"a task ended by {error!r}" for error in service.bugs()]

    async def boot(self, crash: Crash) -> None:
        self._wall_off_us += round(crash.step_s * 1_000_000)
        if crash.reboots:
            self._booted_us = self._loop.now_us
        clock = self._parts.clock(self._wall_ns, self._monotonic_ns)
        if isinstance(self.disk, SqliteDisk):
            self.disk.power_on()
        make_store = SqliteStore if isinstance(self.disk, SqliteDisk) else self._parts.store
        store = make_store(self.disk, self._disk_state, lambda busy: self._set_busy(self.gateway_us(), busy=busy))
        self.service = Service(
            self._parts,
            store,
            self.rule_sets[crash.rules],
            clock,
            self._notifiers(),
            self._plan.channels,
            self._loop.broker.drop_all,
            beats=self._plan.beats,
            tapes=self.tapes,
        )
        self.service.start()
        self.history.lives.append(Life(self.gateway_us(), crash.rules, self._loop.now_us))

    def _wall_ns(self) -> int:
        return (self._loop.now_us + START_US + self._wall_off_us) * 1000

    def _monotonic_ns(self) -> int:
        return (self._loop.now_us - self._booted_us) * 1000

    def _set_busy(self, at_us: int, *, busy: bool) -> None:
        if busy:
            self._busy_since = at_us if self._busy_since is None else min(self._busy_since, at_us)
        elif self._busy_since is not None:
            self.history.busy.append((min(self._busy_since, at_us), max(self._busy_since, at_us)))
            self._busy_since = None

    async def disk_trouble(self, trouble: DiskTrouble) -> None:
        self._disk_state.fault = trouble.what
        await asyncio.sleep(trouble.for_s)
        self._disk_state.fault = ""
