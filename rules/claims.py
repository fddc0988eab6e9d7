"""Who takes care of a record: claimed, released, parked, completed. One person at a time, and the first one wins."""

from rules.incidents import Care, Incident
from rules.moments import span_us
from rules.turn import Turn


def claimed(turn: Turn, incident: Incident, by: str, *, override: bool = False, reason: str = "") -> bool:
    """Whether `by` has it now."""
    care = care_of(incident)
    if care.by == by:
        _deed(turn, care)
        care.put = ""
        return True
    if care.by and not override and not is_stale(turn, care):
        return False
    before, care.by, care.since_us, care.put = care.by, by, turn.at_us, ""
    _deed(turn, care)
    what = "claimed" if not before else "overridden" if override else "taken_over"
    turn.note(incident, what, " · ".join(filter(None, (f"{before} → {by}" if before else by, reason))))
    return True


def released(turn: Turn, incident: Incident, by: str) -> None:
    care = incident.care
    if care is not None and care.by == by:
        care.by, care.since_us, care.deed_us = "", None, None
        turn.note(incident, "released", by)


def parked(turn: Turn, incident: Incident, by: str, note: str) -> None:
    if claimed(turn, incident, by):
        care_of(incident).put = "parked"
        turn.note(incident, "parked", " · ".join(filter(None, (by, note))))


def completed(turn: Turn, incident: Incident, by: str, note: str) -> None:
    if claimed(turn, incident, by):
        care_of(incident).put = "completed"
        turn.note(incident, "completed", " · ".join(filter(None, (by, note))))


def did(turn: Turn, incident: Incident, by: str) -> None:
    """Whoever has claimed it did something about it: the claim is fresh again."""
    if incident.care is not None and incident.care.by == by:
        _deed(turn, incident.care)


def joined(keep: Incident, gone: Incident) -> None:
    """Two records turn out to be one: what the desk did to either holds for it."""
    if gone.facts:
        keep.facts = gone.facts | (keep.facts or {})
    if gone.care is None:
        return
    if keep.care is None or not keep.care.by:
        told_by = keep.care.told_by if keep.care is not None else {}
        keep.care, gone.care = gone.care, None
        keep.care.told_by |= told_by
    else:
        keep.care.told_by = gone.care.told_by | keep.care.told_by


def in_hand(incident: Incident, at_us: int, kept_us: int) -> bool:
    """It may not leave the board: it is parked, or somebody works on it and did so within `kept_us`."""
    care = incident.care
    if care is None or care.put == "completed":
        return False
    return care.put == "parked" or (care.deed_us is not None and at_us - care.deed_us < kept_us)


def is_stale(turn: Turn, care: Care) -> bool:
    """Its owner did nothing about it for so long that anybody may take it."""
    return turn.at_us - (care.deed_us or 0) >= span_us(turn.terms.rules.claims.stale_after_s)


def care_of(incident: Incident) -> Care:
    if incident.care is None:
        incident.care = Care()
    return incident.care


def _deed(turn: Turn, care: Care) -> None:
    care.deed_us = turn.at_us
