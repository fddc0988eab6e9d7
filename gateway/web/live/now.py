"""What is so right now, as the stream, the API and the board tell it: built from the pipeline's state."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adapters.intake.documents import incident_document
from adapters.notify.message import document as alert_document
from gateway.access.sight import Sight
from gateway.desk_settings import Desk
from gateway.web.live.quiet import quiet_document
from gateway.web.live.radio import channels, hail_names, missed_hails, two_calls_here, units
from gateway.web.services import Services
from rules.effects import Alert
from rules.engine import State
from rules.incidents import Incident, SourceStatus
from rules.moments import SECOND_US, rfc3339
from rules.obligations import INTERNAL_RULES, Obligation
from rules.settings import Line, RuleSet, SourceRules
from rules.terms import RingTerms

_CALLS_MAX = 200  # a board shows the most urgent; the count tells of the rest
_ALERTS_MAX = 100
_FAR_US = 1 << 62
_OWED_LATE = frozenset({"call_back", "promise", "plan_step"})
_ACTIVE_ALERTS = frozenset({"raised", "acknowledged"})


def owed(obligation: Obligation) -> bool:
    """It waits for the desk; some also when their time has passed, because the other side waits still."""
    if obligation.state == "open":
        return True
    return obligation.state == "breached" and obligation.rule in _OWED_LATE and obligation.ended_by is None


def live_obligation(obligation: Obligation) -> dict[str, Any]:
    """One clock that runs for the desk: when it began, its steps, when it ends."""
    return {
        "id": obligation.id,
        "rule": obligation.rule,
        "state": obligation.state,
        "owed": owed(obligation),
        "opened_at": rfc3339(obligation.opened_us),
        "due_at": rfc3339(obligation.due_us),
        "ended_at": None if obligation.ended_us is None else rfc3339(obligation.ended_us),
        "steps": [
            {"at": rfc3339(obligation.opened_us + step.after_us), "kind": step.kind, "ring": step.ring}
            for step in obligation.plan
        ],
        "ring": obligation.ring,
        "calls": obligation.calls,
        "seconds": obligation.seconds,
        "certain": obligation.certain,
        "reason": obligation.reason,
    }


def live_incident(state: State, incident: Incident, desk: Desk) -> dict[str, Any]:
    """The record as the API has it, and beside it what only a living call or hail has."""
    clocks = [live_obligation(o) for o in incident.obligations if o.rule not in INTERNAL_RULES]
    if incident.medium == "radio":
        return incident_document(incident) | hail_names(state, incident) | {"clocks": clocks, "resident": None}
    legs = incident.call.legs.values()
    line = state.terms.line(incident.line)
    ringing = state.terms.rings(incident.call.source, incident.line)
    held_us = [leg.held_us for leg in legs if leg.state == "held" and leg.held_us is not None]
    return incident_document(incident) | {
        "line_name": line.name if line is not None else "",
        "devices_ringing": [leg.device for leg in legs if leg.state == "alerting" and leg.device],
        "held": any(leg.state == "held" for leg in legs),
        "held_at": rfc3339(min(held_us)) if held_us else None,
        "queued": incident.call.queued,
        "ring_cycle_s": ringing.cycle_us / SECOND_US if ringing is not None else None,
        "rings_allowed": _rings_allowed(state.rules, line, ringing),
        "clocks": clocks,
        "resident": _resident(incident, desk),
    }


def _resident(incident: Incident, desk: Desk) -> dict[str, Any] | None:
    """Who calls, as far as it may stand on a screen before anybody has claimed the call."""
    number = incident.called if incident.direction == "outbound" else incident.caller
    found = desk.resident(number)
    if found is None:
        return None
    hidden = found.sensitive
    return {
        "name": "" if hidden else found.name,
        "unit": "" if hidden else found.unit,
        "language": found.language,
        "vip": found.vip,
        "sensitive": found.sensitive,
    }


def _rings_allowed(rules: RuleSet, line: Line | None, ringing: RingTerms | None) -> int | None:
    """How many dots a row shows; a limit in plain seconds is as many rings as begin within it."""
    if ringing is None:
        return None
    if (line is not None and line.seconds is not None) or rules.three_rings.seconds is not None:
        return math.ceil(ringing.limit_us / ringing.cycle_us)
    return line.rings if line is not None and line.rings is not None else rules.three_rings.rings


def is_live(incident: Incident) -> bool:
    """The call goes on, somebody still owes the caller something, or has it in hand."""
    if incident.merged_into:
        return False
    if incident.care is not None and incident.care.by and incident.care.put != "completed":
        return True
    return incident.closed_us is None or any(owed(o) and o.rule not in INTERNAL_RULES for o in incident.obligations)


def _urgency(incident: Incident) -> int:
    return min(
        (o.due_us for o in incident.obligations if owed(o) and o.rule not in INTERNAL_RULES),
        default=_FAR_US + incident.opened_us,
    )


def source_document(
    state: State,
    rules: SourceRules,
    kind: str,
    *,
    heard_us: int | None,
    now_us: int,
    pushed: bool,
) -> dict[str, Any]:
    """A source's light, how long it has been silent, and which rules it lets us judge.

    One that is `pushed` to us keeps no link: that we heard it is all that can be known.
    """
    status = state.sources.get(rules.name)
    link = status.link if status is not None else "unknown"
    if pushed and link == "unknown" and heard_us is not None:
        link = "online"
    return {
        "name": rules.name,
        "kind": kind,
        "pushed": pushed,
        "state": link,
        "reason": status.reason if status is not None else "",
        "changed_at": rfc3339(status.changed_us) if status is not None and status.changed_us else None,
        "last_event_at": None if heard_us is None else rfc3339(heard_us),
        "last_event_age_s": None if heard_us is None else round(max(now_us - heard_us, 0) / SECOND_US, 3),
        "skew_s": None if status is None or status.skew_us is None else round(status.skew_us / SECOND_US, 6),
        "clock_trusted": _clock_trusted(rules, status),
        "channel": rules.radio.channel if rules.radio is not None else "",
        "sites": [rules.site] if rules.site else [],
        "observable": _observable(state, rules),
    }


def _observable(state: State, rules: SourceRules) -> dict[str, Any]:
    """Which rules can be judged here: a base station's own, or a PBX's."""
    if rules.radio is not None:
        return {"two_calls": two_calls_here(state, rules.radio.channel) or True}
    return {
        "three_rings": True if rules.shows_ring else "not_observable",
        "hold_checkin": True if rules.shows_hold else "not_observable",
    }


def _clock_trusted(rules: SourceRules, status: SourceStatus | None) -> bool | None:
    if status is None or status.skew_us is None:
        return None
    return abs(status.skew_us) <= rules.clock_skew_max_s * SECOND_US


def sources(services: Services, heard_us: Mapping[str, int]) -> list[dict[str, Any]]:
    state, now_us = services.pipeline.state, services.pipeline.now_us()
    return [
        source_document(
            state,
            rules,
            services.source_kinds.get(rules.name, ""),
            heard_us=heard_us.get(rules.name),
            now_us=now_us,
            pushed=rules.name in services.hook_sources,
        )
        for rules in state.rules.sources
    ]


def active_alerts(state: State) -> list[Alert]:
    """What the desk should look at, newest last; a `cleared` alert only takes others back, a line stands for many."""
    return sorted(
        (a for a in state.alerts.values() if a.state in _ACTIVE_ALERTS and a.kind != "cleared" and not a.silenced),
        key=lambda alert: alert.raised_us,
    )


def _most_urgent(incidents: Iterable[Incident]) -> list[Incident]:
    chosen = sorted(incidents, key=_urgency)[:_CALLS_MAX]
    return sorted(chosen, key=lambda incident: (incident.opened_us, incident.id))


def alerts_seen(state: State, sight: Sight) -> list[Alert]:
    """Those active ones that are of a site in sight."""
    return [a for a in active_alerts(state) if sight.sees(state.rules, _place_of_alert(a))]


def records_seen(state: State, sight: Sight) -> list[Incident]:
    """The live records of the sites in sight."""
    return [i for i in state.incidents.values() if sight.sees(state.rules, place_of(i))]


def place_of(incident: Incident) -> dict[str, str]:
    """What tells whose a record is."""
    place = {"line": incident.line, "channel": incident.channel, "talkgroup": incident.talkgroup}
    return place | {"source": incident.call.source}


def _place_of_alert(alert: Alert) -> dict[str, str]:
    return {"line": alert.line, "channel": alert.channel, "source": alert.source, "incident": alert.incident}


def snapshot(services: Services, heard_us: Mapping[str, int], sight: Sight) -> dict[str, Any]:
    """Everything a board needs to begin, or to begin again; not masked yet."""
    state = services.pipeline.state
    alerts = alerts_seen(state, sight)
    going_on = [i for i in records_seen(state, sight) if is_live(i)]
    return {
        "site": services.site,
        "version": services.version,
        "now": rfc3339(services.pipeline.now_us()),
        "ready": services.pipeline.ready,
        "rules": msgspec.to_builtins(sight.rules(state.rules)),
        "desk": services.desk.document(),
        "incidents": [live_incident(state, i, services.desk) for i in _most_urgent(going_on)],
        "incidents_live": len(going_on),
        "alerts": [alert_document(a) for a in alerts[-_ALERTS_MAX:]],
        "alerts_active": len(alerts),
        "missed": [incident_document(i) | hail_names(state, i) for i in missed_hails(state)],
        "channels": channels(state),
        "units": units(state),
        "quiet": quiet_document(state, services.pipeline.now_us()),
        "sources": sources(services, heard_us),
        "notifiers": [dict(status) for status in services.notifiers.status()],
    }
