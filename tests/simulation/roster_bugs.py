"""Bugs of duty that is changed by hand, planted beside the product: the simulation must find each of them."""

from collections.abc import Callable
from datetime import date, timedelta, timezone, tzinfo
from typing import Any

import msgspec

from adapters.ports import LiveState
from rules import duty, duty_changes, weekly
from rules.people import DutyChange, Stint
from rules.turn import Turn
from rules.weekly import Span
from tests.simulation.disk import SimStore
from tests.simulation.service import Misread, Parts


class ForgetsChangedDuty(SimStore):
    """After a restart everybody stands as planned."""

    async def load(self) -> LiveState:
        return msgspec.structs.replace(await super().load(), duty=())


def _beside(right: Callable[..., list[Stint]], planned: list[Stint], change: DutyChange) -> list[Stint]:
    """Who stands in does not relieve the others."""
    return right(planned, msgspec.structs.replace(change, instead=False))


def _never_taken_back(right: Callable[..., None], turn: Turn, duty: tuple[DutyChange, ...]) -> Any:
    """A change that was ended goes on."""
    if len(duty) > len(turn.state.duty):
        right(turn, duty)


def _unchanged(right: Callable[..., Span], day: date, from_: str, to: str, zone: tzinfo) -> Span:
    """The site's clock as it was at the end of the year is its clock for ever."""
    return right(day, from_, to, timezone(timedelta(hours=8)))


# The part that has it, and within how many seeds it must be found.
ROSTER_BUGS: dict[str, tuple[Parts, int]] = {
    "forgets changed duty at a restart": (Parts(store=ForgetsChangedDuty), 60),
    "tells those who were relieved too": (Parts(rule=Misread(duty, "_changed", _beside)), 80),
    "does not hear of the clock's change": (Parts(rule=Misread(weekly, "_span", _unchanged)), 80),
    "keeps changed duty that was taken back": (Parts(rule=Misread(duty_changes, "_keep", _never_taken_back)), 60),
}
