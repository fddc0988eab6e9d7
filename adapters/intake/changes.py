"""A batch as its transaction: the rows that it writes, statement by statement."""

from adapters.intake import rows
from adapters.intake_writer.messages import Change, Commit
from adapters.ports import Batch
from rules.events import ClockAnchored, RulesTaken, ViewKept, settlements


def commit_of(batch: Batch, place: str = "") -> Commit:
    """`place`: how the database tells this store from a copy of it."""
    seq = batch.journal[-1].entry.seq
    pending = [(s.alert, s.notifier, seq, place, "pending", 0, "", None) for place, s in enumerate(batch.sends)]
    live = [rows.live_row(i) for i in batch.incidents.values() if i.id not in batch.forgotten]
    channels = [rows.channel_row(c) for c in batch.channels.values()]
    units = [rows.unit_row(u) for u in batch.units.values()]
    gone = [(rows.CHANNEL + name,) for name in batch.channels_gone] + [(rows.UNIT + name,) for name in batch.units_gone]
    meta, deliveries = _told(batch, place)
    changes: list[Change] = [
        ("journal", [rows.journal_row(row) for row in batch.journal]),
        ("live_incident", live),
        ("incident", [rows.incident_row(i) for i in batch.incidents.values()]),
        ("obligation", [rows.obligation_row(o) for o in batch.obligations.values()]),
        ("alert", [rows.alert_row(a) for a in batch.alerts.values()]),
        ("outbox", pending),
        ("delivery", deliveries),
        ("note", [rows.note_row(n) for n in batch.notes]),
        ("source", [rows.source_row(s) for s in batch.sources.values()]),
        ("radio_live", channels + units),
        ("quiet_live", [rows.quiet_row(q) for q in batch.quiet.values()]),
        ("meta", meta),
        ("forget", [(id_,) for id_ in batch.forgotten]),
        ("settle", [(id_,) for id_ in batch.settled]),
        ("drop_radio", gone),
        ("drop_quiet", [(key,) for key in batch.quiet_gone]),
    ]
    return Commit([change for change in changes if change[1]], after=batch.journal[0].entry.seq - 1, last=seq)


def _told(batch: Batch, place: str) -> tuple[list[rows.Row], list[rows.Row]]:
    """What entries themselves say of `meta` and of the outbox."""
    meta = {"last_id": str(batch.last_id), "last_number": batch.last_number}
    deliveries: list[rows.Row] = []
    for row in batch.journal:
        event = row.entry.event
        for one in settlements(event):
            state = "delivered" if one.delivered else "failed"
            deliveries.append((state, one.attempts, one.reason, row.entry.at_us, one.alert, one.notifier))
        if isinstance(event, RulesTaken) and not row.error:
            meta["rules"] = rows.event_json(event)
        elif isinstance(event, ClockAnchored) and not row.error:
            meta |= {"anchor_us": str(event.anchor_us), "place": place}
        elif isinstance(event, ViewKept) and not row.error:
            meta |= rows.view_meta(event)
    return list(meta.items()), deliveries
