"""What is promised of any traffic, of telephones as of radios."""

import msgspec

from rules.engine import State
from rules.settings import RuleSet
from tests.property.rules.soup import Traffic, decide_all, journal, restarted


def check_nothing_is_told_twice(rules: RuleSet, events: Traffic) -> None:
    decisions = decide_all(State(rules), journal(events))
    sends = [(send.alert, send.notifier) for decision in decisions for send in decision.sends]
    assert len(sends) == len(set(sends))


def check_a_restart_changes_no_decision(rules: RuleSet, events: Traffic, cut: int) -> None:
    moments = journal(events)
    straight = decide_all(State(rules), moments)
    first = State(rules)
    before = decide_all(first, moments[:cut])
    latest_us = moments[min(cut, len(moments)) - 1][0] if cut and moments else 0
    after = decide_all(restarted(first), moments[cut:], seq=len(before), latest_us=latest_us)
    assert before + after == straight


def check_every_change_is_listed(rules: RuleSet, events: Traffic) -> None:
    """What the decisions list, last state first, is all that a restart needs."""
    state = State(rules)
    stored: dict[str, dict[object, object]] = {
        "incidents": {}, "alerts": {}, "sources": {}, "channels": {}, "units": {}, "quiet": {}
    }  # fmt: skip
    for decision in decide_all(state, journal(events)):
        stored["incidents"] |= {i.id: i for i in decision.incidents}
        stored["alerts"] |= {a.id: a for a in decision.alerts}
        stored["sources"] |= {s.name: s for s in decision.sources}
        stored["channels"] |= {c.name: c for c in decision.channels}
        stored["units"] |= {u.unit: u for u in decision.units}
        stored["quiet"] |= {q.key: q for q in decision.quiet}
        for incident in decision.forgotten:
            stored["incidents"].pop(incident, None)
        for alert in decision.settled:
            stored["alerts"].pop(alert, None)
        for key in decision.quiet_gone:
            stored["quiet"].pop(key, None)
    for kind, things in stored.items():
        live = getattr(state, kind)
        assert {key: msgspec.to_builtins(thing) for key, thing in things.items()} == {
            key: msgspec.to_builtins(thing) for key, thing in live.items()
        }, kind
