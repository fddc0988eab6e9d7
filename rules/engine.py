"""READ SECOND. One entry in, one decision out: `decide(state, entry)`; `next_deadline(state)` says how long to wait."""

from collections.abc import Iterable

from rules.effects import Alert, Decision
from rules.events import Entry
from rules.incidents import Incident, SourceStatus
from rules.settings import RuleSet


class State:
    """All live things of one site. Changed in place by `decide`; everyone else only reads."""

    def __init__(
        self,
        rules: RuleSet,
        *,
        incidents: Iterable[Incident] = (),
        alerts: Iterable[Alert] = (),
        sources: Iterable[SourceStatus] = (),
        last_id: int = 0,
        last_number: str = "",
    ) -> None:
        self.rules = rules
        self.incidents: dict[int, Incident] = {i.id: i for i in incidents}
        self.alerts: dict[str, Alert] = {a.id: a for a in alerts}
        self.sources: dict[str, SourceStatus] = {s.name: s for s in sources}
        self.last_id = last_id
        self.last_number = last_number


def decide(state: State, entry: Entry) -> Decision:
    """Apply one entry. Deterministic: the same state and entry give the same decision."""
    raise NotImplementedError


def next_deadline(state: State) -> int | None:
    """When `DeadlinePassed` must be entered next, µs; None if nothing waits."""
    raise NotImplementedError
