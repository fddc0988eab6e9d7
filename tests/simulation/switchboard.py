"""The hotline's own Asterisk: the project's pretend one, in virtual time, and the calls that come to it."""

import asyncio
from collections.abc import Callable

from simulators.ami_server import Fields
from simulators.asterisk import RINGING, UP, PretendAsterisk
from tests.simulation.faults import Cut
from tests.simulation.house import AMI
from tests.simulation.loop import VirtualLoop
from tests.simulation.routing import ANEW_S, OVER_S, QUEUE
from tests.simulation.spoken import Call, Routed
from tests.simulation.zones import START_US


class Board(PretendAsterisk):
    """Redirects callers, too; what is set on a channel lives as long as the call. `redirected`: each, in order."""

    def __init__(self, loop: VirtualLoop) -> None:
        now_s = lambda: (START_US + loop.now_us) / 1_000_000  # noqa: E731 - given on, not called
        super().__init__(AMI.username, AMI.secret(), port=AMI.port, now_s=now_s)
        self.redirected: list[str] = []
        self._marks: dict[str, str] = {}
        self._asked: Fields = {}
        self.lists["status"] = self._status
        self.lists["showdialplan"] = lambda: [("ListDialplan", {"Context": "rescue", "Extension": "900"})]

    def does(self, action: str, asked: Fields) -> str:
        channel = self.channels.get(asked.get("channel", ""))
        if action in ("setvar", "redirect") and channel is None:
            return "No such channel"
        if action == "setvar":
            self._marks[asked["channel"]] = f"{asked['variable']}={asked['value']}"
        elif action == "redirect":
            self.redirected.append(asked["channel"])
            for leg in self.ringing(asked["channel"]):
                self.stops_ringing(leg, "CANCEL", "26")
            self.rings(asked["channel"], "900")
        return ""

    def ringing(self, call: str) -> list[str]:
        """Its legs that nobody has answered yet."""
        legs = ((unique, one) for unique, one in self.channels.items() if one.linked == call and unique != call)
        return [unique for unique, one in legs if one.state == RINGING]

    async def _act(self, writer: asyncio.StreamWriter, asked: Fields, challenge: str) -> None:
        self._asked = asked
        await super()._act(writer, asked, challenge)

    def _answer(self, action: str) -> Fields:
        if action == "listcommands":
            return dict.fromkeys(("Redirect", "Setvar", "Status", "ShowDialPlan"), "…")
        return super()._answer(action)

    def _status(self) -> list[tuple[str, Fields]]:
        channel = self.channels.get(self._asked["channel"])
        if channel is None:
            return []
        talks = "b-1" if channel.state == UP else ""
        mark = self._marks.get(channel.unique, "HOTLINE_RESCUE=")
        return [("Status", {**channel.fields(), "BridgeID": talks, "Variable": mark})]


class Switchboard:
    """`calls` has the id of each call that was begun, by its name in the plan."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.calls: dict[str, str] = {}
        self._loop = loop
        self._pbx = Board(loop)

    @property
    def redirected(self) -> list[str]:
        """Callers by the id of their call."""
        return self._pbx.redirected

    async def start(self) -> None:
        await self._pbx.start()

    async def stop(self) -> None:
        await self._pbx.stop()

    async def cut(self, cut: Cut) -> None:
        station = self._loop.network.station(AMI.port)
        station.cut(half_open=cut.half_open)
        await asyncio.sleep(cut.for_s)
        station.mend()

    async def ring(self, call: Call) -> None:
        """The whole call, as far as its plan goes."""
        pbx = self._pbx
        caller = self.calls[call.name] = pbx.arrives(call.caller, "88886666")
        for nth in range(call.devices):
            pbx.rings(caller, f"80{nth + 1}")
        await self._until(call, call.wait_s)
        legs = pbx.ringing(caller)
        if not call.answered:
            for leg in legs:
                pbx.stops_ringing(leg, "CANCEL", "16")
            pbx.hangs_up(caller)
            return
        pbx.answers(legs[0])
        for leg in legs[1:]:
            pbx.stops_ringing(leg, "CANCEL", "26")
        await self._talk(call, lambda on: pbx.holds(legs[0], on=on))
        pbx.hangs_up(legs[0])
        pbx.hangs_up(caller)

    async def _talk(self, call: Call, hold: Callable[[bool], None]) -> None:
        now_s = call.wait_s
        for talk_s, length_s in call.holds:
            await self._until(call, now_s + talk_s)
            hold(True)
            now_s += talk_s + length_s
            await self._until(call, now_s)
            hold(False)
        await self._until(call, now_s + 1.5)

    async def route(self, call: Routed) -> None:
        """The same of one who goes from one to the next; here nobody fetches a call, and a ring is not diverted."""
        pbx = self._pbx
        caller = self.calls[call.name] = pbx.arrives(call.caller, "88886666")
        if call.queue_s:
            pbx.queues(caller, QUEUE)
            await self._until(call, call.queue_s)
        if call.stays:
            pbx.hangs_up(caller)
            return
        now_s = call.queue_s + call.wait_s
        pbx.rings(caller, "801")
        if call.moves_s:
            await self._until(call, call.queue_s + call.moves_s)
            for leg in pbx.ringing(caller):
                pbx.stops_ringing(leg, "NOANSWER", "19")
            pbx.rings(caller, "802")
        await self._until(call, now_s)
        leg = self._ends(call, answered=call.answered)
        if leg and call.passed is not None:
            talk_s, rings_s, answered = call.passed
            now_s += talk_s
            await self._until(call, now_s)
            pbx.transfers(leg, "804")
            now_s += ANEW_S
            await self._until(call, now_s)
            pbx.rings(caller, "804")
            now_s += rings_s
            await self._until(call, now_s)
            leg = self._ends(call, answered=answered)
        if leg:
            await self._until(call, now_s + OVER_S)
            pbx.hangs_up(leg)
            pbx.hangs_up(caller)

    def _ends(self, call: Routed, *, answered: bool) -> str:
        """The leg that is answered; "" if the caller gives up."""
        caller = self.calls[call.name]
        [leg] = self._pbx.ringing(caller)  # where it rings now: the caller may have been sent elsewhere
        if answered:
            self._pbx.answers(leg)
            return leg
        self._pbx.stops_ringing(leg, "CANCEL", "16")
        self._pbx.hangs_up(caller)
        return ""

    async def _until(self, call: Call | Routed, after_s: float) -> None:
        true_us = round(call.at_s * 1_000_000) + round(after_s * 1_000_000)
        await asyncio.sleep((true_us - self._loop.now_us) / 1_000_000)
