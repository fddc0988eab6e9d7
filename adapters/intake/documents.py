"""The JSON documents of the API for incidents and obligations: the same from memory and from the database."""

from typing import Any

from rules.incidents import Care, Incident
from rules.moments import SECOND_US, rfc3339
from rules.obligations import INTERNAL_RULES, Obligation

Document = dict[str, Any]
_NOBODYS = Care()


def incident_document(incident: Incident) -> Document:
    """`verdicts` holds what has been judged; what still waits stands in `obligations_open`."""
    care = incident.care or _NOBODYS
    theirs = [ob for ob in incident.obligations if ob.rule not in INTERNAL_RULES]
    return {
        "number": incident.number,
        "site": incident.site,
        "medium": incident.medium,
        "direction": incident.direction,
        "call": our_call(incident.id),
        "source": incident.call.source,
        "source_call": incident.call.ids[0] if incident.call.ids else "",
        "from": incident.caller,
        "from_name": incident.caller_name,
        "to": incident.called,
        "line": incident.line,
        "device": incident.device,
        "agent": incident.agent,
        "queue": incident.queue,
        "opened_at": rfc3339(incident.opened_us),
        "offered_at": _moment(incident.first_offered_us),
        "ring_at": _moment(incident.first_human_ring_us),
        "answered_at": _moment(incident.answered_us),
        "closed_at": _moment(incident.closed_us),
        "outcome": incident.outcome,
        "rings": incident.rings,
        "holds": incident.holds,
        "hold_seconds": incident.hold_us / SECOND_US,
        "flags": list(incident.flags),
        "merged_into": incident.merged_into,
        "unit": incident.unit,
        "channel": incident.channel,
        "calls": incident.calls,
        "talkgroup": incident.talkgroup,
        "facts": dict(incident.facts or {}),
        "facts_by": dict(care.told_by),
        "attention": incident.attention,
        "claimed_by": care.by,
        "claimed_at": _moment(care.since_us),
        "last_deed_at": _moment(care.deed_us),
        "recordings": [
            {"id": clip.id, "started_at": rfc3339(clip.started_us), "seconds": clip.seconds, "unit": clip.unit}
            for clip in incident.recordings
        ],
        "verdicts": [_verdict(ob) for ob in theirs if ob.state != "open"],
        "obligations_open": [_open(ob) for ob in theirs if ob.state == "open"],
    }


def obligation_document(obligation: Obligation, incident: Incident | None) -> Document:
    """`incident`: None for an obligation about a source, not about a call."""
    return {
        "id": obligation.id,
        "state": obligation.state,
        "incident": incident.number if incident else "",
        "call": our_call(incident.id) if incident else "",
        "from": incident.caller if incident else "",
        "source": incident.call.source if incident else "",
        "line": incident.line if incident else "",
        "channel": incident.channel if incident else "",
        "talkgroup": incident.talkgroup if incident else "",
        **_verdict(obligation),
    }


def our_call(incident_id: int) -> str:
    """Our own name of an incident's call; the source's may change on the way."""
    return f"c{incident_id}" if incident_id else ""


def _verdict(ob: Obligation) -> Document:
    return {
        "rule": ob.rule,
        "verdict": ob.state,
        "ring": ob.ring,
        "calls": ob.calls,
        "seconds": ob.seconds,
        "clock": ob.clock,
        "certain": ob.certain,
        "skew_ms": None if ob.skew_us is None else round(ob.skew_us / 1_000, 3),
        "opened_at": rfc3339(ob.opened_us),
        "due_at": rfc3339(ob.due_us),
        "ended_at": _moment(ob.ended_us),
        "reason": ob.reason,
        "late": ob.late,
        "in_hours": ob.in_hours,
        "revised": ob.revised,
        "rule_set": ob.rule_set,
        "evidence": {
            "opened_by": ob.opened_by,
            "ended_by": ob.ended_by,
            "source_opened_at": _moment(ob.source_opened_us),
            "source_ended_at": _moment(ob.source_ended_us),
        },
    }


def _open(ob: Obligation) -> Document:
    return {"id": ob.id, "rule": ob.rule, "opened_at": rfc3339(ob.opened_us), "due_at": rfc3339(ob.due_us)}


def _moment(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)
