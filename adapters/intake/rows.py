"""Between the structs of `rules` and the rows of `schema`: plain tuples in the order of the table's columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast, get_args

import msgspec

from adapters.ports import JournalRow
from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Note
from rules.events import Entry, Event, Unparsed, ViewKept
from rules.events.staff import FactName, ViewName
from rules.incidents import Call, Care, Incident, Recording, SourceStatus
from rules.obligations import Obligation, Step
from rules.people import DutyChange
from rules.quiet import Quiet

Row = tuple[Any, ...]

_json = msgspec.json.Encoder()
_pack = msgspec.msgpack.Encoder()
_read_event: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_read_alert = msgspec.json.Decoder(Alert)
_read_live = msgspec.msgpack.Decoder(Incident)
_read_source = msgspec.msgpack.Decoder(SourceStatus)
_read_plan = msgspec.json.Decoder(tuple[Step, ...])
_read_flags = msgspec.json.Decoder(tuple[str, ...])
_read_facts = msgspec.json.Decoder(dict[FactName, str])
_read_recordings = msgspec.json.Decoder(tuple[Recording, ...])
_read_care = msgspec.json.Decoder(Care)
_read_channel = msgspec.msgpack.Decoder(Channel)
_read_unit = msgspec.msgpack.Decoder(UnitStatus)
_NO_FLAGS, _NO_FACTS, _NO_RECORDINGS, _NO_CARE = "[]", "{}", "[]", "{}"  # as of nearly every telephone call
VIEW = "view/"  # what a person's rows of `meta` begin with
_VIEW_NAMES = frozenset(get_args(ViewName))
_read_quiet: msgspec.msgpack.Decoder[Quiet] = msgspec.msgpack.Decoder(Quiet)
_read_duty = msgspec.json.Decoder(tuple[DutyChange, ...])
CHANNEL, UNIT = "channel/", "unit/"  # what the keys of `radio_live` begin with


def event_json(event: Event) -> str:
    return _json.encode(event).decode()


def event_from_json(body: str) -> Event:
    return _read_event.decode(body)


def journal_row(row: JournalRow) -> Row:
    entry = row.entry
    event = entry.event
    why = row.error or (event.reason if isinstance(event, Unparsed) else None)
    source = getattr(event, "source", "")
    return (
        entry.seq,
        entry.at_us,
        source,
        type(event).__name__,
        row.key,
        row.incident,
        event_json(event),
        row.raw,
        why,
    )


def entry_from_row(seq: int, at_us: int, body: str) -> Entry:
    return Entry(seq=seq, at_us=at_us, event=event_from_json(body))


def live_row(incident: Incident) -> Row:
    return (incident.id, _pack.encode(incident))


def live_from_body(body: bytes) -> Incident:
    return _read_live.decode(body)


def source_row(status: SourceStatus) -> Row:
    return (status.name, _pack.encode(status))


def source_from_body(body: bytes) -> SourceStatus:
    return _read_source.decode(body)


def channel_row(channel: Channel) -> Row:
    return (CHANNEL + channel.name, _pack.encode(channel))


def unit_row(unit: UnitStatus) -> Row:
    return (UNIT + unit.unit, _pack.encode(unit))


def radio_from_rows(found: Iterable[Sequence[Any]]) -> tuple[list[Channel], list[UnitStatus]]:
    """In the order of their ids."""
    channels, units = [], []
    for key, body in found:
        if key.startswith(CHANNEL):
            channels.append(_read_channel.decode(body))
        else:
            units.append(_read_unit.decode(body))
    return sorted(channels, key=lambda c: c.id), sorted(units, key=lambda u: u.id)


def view_meta(event: ViewKept) -> dict[str, str]:
    """A person's view as rows of `meta`."""
    return {f"{VIEW}{name}/{event.by}": value for name, value in event.view.items()}


def views_of(meta: Mapping[str, str]) -> dict[str, dict[ViewName, str]]:
    views: dict[str, dict[ViewName, str]] = {}
    for key, value in meta.items():
        name, _, by = key.removeprefix(VIEW).partition("/")
        if key.startswith(VIEW) and name in _VIEW_NAMES:
            views.setdefault(by, {})[cast(ViewName, name)] = value
    return views


def duty_json(duty: tuple[DutyChange, ...]) -> str:
    return _json.encode(duty).decode()


def duty_from_json(body: str) -> tuple[DutyChange, ...]:
    return _read_duty.decode(body)


