"""call_back: a caller whom nobody answered is called back in time: by a call, by hand, or they reach us themselves."""

from rules import still_owed
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.phone_numbers import dialled_keys, number_key
from rules.turn import Turn

UNANSWERED = frozenset({"abandoned", "missed", "rejected", "failed"})


def call_ended(turn: Turn, incident: Incident) -> None:
    """Nobody answered: open one if there is a number to call."""
    if incident.direction != "inbound":
        return
    settings = turn.terms.rules.call_back
    if not settings.enabled:
        return
    if _own(incident) is not None or (not settings.after_short_abandon and _short(incident)):
        return
    if not number_key(incident.caller):
        turn.note(incident, "no_call_back", "caller_unknown")
        return
    obligation = turn.open(incident, "call_back", turn.terms.call_back_plan, turn.moment_us, source_us=turn.source_us)
    turn.state.know_call_back(incident, obligation)


def number_told_late(turn: Turn, incident: Incident) -> None:
    """The end overtook what told who called: they wait since the end."""
    if incident.closed_us is not None and incident.outcome in UNANSWERED and _own(incident) is None:
        with turn.back_at(incident.closed_us, incident.source_closed_us):
            call_ended(turn, incident)


def call_answered(turn: Turn, incident: Incident) -> None:
    """A person spoke to somebody: does that number wait for a call?"""
    if incident.direction == "outbound":
        keys, reason = dialled_keys(incident.called), "called_back"
    elif incident.direction == "inbound":
        keys, reason = dialled_keys(incident.caller), "caller_reached_us"
    else:
        return
    for key in keys:
        for obligation in list(turn.state.call_backs.get(key, ())):
            if obligation.incident != incident.id:
                _meet(turn, turn.state.incidents[obligation.incident], obligation, reason)


def called_back_by_hand(turn: Turn, incident: Incident, by: str, note: str) -> None:
    turn.note(incident, "called_back", f"{by} {note}".strip())
    obligation = _own(incident)
    if obligation is not None and obligation.ended_by is None:
        _meet(turn, incident, obligation, "by_hand")


def not_needed(turn: Turn, incident: Incident, reason: str) -> None:
    """The call was answered after all, or rings again."""
    obligation = _own(incident)
    if obligation is not None and obligation.ended_by is None:
        turn.state.drop_call_back(incident, obligation)
        still_owed.settle(turn, incident, obligation, "waived", reason)


def _meet(turn: Turn, incident: Incident, obligation: Obligation, reason: str) -> None:
    turn.state.drop_call_back(incident, obligation)
    still_owed.settle(turn, incident, obligation, "met", reason, turn.at_us - obligation.opened_us)


def _own(incident: Incident) -> Obligation | None:
    """The latest one that still counts."""
    for obligation in reversed(incident.obligations):
        if obligation.rule == "call_back":
            return None if obligation.state == "waived" else obligation
    return None


def _short(incident: Incident) -> bool:
    return any(o.rule == "three_rings" and o.reason == "short_abandon" for o in incident.obligations)
