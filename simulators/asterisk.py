"""A pretend Asterisk: a seeded hotline whose calls are told over the manager interface, as the real one tells them."""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulators.ami_server import AmiServer, Fields
from simulators.traffic import Story, steady

RING, RINGING, UP = "4", "5", "6"
_DESCRIPTIONS = {"0": "Down", RING: "Ring", RINGING: "Ringing", UP: "Up"}
_CAUSES = {"normal": "16", "busy": "17", "no_answer": "19", "rejected": "21", "answered_elsewhere": "26"}


@dataclass
class Channel:
    """One leg, as Asterisk would list it."""

    name: str
    unique: str
    linked: str
    number: str
    connected: str
    exten: str
    born: float
    context: str = "from-trunk"
    state: str = "0"
    application: str = ""

    def fields(self, prefix: str = "") -> Fields:
        plain = {
            "Channel": self.name,
            "ChannelState": self.state,
            "ChannelStateDesc": _DESCRIPTIONS[self.state],
            "CallerIDNum": self.number or "<unknown>",
            "CallerIDName": "<unknown>",
            "ConnectedLineNum": self.connected or "<unknown>",
            "ConnectedLineName": "<unknown>",
            "Context": self.context,
            "Exten": self.exten,
            "Priority": "1",
            "Uniqueid": self.unique,
            "Linkedid": self.linked,
        }
        return {prefix + key: value for key, value in plain.items()}


class PretendAsterisk(AmiServer):
    """Calls happen when its methods are called; the lists always tell the truth of the moment."""

    def __init__(self, username: str, secret: str, *, port: int = 0, now_s: Callable[[], float] = time.time) -> None:
        super().__init__(username, secret, port=port, now_s=now_s)
        self.channels: dict[str, Channel] = {}
        self.queued: dict[str, str] = {}  # queue by the caller's channel
        self._serial = 0
        self.lists = {
            "coreshowchannels": self._list_channels,
            "queuestatus": self._list_queues,
            "parkedcalls": lambda: (),
        }

    async def restart(self) -> None:
        self.channels.clear()
        self.queued.clear()
        await super().restart()

    def dials(self, extension: str, number: str) -> str:
        """A telephone of ours calls out."""
        return self.arrives(extension, number, extension, "from-internal")

    def arrives(self, caller: str, called: str, device: str = "provider", context: str = "from-trunk") -> str:
        """A call begins, from outside if nothing else is said. Returns its channel's id, which is the call's."""
        unique = self._unique()
        name, born = f"PJSIP/{device}-{self._serial:08x}", self.now_s()
        channel = Channel(name, unique, unique, caller, "", called, born, context)
        self.channels[unique] = channel
        self.event("Newchannel", channel.fields())
        self.event("VarSet", {**channel.fields(), "Variable": "SIPCALLID", "Value": unique})
        self._state(channel, RING)
        return unique

    def rings(self, call: str, device: str) -> str:
        """A telephone is dialled, and rings. Returns its channel's id."""
        caller = self.channels[call]
        unique = self._unique()
        name, born = f"PJSIP/{device}-{self._serial:08x}", self.now_s()
        leg = Channel(name, unique, call, caller.exten, caller.number, "", born, "from-internal", application="AppDial")
        self.channels[unique] = leg
        self.event("Newchannel", leg.fields())
        self.event("DialBegin", {**caller.fields(), **leg.fields("Dest"), "DialString": device})
        self._state(leg, RINGING)
        return unique

    def answers(self, leg: str) -> None:
        channel = self.channels[leg]
        self._state(channel, UP)
        caller = self.channels.get(channel.linked)
        if caller is not None and caller is not channel:
            self.event("DialEnd", {**caller.fields(), **channel.fields("Dest"), "DialStatus": "ANSWER"})
            if caller.state != UP:
                self._state(caller, UP)

    def stops_ringing(self, leg: str, status: str, cause: str) -> None:
        """`status`: NOANSWER, BUSY, CANCEL …; then the leg is gone."""
        channel = self.channels[leg]
        caller = self.channels.get(channel.linked)
        self.event("DialEnd", {**(caller.fields() if caller else {}), **channel.fields("Dest"), "DialStatus": status})
        self.hangs_up(leg, cause)

    def hangs_up(self, leg: str, cause: str = "16") -> None:
        channel = self.channels.pop(leg)
        self.queued.pop(leg, None)
        self.event("Hangup", {**channel.fields(), "Cause": cause, "Cause-txt": ""})

    def holds(self, leg: str, *, on: bool = True) -> None:
        self.event("Hold" if on else "Unhold", self.channels[leg].fields())

    def queues(self, call: str, queue: str) -> None:
        """The queue answers the caller; nobody's telephone rings yet."""
        caller = self.channels[call]
        if caller.state != UP:
            self._state(caller, UP)
        self.queued[call] = queue
        self.event("QueueCallerJoin", {**caller.fields(), "Queue": queue, "Position": "1", "Count": "1"})

    def transfers(self, leg: str, extension: str) -> None:
        """The device sends the caller on, and is gone."""
        device, call = self.channels[leg], self.channels[leg].linked
        parties = {**device.fields("Transferer"), **self.channels[call].fields("Transferee")}
        self.event("BlindTransfer", {"Result": "Success", **parties, "IsExternal": "Yes", "Extension": extension})
        self.hangs_up(leg)

    def _state(self, channel: Channel, state: str) -> None:
        channel.state = state
        self.event("Newstate", channel.fields())

    def _unique(self) -> str:
        self._serial += 1
        return f"{int(self.now_s())}.{self._serial}"

    def _list_channels(self) -> Iterator[tuple[str, Fields]]:
        for channel in self.channels.values():
            age_s = int(self.now_s() - channel.born)
            duration = f"{age_s // 3600:02}:{age_s // 60 % 60:02}:{age_s % 60:02}"
            yield "CoreShowChannel", {**channel.fields(), "Application": channel.application, "Duration": duration}

    def _list_queues(self) -> Iterator[tuple[str, Fields]]:
        for unique, queue in self.queued.items():
            yield "QueueEntry", {"Queue": queue, "Channel": self.channels[unique].name, "Uniqueid": unique}


