"""Plays a plan: peers, people and faults around one gateway that lives, dies and starts again; keeps what was true."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiomqtt
import paho.mqtt.client as paho

from adapters.errors import GatewayError
from adapters.notify.mqtt.notifier import Broker as NotifierBroker
from adapters.notify.mqtt.notifier import MqttNotifier
from adapters.ports import Incoming, Notifier
from rules.events import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSnoozed,
    AlertTested,
    AlertWorkedOn,
    CalledBack,
    CheckedIn,
    Event,
    MaintenanceBegun,
    MaintenanceEnded,
    PromiseGiven,
    PromiseKept,
)
from rules.quiet import Scope
from tests.simulation.broker import Published
from tests.simulation.desk import climbing, last_heard, oldest_missed, oldest_promise, unacknowledged
from tests.simulation.disk import Disk, DiskState, SimStore
from tests.simulation.house import NOTIFIERS, SITE, START_US, rule_sets
from tests.simulation.loop import VirtualLoop
from tests.simulation.pbx import Pbx
from tests.simulation.plan import (
    AtThePhone,
    BrokerFault,
    BrokerTrouble,
    Call,
    CallOut,
    Click,
    ClockSet,
    Crash,
    Cut,
    Deed,
    DiskTrouble,
    Happening,
    Lag,
    Noise,
    Plan,
    ReceiverTrouble,
    RulesEdited,
    Signals,
    Talk,
    TestAlert,
    Works,
)
from tests.simulation.radio import Radio
from tests.simulation.receivers import Receiver, SimNotifier
from tests.simulation.service import Parts, Service
from tests.simulation.sqlite import SqliteDisk, SqliteStore
from tests.simulation.stations import KINDS
from tests.simulation.switchboard import Switchboard
from tests.simulation.telephones import Phone, Telephones

BY_MQTT = "desk"  # whose alerts go to the broker, where there is one
_DEEDS: dict[Deed, Callable[[str], Event]] = {
    "notice": lambda alert: AlertAcknowledged(by="li", alert=alert),
    "hand_over": lambda alert: AlertHandedOver(by="li", alert=alert, to="boss"),
    "snooze": lambda alert: AlertSnoozed(by="li", alert=alert, for_us=100_000_000),
    "on_it": lambda alert: AlertWorkedOn(by="li", alert=alert, for_us=90_000_000),
    "done": lambda alert: AlertDone(by="li", alert=alert),
}
BROKER_LAG_S = 1.5
STEP_MAX_US = 100_000  # so much a step of the wall clock may move a short deadline
IN_THE_END_US = 600_000_000  # before the end whoever is called takes care of it
END_US = 2_700_000_000  # all is over by then, and quiet: what was due has passed, what was late is done


@dataclass
class Life:
    """One process: from when to when by its own clock, and how it began."""

    began_us: int
    rules: int
    stepped: bool  # the wall clock was set while it was away
    ended_us: int | None = None
    stopped: bool = False  # in good order


@dataclass
class History:
    """What happened in truth; the checkers hold the records against it."""

    lives: list[Life] = field(default_factory=list)
    busy: list[tuple[int, int]] = field(default_factory=list)  # by the gateway's clock: no deadline could be seen to
    greeted: list[tuple[str, int]] = field(default_factory=list)  # call, when; both committed
    doubtful: set[str] = field(default_factory=set)  # calls with a click of which nobody knows whether it counted
    wrong: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)


class World:
    def __init__(self, plan: Plan, loop: VirtualLoop, parts: Parts) -> None:
        self.plan = plan
        self.rule_sets = rule_sets(plan.features)
        self._loop = loop
        self.history = History()
        self.disk = SqliteDisk() if plan.on_sqlite and parts.store is SimStore else Disk()
        self.service: Service | None = None
        self.pbx = Pbx(lambda: self.service, lambda: loop.now_us, plan)
        self.receivers = {
            name: Receiver(name, lambda: loop.now_us, lambda alert: alert in self.disk.all_alerts) for name in NOTIFIERS
        }
        self.radios = {name: Radio(name, loop) for name in plan.channels}
        self.switchboard = Switchboard(loop)
        self.telephones = Telephones(loop, self._heard_us)
        if plan.by_mqtt:
            self._subscribe(self.receivers[BY_MQTT])
        self._parts = parts
        self._disk_state = DiskState()
        self._machine = asyncio.Lock()
        self._busy_since: int | None = None
        self._wall_off_us = 0  # of the machine, from the true time
        self._booted_us = 0

    async def play(self) -> None:
        await self.switchboard.start()
        await self.telephones.start()
        for radio in self.radios.values():
            await radio.start()
        await self._boot(Crash(0.0, "now", 0.0))
        async with asyncio.TaskGroup() as tasks:
            for happening in self.plan.happenings:
                tasks.create_task(self._at(happening))
        await asyncio.sleep((END_US - IN_THE_END_US - self._loop.now_us) / 1_000_000)
        self.telephones.everybody_answers()
        await asyncio.sleep((END_US - self._loop.now_us) / 1_000_000)
        await self._end_life("stop")
        await self.switchboard.stop()
        await self.telephones.stop()
        for radio in self.radios.values():
            await radio.stop()
        if isinstance(self.disk, SqliteDisk):
            self.disk.power_off()

    def gateway_us(self) -> int:
        assert self.service is not None
        return self.service.pipeline.now_us()

    def published(self) -> list[Published]:
        """What stations told a broker, and it took."""
        return self._loop.broker.published

    async def _at(self, happening: Happening) -> None:
        await asyncio.sleep(happening.at_s - self._loop.now_us / 1_000_000)
        if not isinstance(happening, Call | Talk | Signals | Click):
            kind = getattr(happening, "what", getattr(happening, "when", ""))
            name = f"{type(happening).__name__} {kind}".strip()
            self.history.faults[name] = self.history.faults.get(name, 0) + 1
        await self._doing(happening)

    def _doing(self, happening: Happening) -> Coroutine[Any, Any, None]:
        match happening:
            case Call():
                return self._call(happening)
            case CallOut():
                return self.pbx.ring(happening)
            case ClockSet():
                return self._set_clock(happening)
            case RulesEdited():
                return self._edit_rules(happening)
            case Talk():
                return self.radios[happening.channel].talk(happening, self._heard_us)
            case Signals():
                return self.radios[happening.channel].signal(happening, self._heard_us)
            case Works():
                return self._works(happening)
            case TestAlert():
                return self._try_alert(happening)
            case Lag():
                return self.radios[happening.channel].lag(happening, self._heard_us)
            case BrokerTrouble():
                return self._broker_trouble(happening)
            case Noise():
                return self.radios[happening.channel].noise(happening, self._heard_us)
            case Click():
                return self._click(happening)
            case Crash():
                return self._crash(happening)
            case DiskTrouble():
                return self._disk_trouble(happening)
            case ReceiverTrouble():
                return self._receiver_trouble(happening)
            case AtThePhone():
                return self.telephones.changes(happening)
            case Cut(channel="telephones"):
                return self.telephones.cut_off(happening)
            case Cut():
                if happening.channel in KINDS and KINDS[happening.channel].medium == "mqtt":
                    what: BrokerFault = "half_open" if happening.half_open else "cut"
                    return self._broker_trouble(BrokerTrouble(happening.at_s, happening.for_s, what))
                place = self.switchboard if happening.channel == "ami" else self.radios[happening.channel]
                return place.cut(happening)

    def _heard_us(self) -> int | None:
        """When the gateway hears what is said now, by its clock."""
        return None if self.service is None else self.gateway_us()

    async def _call(self, call: Call) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task((self.switchboard if call.source == "ami" else self.pbx).ring(call))
            held_s = call.wait_s + call.holds[0][0] if call.holds else 0.0
            for after_s in call.checkins:
                tasks.create_task(self._greet(call.name, held_s + after_s))

    async def _greet(self, call: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self.service is None:
            return
        id_ = self.switchboard.calls.get(call, call)
        incidents = [i for i in self.service.pipeline.state.incidents.values() if id_ in i.call.ids]
        if not incidents:
            return
        at_us = self.gateway_us()
        sure = await self._submit(CheckedIn(by="li", incident=incidents[0].number))
        if sure:
            self.history.greeted.append((call, at_us))
        elif sure is None:
            self.history.doubtful.add(call)

    async def _click(self, click: Click) -> None:
        if self.service is None:
            return
        state = self.service.pipeline.state
        if click.what == "acknowledge" and (alert := unacknowledged(state)):
            await self._submit(AlertAcknowledged(by="li", alert=alert))
        elif click.what == "call_back" and (number := oldest_missed(state)):
            await self._submit(CalledBack(by="li", incident=number))
        elif click.what == "promise" and (number := last_heard(state)):
            await self._submit(PromiseGiven(by="li", incident=number))
        elif click.what == "keep" and (number := oldest_promise(state)):
            await self._submit(PromiseKept(by="li", incident=number))
        elif click.what in _DEEDS and (alert := climbing(state)):
            await self._submit(_DEEDS[click.what](alert))

    async def _works(self, works: Works) -> None:
        if self.service is None:
            return
        scope, until_us = Scope(sources=works.sources, rules=works.only_rules), self.gateway_us() + _us(works.for_s)
        await self._submit(MaintenanceBegun(by="li", window=works.name, until_us=until_us, scope=scope, reason="works"))
        if works.ended_after_s is not None:
            await asyncio.sleep(works.ended_after_s)
            if self.service is not None:
                await self._submit(MaintenanceEnded(by="li", window=f"by_hand:{works.name}"))

    async def _try_alert(self, trial: TestAlert) -> None:
        if self.service is not None:
            await self._submit(AlertTested(by="li", test=trial.name, to=trial.to))

    async def _submit(self, event: Event) -> bool | None:
        """Whether it counts; None: nobody knows."""
        service = self.service
        assert service is not None
        if service.pipeline.ready:
            return False
        submitted = asyncio.create_task(service.pipeline.submit([Incoming(event, self.gateway_us())]))
        died = asyncio.create_task(service.died.wait())
        await asyncio.wait({submitted, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if not submitted.done():
            submitted.cancel()
            return None
        return None if isinstance(submitted.exception(), GatewayError) else True

    # -- what goes wrong ----------------------------------------------------------------------------------------

    async def _crash(self, crash: Crash) -> None:
        async with self._machine:
            if crash.when in ("before", "after"):
                self._disk_state.dies = crash.when
                try:
                    async with asyncio.timeout(60.0):
                        await self._disk_state.died.wait()
                except TimeoutError:
                    pass  # nothing to commit for a minute: it dies as it is
            await self._end_life(crash.when)
            self._disk_state.dies = ""
            self._disk_state.died.clear()
            await asyncio.sleep(crash.away_s)
            await self._boot(crash)

    async def _set_clock(self, step: ClockSet) -> None:
        """What becomes of the wall clock while a process runs is seen at the next start; nobody notices it before."""
        before_us = self.gateway_us() if self.service is not None else None
        self._wall_off_us += round(step.by_s * 1_000_000)
        if before_us is not None and abs(self.gateway_us() - before_us) > STEP_MAX_US:
            self.history.wrong.append(f"our clock went by {(self.gateway_us() - before_us) / 1_000_000} s at once")

    async def _edit_rules(self, edited: RulesEdited) -> None:
        """As on SIGHUP; where the gateway cannot take them, the operator is told to come again."""
        service = self.service
        if service is None or service.pipeline.ready:
            return
        taking = asyncio.create_task(service.take_rules(self.rule_sets[edited.rules]))
        died = asyncio.create_task(service.died.wait())
        await asyncio.wait({taking, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if not taking.done():
            taking.cancel()
        elif isinstance(taking.exception(), GatewayError):
            self.history.faults["rules not taken"] = self.history.faults.get("rules not taken", 0) + 1

    async def _end_life(self, how: str) -> None:
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

    async def _boot(self, crash: Crash) -> None:
        self._wall_off_us += round(crash.step_s * 1_000_000)
        if crash.reboots:
            self._booted_us = self._loop.now_us
        clock = self._parts.clock(self._wall_ns, self._monotonic_ns)
        if isinstance(self.disk, SqliteDisk):
            self.disk.power_on()
        make_store = SqliteStore if isinstance(self.disk, SqliteDisk) else self._parts.store
        store = make_store(self.disk, self._disk_state, lambda busy: self._set_busy(self.gateway_us(), busy=busy))
        notifiers = [self._notifier(receiver) for receiver in self.receivers.values()]
        if "phone" in self.plan.features:
            notifiers.append(Phone(self.telephones))
        self.service = Service(
            self._parts,
            store,
            self.rule_sets[crash.rules],
            clock,
            notifiers,
            self.plan.channels,
            self._loop.broker.drop_all,
        )
        self.service.start()
        self.history.lives.append(Life(self.gateway_us(), crash.rules, crash.step_s != 0.0))

    def _notifier(self, receiver: Receiver) -> Notifier:
        if self.plan.by_mqtt and receiver.name == BY_MQTT:
            return MqttNotifier(receiver.name, SITE, NotifierBroker("broker", 1883))
        return SimNotifier(receiver)

    def _subscribe(self, receiver: Receiver) -> None:
        """To what the gateway publishes."""
        broker = self._loop.broker
        broker.listeners.append((f"hotline/{SITE}/alerts/+", lambda _, told: receiver.hear(told)))
        broker.trouble = lambda: receiver.fault

    async def _broker_trouble(self, trouble: BrokerTrouble) -> None:
        broker, began_us = self._loop.broker, self._heard_us()
        match trouble.what:
            case "repeats":
                broker.repeats = True
            case "slow":
                broker.lag_s = BROKER_LAG_S
            case _:
                broker.cut(half_open=trouble.what == "half_open")
                if trouble.what == "forgets":
                    broker.forget()
        await asyncio.sleep(trouble.for_s)
        broker.repeats, broker.lag_s = False, 0.0
        broker.mend()
        for radio in self.radios.values():
            if radio.kind.medium == "mqtt" and radio.kind.tells_time and began_us is not None:
                radio.noisy.append((began_us, began_us + round(trouble.for_s * 1_000_000)))

    def _wall_ns(self) -> int:
        return (self._loop.now_us + START_US + self._wall_off_us) * 1000

    def _monotonic_ns(self) -> int:
        return (self._loop.now_us - self._booted_us) * 1000

    def _set_busy(self, at_us: int, *, busy: bool) -> None:
        if busy:
            self._busy_since = at_us if self._busy_since is None else self._busy_since
        elif self._busy_since is not None:
            self.history.busy.append((min(self._busy_since, at_us), max(self._busy_since, at_us)))
            self._busy_since = None

    async def _disk_trouble(self, trouble: DiskTrouble) -> None:
        self._disk_state.fault = trouble.what
        await asyncio.sleep(trouble.for_s)
        self._disk_state.fault = ""

    async def _receiver_trouble(self, trouble: ReceiverTrouble) -> None:
        receiver = self.receivers[trouble.receiver]
        receiver.fault = trouble.what
        await asyncio.sleep(trouble.for_s)
        receiver.fault = None


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def run(plan: Plan, parts: Parts | None = None) -> World:
    """The whole stretch, in virtual time. Raises only where the simulation itself is wrong."""
    random.seed(plan.seed)  # jitter
    loop = VirtualLoop(plan.seed)
    loop.network.chance.seed(plan.seed)
    by_real_time, paho.time_func = paho.time_func, loop.time  # its keep-alive knows no loop
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_played(plan, loop, parts or Parts()))
    finally:
        paho.time_func = by_real_time
        asyncio.set_event_loop(None)
        loop.close()


async def _played(plan: Plan, loop: VirtualLoop, parts: Parts) -> World:
    world = World(plan, loop, parts)
    wrong = world.history.wrong

    def unhandled(_: object, context: dict[str, Any]) -> None:
        """But of aiomqtt, which keeps an error that nobody waits for where a connection ends as it begins."""
        if not isinstance(context.get("exception"), aiomqtt.MqttError):
            wrong.append(f"unhandled: {context.get('exception')!r} {context}")

    loop.set_exception_handler(unhandled)
    await world.play()
    for _ in range(3):
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    wrong += [f"a task is left over: {task.get_coro()}" for task in left]
    wrong += [f"a timer is left over: {timer}" for timer in loop.timers()]
    for task in left:
        task.cancel()
    return world
