"""Whom the alerts of one record were told to, and what became of each: pending, delivered or failed, and why."""

from sqlalchemy import select, text

from adapters.intake import rows
from adapters.intake.documents import Document
from adapters.intake.loading import Ask
from adapters.intake.schema import alert, incident, outbox
from adapters.notify.message import document
from rules.moments import rfc3339


def tellings(ask: Ask, number: str) -> list[Document]:
    """The alerts in the order in which they were raised, each with its `receivers`."""
    found = ask(select(incident.c.id).where(incident.c.number == number))
    if not found:
        return []
    mine = ask(select(alert).where(alert.c.incident == found[0][0], text("incident > 0")))
    alerts = sorted((rows.alert_from_body(row[-1]) for row in mine), key=lambda one: (one.raised_us, one.id))
    receivers: dict[str, list[Document]] = {one.id: [] for one in alerts}
    sent = select(outbox).where(outbox.c.alert.in_(list(receivers))).order_by(outbox.c.seq, outbox.c.place)
    for name, target, _, _, state, attempts, reason, settled_us in ask(sent):
        settled_at = None if settled_us is None else rfc3339(settled_us)
        receivers[name].append(
            {"target": target, "state": state, "attempts": attempts, "reason": reason, "settled_at": settled_at}
        )
    return [document(one) | {"receivers": receivers[one.id]} for one in alerts]
