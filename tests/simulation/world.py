"""Plays a plan: peers, people and faults around one gateway that lives, dies and starts again; keeps what was true."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import aiomqtt
import paho.mqtt.client as paho

from adapters.notify.mqtt.notifier import Broker as NotifierBroker
from adapters.notify.mqtt.notifier import MqttNotifier
from adapters.ports import Notifier
from tests.simulation.answering import TOPIC, Answering
from tests.simulation.broker import Published
from tests.simulation.doings import Answer, AtThePhone, Click, DeskWork, Swap, TestAlert, Works
from tests.simulation.faults import (
    BrokerFault,
    BrokerTrouble,
    ClockSet,
    Crash,
    Cut,
    DiskTrouble,
    Erase,
    Lag,
    Noise,
    PutBack,
    ReceiverTrouble,
    RulesEdited,
)
from tests.simulation.house import NOTIFIERS, SITE
from tests.simulation.loop import VirtualLoop
from tests.simulation.machine import Machine
from tests.simulation.pbx import Pbx
from tests.simulation.people import People
from tests.simulation.plan import Happening, Plan
from tests.simulation.radio import Radio
from tests.simulation.receivers import Receiver, SimNotifier
from tests.simulation.service import Parts
from tests.simulation.spoken import Call, CallOut, Routed, Signals, Talk, Taped
from tests.simulation.sqlite import SqliteDisk
from tests.simulation.stations import KINDS
from tests.simulation.switchboard import Switchboard
from tests.simulation.tapes import Tapes
from tests.simulation.telephones import Phone, Telephones

BY_MQTT = "desk"  # whose alerts go to the broker, where there is one
BROKER_LAG_S = 1.5
IN_THE_END_US = 600_000_000  # before the end whoever is called takes care of it
END_US = 2_700_000_000  # all is over by then, and quiet: what was due has passed, what was late is done


class World:
    def __init__(self, plan: Plan, loop: VirtualLoop, parts: Parts) -> None:
        self.plan = plan
        self.machine = machine = Machine(plan, loop, parts, self._notifiers)
        self.rule_sets, self.history, self.disk = machine.rule_sets, machine.history, machine.disk
        self._loop = loop
        self.pbx = Pbx(lambda: machine.service, lambda: loop.now_us, plan)
        self.receivers = {
            name: Receiver(name, lambda: loop.now_us, self.disk.all_alerts.__contains__, lambda: self.disk.pulses)
            for name in NOTIFIERS
        }
        self.radios = {name: Radio(name, loop) for name in plan.channels}
        self.switchboard = Switchboard(loop)
        self.telephones = Telephones(loop, machine.heard_us)
        if plan.by_mqtt:
            self._subscribe(self.receivers[BY_MQTT])
        self.answering = Answering(machine, self.receivers, loop.broker)
        taped = [one for one in plan.happenings if isinstance(one, Taped)]
        self.tapes = Tapes(machine, loop, watched=any(one.way == "folder" for one in taped))
        machine.tapes = self.tapes.settings if taped else None
        self.people = People(machine, lambda call: self.switchboard.calls.get(call, call))

    async def play(self) -> None:
        await self.switchboard.start()
        await self.telephones.start()
        for radio in self.radios.values():
            await radio.start()
        await self.machine.boot(Crash(0.0, "now", 0.0))
        async with asyncio.TaskGroup() as tasks:
            for happening in self.plan.happenings:
                tasks.create_task(self._at(happening))
        await asyncio.sleep((END_US - IN_THE_END_US - self._loop.now_us) / 1_000_000)
        self.telephones.everybody_answers()
        await asyncio.sleep((END_US - self._loop.now_us) / 1_000_000)
        await self.machine.end_life("stop")
        await self.switchboard.stop()
        await self.telephones.stop()
        for radio in self.radios.values():
            await radio.stop()
        self.tapes.stop()
        if isinstance(self.disk, SqliteDisk):
            self.disk.power_off()

    def published(self) -> list[Published]:
        """What stations told a broker, and it took."""
        return [one for one in self._loop.broker.published if one.topic != TOPIC]

    async def _at(self, happening: Happening) -> None:
        await asyncio.sleep(happening.at_s - self._loop.now_us / 1_000_000)
        if not isinstance(happening, Call | Routed | Talk | Signals | Click):
            kind = next((getattr(happening, one) for one in ("what", "when", "way") if hasattr(happening, one)), "")
            name = f"{type(happening).__name__} {kind}".strip()
            self.history.faults[name] = self.history.faults.get(name, 0) + 1
        await self._doing(happening)

    def _doing(self, happening: Happening) -> Coroutine[Any, Any, None]:
        match happening:
            case Call():
                return self._call(happening)
            case Routed(source="ami"):
                return self.switchboard.route(happening)
            case Routed():
                return self.pbx.ring(happening)
            case CallOut():
                return self.pbx.ring(happening)
            case ClockSet():
                return self.machine.set_clock(happening)
            case RulesEdited():
                return self.machine.edit_rules(happening)
            case Talk():
                return self.radios[happening.channel].talk(happening, self.machine.heard_us)
            case Signals():
                return self.radios[happening.channel].signal(happening, self.machine.heard_us)
            case Taped():
                return self.tapes.record(happening)
            case Works():
                return self.people.works(happening)
            case Swap():
                return self.people.swap(happening)
            case TestAlert():
                return self.people.try_alert(happening)
            case DeskWork():
                return self.people.work(happening)
            case Answer():
                return self.answering.answer(happening)
            case Lag():
                return self.radios[happening.channel].lag(happening, self.machine.heard_us)
            case BrokerTrouble():
                return self._broker_trouble(happening)
            case Noise():
                return self.radios[happening.channel].noise(happening, self.machine.heard_us)
            case Click():
                return self.people.click(happening)
            case Crash():
                return self.machine.crash(happening)
            case PutBack():
                return self.machine.put_back(happening)
            case Erase():
                return self.machine.erase(happening)
            case DiskTrouble():
                return self.machine.disk_trouble(happening)
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

    async def _call(self, call: Call) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task((self.switchboard if call.source == "ami" else self.pbx).ring(call))
            held_s = call.wait_s + call.holds[0][0] if call.holds else 0.0
            for after_s in call.checkins:
                tasks.create_task(self.people.greet(call.name, held_s + after_s))

    def _notifiers(self) -> list[Notifier]:
        """Of one process."""
        notifiers = [self._notifier(receiver) for receiver in self.receivers.values()]
        return [*notifiers, Phone(self.telephones)] if "phone" in self.plan.features else notifiers

    def _notifier(self, receiver: Receiver) -> Notifier:
        if self.plan.by_mqtt and receiver.name == BY_MQTT:
            return MqttNotifier(receiver.name, SITE, NotifierBroker("broker", 1883), acknowledges=True)
        return SimNotifier(receiver)

    def _subscribe(self, receiver: Receiver) -> None:
        """To what the gateway publishes."""
        broker = self._loop.broker
        broker.listeners.append((f"hotline/{SITE}/alerts/+", lambda _, told: receiver.hear(told)))
        broker.listeners.append((f"hotline/{SITE}/gateway/heartbeat", lambda *_: receiver.feel()))
        broker.trouble = lambda: receiver.fault

    async def _broker_trouble(self, trouble: BrokerTrouble) -> None:
        broker, began_us = self._loop.broker, self.machine.heard_us()
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

    async def _receiver_trouble(self, trouble: ReceiverTrouble) -> None:
        receiver = self.receivers[trouble.receiver]
        receiver.fault = trouble.what
        await asyncio.sleep(trouble.for_s)
        receiver.fault = None


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
