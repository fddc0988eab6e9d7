"""What the rules say of a recorded past: the same `decide`, with time that runs as the record says."""

from rules.effects import Alert, Decision
from rules.engine import State, decide, next_deadline
from rules.events import DeadlinePassed, DeliverySettled, Entry, Event
from rules.incidents import Incident
from rules.obligations import INTERNAL_RULES, Obligation
from rules.settings import RuleSet


class Judge:
    """Decides events one by one; every deadline fires at its own moment, every alert is delivered at once."""

    def __init__(self, rules: RuleSet) -> None:
        self.state = State(rules)
        self.incidents: dict[int, Incident] = {}
        self.obligations: dict[int, Obligation] = {}
        self.alerts: dict[str, Alert] = {}
        self._seq = 0
        self._at_us = 0

    def enter(self, event: Event, at_us: int) -> None:
        self.pass_time(at_us)
        self._decide(event, at_us)

    def pass_time(self, until_us: int) -> None:
        """Everything that becomes due up to then."""
        while (due_us := next_deadline(self.state, until_us)) is not None:
            self._decide(DeadlinePassed(), due_us)

    def verdicts(self, incident: int) -> list[Obligation]:
        """What was owed to the caller of this incident, and how it ended."""
        return [
            owed for owed in self.obligations.values() if owed.incident == incident and owed.rule not in INTERNAL_RULES
        ]

    def _decide(self, event: Event, at_us: int) -> None:
        self._seq += 1
        self._at_us = max(at_us, self._at_us)
        decision = decide(self.state, Entry(self._seq, self._at_us, event))
        self._keep(decision)
        for send in decision.sends:
            self._decide(DeliverySettled(alert=send.alert, notifier=send.notifier, delivered=True, attempts=1), at_us)

    def _keep(self, decision: Decision) -> None:
        self.incidents.update((incident.id, incident) for incident in decision.incidents)
        self.obligations.update((owed.id, owed) for owed in decision.obligations)
        self.alerts.update((alert.id, alert) for alert in decision.alerts)
