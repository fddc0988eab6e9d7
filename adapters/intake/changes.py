"""A batch as its transaction: the rows that it writes, statement by statement."""

from adapters.intake import rows
from adapters.intake_writer.messages import Change, Commit
from adapters.ports import Batch
from rules.events import ClockAnchored, DeliveriesSettled, DeliverySettled, RulesTaken, ViewKept, settlements

_TELLING = frozenset({DeliverySettled, DeliveriesSettled, RulesTaken, ClockAnchored, ViewKept})  # more than of calls


def commit_of(batch: Batch, place: str = "") -> Commit:
    """`place`: how the database tells this store from a copy of it."""
    seq = batch.journal[-1].entry.seq
    meta, deliveries = _told(batch, place)
    changes: list[Change] = [
        ("journal", list(map(rows.journal_row, batch.journal))),
        ("live_incident", [rows.live_row(i) for i in batch.incidents.values() if i.id not in batch.forgotten]),
        ("incident", list(map(rows.incident_row, batch.incidents.values()))),
        ("obligation", list(map(rows.obligation_row, batch.obligations.values()))),
        ("alert", list(map(rows.alert_row, batch.alerts.values()))),
        ("outbox", [(s.alert, s.notifier, seq, n, "pending", 0, "", None) for n, s in enumerate(batch.sends)]),
        ("delivery", deliveries),
        ("note", list(map(rows.note_row, batch.notes))),
        ("source", list(map(rows.source_row, batch.sources.values()))),
        ("radio_live", [*map(rows.channel_row, batch.channels.values()), *map(rows.unit_row, batch.units.values())]),
        ("quiet_live", list(map(rows.quiet_row, batch.quiet.values()))),
        ("meta", meta),
        ("forget", [(id_,) for id_ in batch.forgotten]),
        ("settle", [(id_,) for id_ in batch.settled]),
        ("drop_radio", [(rows.CHANNEL + name,) for name in batch.channels_gone]),
        ("drop_radio", [(rows.UNIT + name,) for name in batch.units_gone]),
        ("drop_quiet", [(key,) for key in batch.quiet_gone]),
    ]
    return Commit([change for change in changes if change[1]], after=batch.journal[0].entry.seq - 1, last=seq)


def _told(batch: Batch, place: str) -> tuple[list[rows.Row], list[rows.Row]]:
    """What entries themselves say of `meta` and of the outbox."""
    meta = {"last_id": str(batch.last_id), "last_number": batch.last_number}
    if batch.duty is not None:
        meta["duty"] = rows.duty_json(batch.duty)
    deliveries: list[rows.Row] = []
    for row in batch.journal:
        event = row.entry.event
        if type(event) not in _TELLING:
            continue
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
