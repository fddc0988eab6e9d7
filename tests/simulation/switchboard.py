"""The hotline's own Asterisk: the project's pretend one, in virtual time, and the calls that come to it."""

import asyncio
from collections.abc import Callable

from simulators.asterisk import PretendAsterisk
from tests.simulation.house import AMI, START_US
from tests.simulation.loop import VirtualLoop
from tests.simulation.plan import Call, Cut


class Switchboard:
    """`calls` has the id of each call that was begun, by its name in the plan."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.calls: dict[str, str] = {}
        self._loop = loop
        self._pbx = PretendAsterisk(
            AMI.username, AMI.secret(), port=AMI.port, now_s=lambda: (START_US + loop.now_us) / 1_000_000
        )

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
        legs = [pbx.rings(caller, f"80{nth + 1}") for nth in range(call.devices)]
        await self._until(call, call.wait_s)
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

    async def _until(self, call: Call, after_s: float) -> None:
        true_us = round(call.at_s * 1_000_000) + round(after_s * 1_000_000)
        await asyncio.sleep((true_us - self._loop.now_us) / 1_000_000)
