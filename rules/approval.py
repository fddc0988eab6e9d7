"""Approval: a rule set is in force at once, and is to be approved in time, and again at each review: S0 复审规定."""

from collections.abc import Mapping
from typing import cast

from rules import troubles
from rules.events import RulesApproved
from rules.moments import span_us
from rules.quiet import Trouble
from rules.settings import RuleSet
from rules.trouble_alerts import over
from rules.turn import Turn

KEY = "approval"
_DAY_S = 86_400.0


def of(quiet: Mapping[str, object]) -> Trouble | None:
    """What waits for approval, or for its next review; None where nobody asks for any."""
    return cast("Trouble | None", quiet.get(KEY))


def rules_taken(turn: Turn) -> None:
    """Another set waits for approval anew. What was not approved before it has waited since then."""
    rules = turn.terms.rules
    known = of(turn.state.quiet)
    if rules.approval.review_every_days <= 0:
        over(turn, KEY, "not_configured")
    elif known is None:
        _begin(turn, "unapproved", turn.at_us)
    elif known.name != _named(rules):
        if known.state == "approved" or not known.alert:
            since_us = turn.at_us if known.state == "approved" else known.since_us
            over(turn, KEY, "replaced")
            _begin(turn, "unapproved", since_us)
        else:  # it is told already
            known.name, known.signed = _named(rules), ()
            turn.keep(known)


def approved(turn: Turn, event: RulesApproved) -> None:
    """By one person, or by two different ones; then it is to be reviewed again in its time."""
    rules, known = turn.terms.rules, of(turn.state.quiet)
    if known is None or event.version != rules.version or event.by in known.signed:
        return
    known.signed += (event.by,)
    turn.keep(known)
    if len(known.signed) > rules.approval.two_people:
        over(turn, KEY, "approved")
        _begin(turn, "approved", turn.at_us)


def _begin(turn: Turn, state: str, since_us: int) -> None:
    rules = turn.terms.rules
    unapproved = state == "unapproved"
    days = rules.approval.within_days if unapproved else rules.approval.review_every_days
    due_us = max(turn.at_us, since_us + span_us(days * _DAY_S))
    reason = "unapproved" if unapproved else "review_overdue"
    troubles.begin(turn, KEY, "approval", _named(rules), since_us, due_us, state=state, reason=reason)


def _named(rules: RuleSet) -> str:
    return rules.substance or rules.version