def quiet_row(thing: Quiet) -> Row:
    return (thing.key, _pack.encode(thing))


def quiet_from_body(body: bytes) -> Quiet:
    return _read_quiet.decode(body)


def incident_row(i: Incident) -> Row:
    return (
        i.id,
        i.number,
        i.site,
        i.medium,
        i.direction,
        i.call.source,
        i.call.ids[0] if i.call.ids else "",
        i.caller,
        i.caller_name,
        i.called,
        i.line,
        i.device,
        i.agent,
        i.queue,
        i.trunk,
        i.opened_us,
        i.first_offered_us,
        i.first_human_ring_us,
        i.answered_us,
        i.closed_us,
        i.outcome,
        i.rings,
        i.holds,
        i.hold_us,
        _json.encode(i.flags).decode() if i.flags else _NO_FLAGS,
        i.merged_into,
        i.unit,
        i.channel,
        i.calls,
        i.talkgroup,
        _json.encode(i.facts).decode() if i.facts else _NO_FACTS,
        _json.encode(i.recordings).decode() if i.recordings else _NO_RECORDINGS,
        _json.encode(i.care).decode() if i.care is not None else _NO_CARE,
    )


def incident_from_row(row: Sequence[Any], obligations: list[Obligation]) -> Incident:
    """The record as the table has it: without the call's legs, which nobody needs once it is over."""
    facts = dict(zip(_INCIDENT_FIELDS, row, strict=True))
    facts["call"] = Call(source=facts.pop("source"), ids=[facts.pop("source_call")])
    facts["flags"] = _read_flags.decode(facts["flags"])
    facts["facts"] = _read_facts.decode(facts["facts"])
    facts["recordings"] = _read_recordings.decode(facts["recordings"])
    facts["care"] = None if facts["care"] == _NO_CARE else _read_care.decode(facts["care"])
    return Incident(**facts, obligations=obligations)


# The table's columns in their order, by the names of the fields.
_INCIDENT_FIELDS = (
    "id",
    "number",
    "site",
    "medium",
    "direction",
    "source",
    "source_call",
    "caller",
    "caller_name",
    "called",
    "line",
    "device",
    "agent",
    "queue",
    "trunk",
    "opened_us",
    "first_offered_us",
    "first_human_ring_us",
    "answered_us",
    "closed_us",
    "outcome",
    "rings",
    "holds",
    "hold_us",
    "flags",
    "merged_into",
    "unit",
    "channel",
    "calls",
    "talkgroup",
    "facts",
    "recordings",
    "care",
)


def obligation_row(o: Obligation) -> Row:
    return (
        o.id,
        o.rule,
        o.incident,
        o.opened_us,
        o.due_us,
        _json.encode(o.plan).decode(),
        o.step,
        o.state,
        o.rule_set,
        o.leg,
        o.alert,
        o.source_opened_us,
        o.ended_us,
        o.source_ended_us,
        o.seconds,
        o.ring,
        o.clock,
        o.skew_us,
        o.certain,
        o.reason,
        o.late,
        o.revised,
        o.opened_by,
        o.ended_by,
        o.calls,
        o.in_hours,
    )


def obligation_from_row(row: Sequence[Any]) -> Obligation:
    facts = dict(zip(_OBLIGATION_COLUMNS, row, strict=True))
    facts["plan"] = _read_plan.decode(facts["plan"])
    facts["certain"] = bool(facts["certain"])
    facts["late"] = bool(facts["late"])
    facts["in_hours"] = bool(facts["in_hours"])
    return Obligation(**facts)


# The columns are named as the fields, in the table's order.
_OBLIGATION_COLUMNS = (
    "id",
    "rule",
    "incident",
    "opened_us",
    "due_us",
    "plan",
    "step",
    "state",
    "rule_set",
    "leg",
    "alert",
    "source_opened_us",
    "ended_us",
    "source_ended_us",
    "seconds",
    "ring",
    "clock",
    "skew_us",
    "certain",
    "reason",
    "late",
    "revised",
    "opened_by",
    "ended_by",
    "calls",
    "in_hours",
)


def alert_row(a: Alert) -> Row:
    body = _json.encode(a).decode()
    return (a.id, a.key, a.incident_id, a.rule, a.kind, a.state, a.raised_us, True, a.tied_to, body)


def alert_from_body(body: str) -> Alert:
    return _read_alert.decode(body)


def note_row(n: Note) -> Row:
    return (n.incident, n.at_us, n.seq, n.what, n.detail)
