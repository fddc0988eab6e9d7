"""Tells every URL of the file; an alert is delivered when each has it, but for those that are left alone."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from adapters.notify.apprise import sending
from adapters.notify.apprise.library import facts_of
from adapters.notify.apprise.lines import is_address, read_lines
from adapters.notify.apprise.robot import Ident, Post, Robot
from adapters.notify.apprise.words import Wording
from adapters.ports import Delivered, Delivery, Rejected, Retry

if TYPE_CHECKING:
    from adapters.notify.apprise import Settings

_REMEMBERED_MAX = 10_000  # alerts that not every robot has yet


class AppriseNotifier:
    """Implements adapters.ports.Notifier, LooksAhead and CarriesLinks."""

    carries_links = True

    def __init__(self, name: str, robots: Callable[["AppriseNotifier"], Sequence[Robot]]) -> None:
        self.name = name
        self._link_changed: Callable[[str, str], None] | None = None
        self._served: OrderedDict[Ident, dict[int, Delivered | Rejected]] = OrderedDict()  # by line
        self.robots = robots(self)

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        self._link_changed = link_changed
        try:
            await asyncio.get_running_loop().create_future()  # until cancelled
        finally:
            self._link_changed = None

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        if self._link_changed is None:
            return Retry("unreachable")
        address = _address(alert)
        if address and not is_address(address):
            return Rejected("refused")
        mine = self._meant(address)
        if not mine:
            return Rejected("refused")  # all lines ask for the address of a person, and it is for nobody in particular
        remembered = Ident(key, address)
        served = self._served.setdefault(remembered, {})
        while len(self._served) > _REMEMBERED_MAX:
            self._served.popitem(last=False)
        missing = [robot for robot in mine if robot.line.number not in served]
        outcomes = await asyncio.gather(*(robot.tell(alert, ident_for(robot, remembered)) for robot in missing))
        retries = {}
        for robot, outcome in zip(missing, outcomes, strict=True):
            if isinstance(outcome, Retry):
                retries[robot] = outcome
            else:
                served[robot.line.number] = outcome
        return self._outcome(remembered, served, retries)

    def expect(self, alert: Mapping[str, Any], key: str) -> None:
        """Implements adapters.ports.LooksAhead: what was over before it was told need not be told."""
        address = _address(alert)
        for robot in self._meant(address):
            robot.expect(alert, ident_for(robot, Ident(key, address)))

    def _meant(self, address: str) -> list[Robot]:
        """By whom an alert for one person goes: by the lines that ask for an address, or where none does, by all."""
        personal = [robot for robot in self.robots if robot.line.personal]
        if address and personal:
            return personal
        return [robot for robot in self.robots if not robot.line.personal]

    def _outcome(self, ident: Ident, served: dict[int, Delivered | Rejected], retries: dict[Robot, Retry]) -> Delivery:
        delivered = any(isinstance(outcome, Delivered) for outcome in served.values())
        waited_for = [retry for robot, retry in retries.items() if not (delivered and robot.breaker.open)]
        if waited_for:
            return min(waited_for, key=lambda retry: retry.after_s or 0.0)
        for robot in retries:
            robot.forget(ident_for(robot, ident))
        del self._served[ident]
        return Delivered() if delivered else next(iter(served.values()))

    def settled(self, robot: Robot) -> None:
        """Of a robot: the state is that of the worst. Each "online" lets delivery ask at once for all that waits."""
        if self._link_changed is None:
            return
        bad = [one for one in self.robots if one.breaker.open or one.refuses]
        if not bad:
            if not robot.reason:
                self._link_changed("online", "")
            return
        told = [f"{one.name}: {_told(one)}" for one in bad]
        self._link_changed("offline", "; ".join(told))


def _told(robot: Robot) -> str:
    wait_s = robot.next_try_s()
    return f"{robot.reason}, left alone for {wait_s:.0f} s" if wait_s else str(robot.reason)


def _address(alert: Mapping[str, Any]) -> str:
    to = alert.get("to")
    return str(to["address"]) if to else ""


def ident_for(robot: Robot, ident: Ident) -> Ident:
    """A line without {address} is one receiver, whoever the alert is for."""
    return ident if robot.line.personal else Ident(ident.key, "")


def notifier(
    settings: "Settings",
    site: str,
    post: Post = sending.send,
    clock: Callable[[], float] = time.monotonic,
) -> AppriseNotifier:
    wording = Wording(site, settings.language, ZoneInfo(settings.timezone), settings.link)

    def robots(told: AppriseNotifier) -> list[Robot]:
        made = []
        for line in read_lines(settings.url_file):
            facts = facts_of(line)
            if facts is not None:  # else `check` has told
                made.append(
                    Robot(
                        line,
                        facts,
                        wording,
                        per_minute=settings.per_minute,
                        digest_after=settings.digest_after,
                        chars_max=settings.chars_max,
                        post=post,
                        clock=clock,
                        settled=told.settled,
                    )
                )
        return made

    return AppriseNotifier(settings.name, robots)
