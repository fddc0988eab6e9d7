"""People's telephones: they are called with alerts, answer or not, press keys; and what truly happened."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.notify import asterisk_call
from adapters.notify.asterisk_call.notifier import AsteriskCallNotifier
from adapters.ports import Delivery
from simulators.ami_server import Fields
from simulators.telephones import CallingPbx, Habit, PlacedCall
from tests.simulation.doings import AtThePhone
from tests.simulation.faults import Cut
from tests.simulation.house import PEOPLE, SITE
from tests.simulation.loop import VirtualLoop

NAME = "phone"
NOBODYS = "PJSIP/8100"  # called for what is for no person
_PORT = 5


class _Settings(asterisk_call.Settings, kw_only=True):
    def secret(self) -> str:
        return "sim"


SETTINGS = _Settings(
    name=NAME,
    kind=asterisk_call.KIND.name,
    host="telephones",
    port=_PORT,
    username="sim",
    secret_env="unused",
    number=NOBODYS,
    redial_s=5.0,
    per_minute=600,
)


@dataclass
class Letter:
    """An alert that one telephone is called for, from when to when."""

    alert: str
    dialled: str
    from_us: int
    until_us: int | None = None


@dataclass(frozen=True)
class Press:
    at_us: int  # true time
    heard_us: int | None  # by the gateway's clock; None: it is not there
    dialled: str
    key: str


class Telephones(CallingPbx):
    def __init__(self, loop: VirtualLoop, heard_us: Callable[[], int | None]) -> None:
        super().__init__(SETTINGS.username, SETTINGS.secret(), port=_PORT)
        self.letters: list[Letter] = []
        self.pressed: list[Press] = []
        self.now_us: Callable[[], int] = lambda: loop.now_us
        self._loop = loop
        self._heard_us = heard_us

    async def cut_off(self, cut: Cut) -> None:
        station = self._loop.network.station(_PORT)
        station.cut(half_open=cut.half_open)
        await asyncio.sleep(cut.for_s)
        station.mend()

    async def changes(self, habit: AtThePhone) -> None:
        self.habits[habit.dialled] = Habit(habit.answers, habit.key, habit.at, habit.hangs_up_at)

    def everybody_answers(self) -> None:
        """Whoever is called from now on takes care of it."""
        for dialled in (NOBODYS, *(one.reach[NAME] for one in PEOPLE if NAME in one.reach)):
            self.habits[dialled] = Habit(key=SETTINGS.acknowledge_key)

    def _run(self, call: PlacedCall, asked: Fields) -> None:
        habit, place = self.habits.setdefault(call.dialled, Habit()), len(call.commands)
        if not call.over and habit.key and place == habit.at != habit.hangs_up_at:
            self.pressed.append(Press(self.now_us(), self._heard_us(), call.dialled, habit.key))
        super()._run(call, asked)


class Phone(AsteriskCallNotifier):
    """The gateway's side, which writes down whom it calls for what."""

    def __init__(self, telephones: Telephones) -> None:
        super().__init__(SETTINGS, SITE)
        self._telephones = telephones

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        to = alert.get("to")
        letter = Letter(str(alert["id"]), to["address"] if to else NOBODYS, self._telephones.now_us())
        self._telephones.letters.append(letter)
        try:
            return await super().send(alert, key)
        finally:
            letter.until_us = self._telephones.now_us()
