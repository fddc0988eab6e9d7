"""What is so right now on the radio: its channels, its units, and what a hail's row needs beside its record."""

from typing import Any

from rules.channels import Channel, Transmission, UnitStatus
from rules.engine import State
from rules.incidents import Incident
from rules.moments import rfc3339
from rules.settings import RuleSet, Unit

_MISSED_MAX = 20  # a list longer than that is read in the records


def named_unit(rules: RuleSet, unit: str) -> Unit:
    """The unit as the site's table has it."""
    return next((one for one in rules.units if one.unit == unit), None) or Unit(unit=unit)


def channel_name(rules: RuleSet, channel: str) -> str:
    """Also a talkgroup's: both stand in [[channel]]."""
    return next((one.name for one in rules.channels if one.channel == channel), "")


def two_calls_here(state: State, channel: str) -> bool | str:
    """Whether control's reply is awaited on a channel; "not_observable" where none of its sources could show one."""
    terms = state.terms.radio.channel(channel)
    return terms.two_calls and (bool(terms.replies) or "not_observable")


def board_counts(state: State, channel: str) -> bool:
    """Whether a click on the board is a reply there; where nothing else can be, it is noted."""
    replies = state.terms.radio.channel(channel).replies
    return "board" in replies or not replies


def channel_names(state: State) -> list[str]:
    """Those that sources are set to, heard or not, and those that were heard beside."""
    configured = [source.radio.channel for source in state.rules.sources if source.radio is not None]
    parts = [name for name in state.channels if name not in configured]
    parted = {name.rpartition("-")[0] for name in parts}  # CH1 is heard as CH1-1 and CH1-2
    return list(dict.fromkeys([*(name for name in configured if name not in parted), *state.channels]))


def channel_document(state: State, name: str) -> dict[str, Any]:
    rules = state.rules
    channel = state.channels.get(name) or Channel(id=0, name=name, source="")  # nothing was heard yet
    last = named_unit(rules, channel.last_unit)
    return {
        "channel": name,
        "channel_name": channel_name(rules, name),
        "sources": list(state.terms.radio.channel(name).sources),
        "two_calls": two_calls_here(state, name),
        "open": [_transmission(state, one) for one in channel.on_air],
        "control_transmitting": channel.control_since_us is not None,
        "control_since": _moment(channel.control_since_us),
        "control_until": _moment(channel.control_until_us),
        "last_unit": last.unit,
        "last_unit_name": last.name,
        "last_unit_post": last.post,
        "last_heard_at": _moment(channel.last_heard_us or None),
    }


def _transmission(state: State, one: Transmission) -> dict[str, Any]:
    unit = named_unit(state.rules, one.unit)
    incident = state.incidents.get(one.hail)
    return {
        "unit": unit.unit,
        "unit_name": unit.name,
        "unit_post": unit.post,
        "called": one.called,
        "called_name": channel_name(state.rules, one.called),
        "started_at": rfc3339(one.started_us),
        "emergency": one.emergency,
        "incident": incident.number if incident is not None else "",
    }


def channels(state: State) -> list[dict[str, Any]]:
    return [channel_document(state, name) for name in channel_names(state)]


def unit_document(rules: RuleSet, known: Unit, status: UnitStatus | None) -> dict[str, Any]:
    every_s = rules.roll_call.heard_every_s if known.heard_every_s is None else known.heard_every_s
    return {
        "unit": known.unit,
        "name": known.name,
        "post": known.post,
        "channel": status.channel if status is not None else "",
        "last_heard_at": _moment(status.last_us if status is not None else None),
        "present": status is not None and status.last_us is not None and status.present,
        "missing": status is not None and bool(status.missing_alert),
        "heard_every_s": every_s if rules.roll_call.enabled else 0.0,
    }


def units(state: State) -> list[dict[str, Any]]:
    """Those of the table, heard or not, and all others that were heard."""
    known = {unit.unit: unit for unit in state.rules.units}
    every = {name: known.get(name) or Unit(unit=name) for name in [*known, *state.units]}
    return [unit_document(state.rules, unit, state.units.get(name)) for name, unit in every.items()]


def missed_hails(state: State) -> list[Incident]:
    """Those that nobody answered, oldest first, while their records are open to the desk."""
    missed = [i for i in state.incidents.values() if i.medium == "radio" and i.outcome == "missed"]
    return sorted(missed, key=lambda incident: incident.opened_us)[-_MISSED_MAX:]


def hail_names(state: State, incident: Incident) -> dict[str, Any]:
    """What a hail's row shows beside its record."""
    rules = state.rules
    unit = named_unit(rules, incident.unit)
    return {
        "unit_name": unit.name,
        "unit_post": unit.post,
        "channel_name": channel_name(rules, incident.channel),
        "talkgroup_name": channel_name(rules, incident.talkgroup),
        "calls_allowed": rules.two_calls.calls,
        "board_counts": board_counts(state, incident.channel),
    }


def _moment(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)
