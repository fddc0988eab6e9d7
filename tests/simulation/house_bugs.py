"""Bugs of what keeps alerts back and of who is told, planted beside the product: the simulation must find each."""

from collections.abc import Callable
from typing import Any

import msgspec

from adapters.notify.asterisk_call.notifier import AsteriskCallNotifier
from adapters.pbx.asterisk import rescue
from adapters.ports import AlertDesk, Notifier
from rules import maintenance, replies, silence, source_online, storm_lines, terms
from rules.channels import Channel
from rules.effects import Alert
from rules.obligations import Step
from rules.quiet import Window
from rules.settings import RuleSet
from rules.turn import Turn
from tests.simulation.service import Misread, Parts


def _one_short(right: Callable[..., Alert], *given: Any) -> Alert:
    """The line of a storm."""
    line = right(*given)
    line.count = (line.count or 0) - 1
    return line


def _with_the_neighbour(right: Callable[[Window, Alert], bool], window: Window, alert: Alert) -> bool:
    """What is done at one PBX keeps back what is told of the other."""
    as_if = msgspec.structs.replace(alert, source="main") if alert.source == "plain" else alert
    return right(window, alert) or right(window, as_if)


def _tells_nobody(right: Callable[..., tuple[str, ...]], turn: Turn, rule: str) -> tuple[str, ...]:
    """Of what was kept back while a window lasted."""
    return ()


def _holds_emergencies(right: Callable[..., None], turn: Turn, alert: Alert) -> None:
    severity, alert.severity = alert.severity, "critical"
    right(turn, alert)
    alert.severity = severity


def _unmarked(right: Callable[..., str], status: object) -> str:
    """It does not see that this caller was sent away already."""
    return ""


class OneBehind:
    """What somebody acknowledges counts for the alert that was acknowledged before it."""

    def __init__(self, desk: AlertDesk) -> None:
        self.is_raised = desk.is_raised
        self._desk = desk
        self._before = ""

    async def acknowledge(self, alert: str, by: str, channel: str, note: str = "") -> bool:
        before, self._before = self._before, alert
        return await self._desk.acknowledge(before or alert, by, channel, note)


def _keeps_it_to_itself(right: Callable[..., None], turn: Turn, alert: Alert) -> None:
    """That a rule stumbled."""
    if alert.rule != "undecided":
        right(turn, alert)


def _doubts(right: Callable[..., None], turn: Turn, channel: Channel, unit: str, by: str) -> None:
    """The station that says that control answered is not believed."""
    if by != "answered":
        right(turn, channel, unit, by)


def _slack(right: Callable[..., tuple[Step, ...]], due_us: int, warn_before_us: int) -> tuple[Step, ...]:
    """Where nothing warns before it is late, it is late five seconds later."""
    return right(due_us if warn_before_us else due_us + 5_000_000, warn_before_us)


def _mistakes_keys(notifier: Notifier) -> Notifier:
    if isinstance(notifier, AsteriskCallNotifier):
        answer_to = notifier.answer_to
        notifier.answer_to = lambda desk: answer_to(OneBehind(desk))  # type: ignore[method-assign]
    return notifier


def _stand_ins_stay(rules: RuleSet) -> RuleSet:
    """Who stands in is still told two minutes after the shift has changed back."""
    shifts = tuple(
        msgspec.structs.replace(one, to=f"{one.to[:3]}{int(one.to[3:]) + 2:02}") if one.instead else one
        for one in rules.shifts
    )
    return msgspec.structs.replace(rules, shifts=shifts)


# The part that has it, and within how many seeds it must be found.
HOUSE_BUGS: dict[str, tuple[Parts, int]] = {
    "counts a storm one short": (Parts(rule=Misread(storm_lines, "_about", _one_short)), 20),
    "keeps a neighbour back": (Parts(rule=Misread(silence, "_within", _with_the_neighbour)), 30),
    "tells nobody what was kept back": (Parts(rule=Misread(maintenance, "operators", _tells_nobody)), 20),
    "keeps emergencies back": (Parts(rule=Misread(silence, "weigh", _holds_emergencies)), 60),
    "sends a caller away twice": (Parts(rule=Misread(rescue, "_mark", _unmarked)), 60),
    "keeps it to itself that a rule stumbled": (Parts(rule=Misread(source_online, "raise_", _keeps_it_to_itself)), 30),
    "doubts that control answered": (Parts(rule=Misread(replies, "reply", _doubts)), 60),
    "is slack where nothing warns": (Parts(rule=Misread(terms, "warned_plan", _slack)), 60),
    "takes a key for another alert": (Parts(notifier=_mistakes_keys), 60),
    "tells a stand-in for too long": (Parts(rules=_stand_ins_stay), 60),
}
