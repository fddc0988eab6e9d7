"""A test alert: told the real way to whom it names, marked as a test, and of no obligation."""

from rules.effects import Alert
from rules.events import AlertTested
from rules.outgoing import send_out
from rules.state import State
from rules.turn import Turn


def trial_id(state: State, test: str) -> str:
    return f"{state.rules.site}-test-{test}"


def tested(turn: Turn, event: AlertTested) -> None:
    """Neither maintenance nor a storm keeps it back: it shows whether the way is open."""
    id_ = trial_id(turn.state, event.test)
    alert = Alert(
        id=id_,
        key=id_,
        site=turn.terms.rules.site,
        rule="test",
        kind="warning",
        severity="info",
        opened_us=turn.at_us,
        due_us=turn.at_us,
        raised_us=turn.at_us,
        reason=event.by,
    )
    send_out(turn, alert, turn.terms.reach(event.to, turn.at_us))