class Hotline:
    """Plays stories on a pretend Asterisk."""

    def __init__(self, pbx: PretendAsterisk, factor: float = 1.0) -> None:
        self._pbx = pbx
        self._factor = factor

    async def play(self, stories: Iterable[Story]) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as calls:
            for story in stories:
                if story.kind != "called_back":  # told after the call it follows, but it may begin much later
                    await asyncio.sleep(max(0.0, began + story.starts_s / self._factor - time.monotonic()))
                calls.create_task(self._tell(story, began + story.starts_s / self._factor))

    async def _tell(self, story: Story, began: float) -> None:
        call = ""
        legs: dict[str, str] = {}
        for step in story.steps:
            await asyncio.sleep(max(0.0, began + step.after_s / self._factor - time.monotonic()))
            if not call:
                begins = self._pbx.dials if step.fields.get("direction") == "outbound" else self._pbx.arrives
                call = begins(step.fields.get("from", ""), step.fields.get("to", ""))
            self._step(call, legs, step.event, step.fields)
        for leg in [*legs.values(), call]:
            if leg in self._pbx.channels:
                self._pbx.hangs_up(leg)

    def _step(self, call: str, legs: dict[str, str], event: str, fields: Fields) -> None:
        outbound = fields.get("direction") == "outbound"
        pbx, device = self._pbx, "provider" if outbound else fields.get("device", "")
        leg = legs.get(device, "")
        if event == "delivered" and device:
            legs[device] = pbx.rings(call, device)
        elif event == "queued":
            pbx.queues(call, fields.get("queue", "desk"))
        elif leg not in pbx.channels:
            return
        elif event == "established":
            pbx.answers(leg)
        elif event in {"held", "retrieved"}:
            pbx.holds(leg, on=event == "held")
        elif event == "transferred":
            pbx.transfers(leg, fields.get("to_leg", "").rpartition("/")[2])
        elif event in {"cleared", "failed"}:
            status = "NOANSWER" if fields.get("cause") == "no_answer" else "CANCEL"
            pbx.stops_ringing(leg, status, _CAUSES.get(fields.get("cause", ""), "16"))


async def serve(arguments: argparse.Namespace, secret: str) -> None:
    pbx = PretendAsterisk(arguments.username, secret, port=arguments.port)
    await pbx.start()
    sys.stdout.write(f"a pretend Asterisk listens on 127.0.0.1:{pbx.port}; ctrl-c ends it\n")
    sys.stdout.flush()
    faults = asyncio.create_task(_misbehave(pbx, random.Random(arguments.seed))) if arguments.faults else None
    try:
        await Hotline(pbx, arguments.factor).play(steady(arguments.seed))
    finally:
        if faults:
            faults.cancel()
        await pbx.stop()


async def _misbehave(pbx: PretendAsterisk, chance: random.Random) -> None:
    """Every minute or so the link breaks, some of the times in the middle of a message."""
    while True:
        await asyncio.sleep(chance.uniform(30, 90))
        if chance.random() < 0.5:
            pbx.send(b"Event: Newstate\r\nChannel: PJSIP/provi")
        pbx.cut()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulators.asterisk", description=__doc__)
    parser.add_argument("--port", type=int, default=5038)
    parser.add_argument("--username", default="hotline")
    parser.add_argument("--secret-file", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--factor", type=float, default=1.0, help="how many times faster than life")
    parser.add_argument("--faults", action="store_true", help="break the link now and then")
    arguments = parser.parse_args(argv)
    try:
        asyncio.run(serve(arguments, arguments.secret_file.read_text().split()[0]))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
