"""Troubles of our own begin: a live thing that waits, told by `rules.trouble_alerts` when it is due."""

from rules.ladders import ROLE
from rules.obligations import Rule
from rules.quiet import Trouble
from rules.turn import Turn


def begin(  # noqa: PLR0917 - the positions of a record
    turn: Turn,
    key: str,
    rule: Rule,
    name: str,
    since_us: int,
    due_us: int | None,
    *,
    owner: str = "",
    state: str = "",
    reason: str = "",
) -> None:
    """`due_us`: None where nobody is to be told."""
    trouble = Trouble(
        key=key,
        rule=rule,
        name=name,
        owner=owner,
        state=state,
        reason=reason,
        id=turn.state.next_id(),
        since_us=since_us,
        next_us=due_us,
    )
    turn.keep(trouble)
    turn.state.watch_quiet(trouble)


def unreached(turn: Turn, names: tuple[str, ...]) -> None:
    """A ladder's step named them, and nobody of them can be reached: of a role that is told, once a gap."""
    for name in names:
        key = f"role/{name.removeprefix(ROLE)}"
        if name.startswith(ROLE) and turn.terms.rules.on_duty.enabled and key not in turn.state.quiet:
            begin(turn, key, "on_duty", name.removeprefix(ROLE), turn.at_us, turn.at_us)
