"""What people do at the desk: they greet, acknowledge, promise, take care of records, announce maintenance."""

import asyncio
from collections.abc import Callable

from rules.events import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSnoozed,
    AlertTested,
    AlertWorkedOn,
    CalledBack,
    CheckedIn,
    DutyChanged,
    DutyChangeEnded,
    Event,
    MaintenanceBegun,
    MaintenanceEnded,
    PromiseGiven,
    PromiseKept,
)
from rules.quiet import Scope
from tests.simulation.chores import event_of
from tests.simulation.desk import climbing, last_heard, oldest_missed, oldest_promise, unacknowledged
from tests.simulation.doings import Click, Deed, DeskWork, Swap, TestAlert, Works
from tests.simulation.machine import Machine

_DEEDS: dict[Deed, Callable[[str], Event]] = {
    "notice": lambda alert: AlertAcknowledged(by="li", alert=alert),
    "hand_over": lambda alert: AlertHandedOver(by="li", alert=alert, to="boss"),
    "snooze": lambda alert: AlertSnoozed(by="li", alert=alert, for_us=100_000_000),
    "on_it": lambda alert: AlertWorkedOn(by="li", alert=alert, for_us=90_000_000),
    "done": lambda alert: AlertDone(by="li", alert=alert),
}


class People:
    def __init__(self, machine: Machine, known_as: Callable[[str], str]) -> None:
        """`known_as`: the id of a call, by its name in the plan."""
        self._machine = machine
        self._known_as = known_as

    async def greet(self, call: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self._machine.service is None:
            return
        id_ = self._known_as(call)
        incidents = [i for i in self._machine.service.pipeline.state.incidents.values() if id_ in i.call.ids]
        if not incidents:
            return
        at_us = self._machine.gateway_us()
        sure = await self._submit(CheckedIn(by="li", incident=incidents[0].number))
        if sure:
            self._machine.history.greeted.append((call, at_us))
        elif sure is None:
            self._machine.history.doubtful.add(call)

    async def click(self, click: Click) -> None:
        if self._machine.service is None:
            return
        state = self._machine.service.pipeline.state
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

    async def works(self, works: Works) -> None:
        if self._machine.service is None:
            return
        scope, until_us = (
            Scope(sources=works.sources, rules=works.only_rules),
            self._machine.gateway_us() + _us(works.for_s),
        )
        await self._submit(MaintenanceBegun(by="li", window=works.name, until_us=until_us, scope=scope, reason="works"))
        if works.ended_after_s is not None:
            await asyncio.sleep(works.ended_after_s)
            if self._machine.service is not None:
                await self._submit(MaintenanceEnded(by="li", window=f"by_hand:{works.name}"))

    async def swap(self, swap: Swap) -> None:
        if self._machine.service is None:
            return
        from_us = self._machine.gateway_us() + _us(swap.in_s)
        change = DutyChanged(
            by="li",
            change=swap.name,
            role=swap.role,
            person=swap.person,
            from_us=from_us,
            until_us=from_us + _us(swap.for_s),
            instead=swap.instead,
            instead_of=swap.instead_of,
            reason="ill",
        )
        await self._submit(change)
        if swap.ended_after_s is not None:
            await asyncio.sleep(swap.ended_after_s)
            if self._machine.service is not None:
                await self._submit(DutyChangeEnded(by="li", change=swap.name))

    async def try_alert(self, trial: TestAlert) -> None:
        if self._machine.service is not None:
            await self._submit(AlertTested(by="li", test=trial.name, to=trial.to))

    async def work(self, work: DeskWork) -> None:
        if self._machine.service is None:
            return
        state, rows = self._machine.service.pipeline.state, self._machine.disk.rows
        event = event_of(work, state, [row.entry for row in rows])
        if event is not None:
            await self._submit(event)

    async def _submit(self, event: Event) -> bool | None:
        return await self._machine.submit(event)


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
