"""What somebody at the desk would click, as the board shows it."""

from rules.engine import State
from tests.simulation.house import MORE


def unacknowledged(state: State) -> str:
    """The newest alert that waits for it; "" if none does."""
    waiting = [a for a in state.alerts.values() if a.state == "raised" and a.kind in ("breach", "escalation")]
    return max(waiting, key=lambda alert: (alert.raised_us, alert.id)).id if waiting else ""


def climbing(state: State) -> str:
    """The newest alert of a matter that may be handed on, put off or worked on; "" if there is none."""
    waiting = [a for a in state.alerts.values() if a.manner and a.rule in MORE and (a.state == "raised" or a.act_us)]
    return max(waiting, key=lambda alert: (alert.raised_us, alert.id)).id if waiting else ""


def last_heard(state: State) -> str:
    """The number of the unit's record that was opened last, and answered: "please wait" is said by radio."""
    by_radio = [i for i in state.incidents.values() if i.medium == "radio" and i.answered_us is not None]
    return by_radio[-1].number if by_radio else ""


def oldest_promise(state: State) -> str:
    """The number of the record whose unit waits longest for what it was promised."""
    return next((state.incidents[o.incident].number for o in state.promises.values()), "")


def oldest_missed(state: State) -> str:
    """The number of the record whose caller waits longest to be called back."""
    for incident in state.incidents.values():
        if any(o.rule == "call_back" and o.ended_by is None for o in incident.obligations):
            return incident.number
    return ""
