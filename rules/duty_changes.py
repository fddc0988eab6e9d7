"""Duty otherwise than planned: somebody says so at the desk, and may end it; `rules.duty` reads what stands."""

import msgspec

from rules import trouble_alerts
from rules.events import DutyChanged, DutyChangeEnded
from rules.moments import SECOND_US
from rules.people import DutyChange
from rules.turn import Turn

AHEAD_MAX = 200  # that are not over
_REMEMBERED_US = 93 * 86_400 * SECOND_US  # so long one that is over still stands in the roster of its days


def changed(turn: Turn, event: DutyChanged) -> None:
    """The same name again is the same one."""
    known = turn.state.duty
    ahead = [one for one in known if one.until_us > turn.at_us]
    over = event.until_us <= max(turn.at_us, event.from_us)
    if over or len(ahead) >= AHEAD_MAX or any(one.id == event.change for one in known):
        return
    change = DutyChange(
        id=event.change,
        role=event.role,
        person=event.person,
        from_us=event.from_us,
        until_us=event.until_us,
        instead=event.instead,
        instead_of=event.instead_of,
        by=event.by,
        reason=event.reason,
    )
    remembered = [one for one in known if one.until_us > turn.at_us - _REMEMBERED_US]
    _keep(turn, (*remembered[-2 * AHEAD_MAX :], change))


def ended(turn: Turn, event: DutyChangeEnded) -> None:
    """One that has not begun never was; what was stood already stays as it was."""
    known = turn.state.duty
    change = next((one for one in known if one.id == event.change), None)
    if change is None or change.until_us <= turn.at_us:
        return
    cut = msgspec.structs.replace(change, until_us=turn.at_us)
    left = (cut if one is change else one for one in known)
    _keep(turn, tuple(one for one in left if one.until_us > one.from_us))


def _keep(turn: Turn, duty: tuple[DutyChange, ...]) -> None:
    turn.state.change_duty(duty)
    turn.decision.duty = duty
    trouble_alerts.rules_taken(turn)  # a gap may be filled
