"""An alert as the world sees it: the documented JSON of docs/schemas/alert.json.

`told` is what notifiers send: facts that never change, so that every try of one key says the same.
`document` is what the API, the board and the stream show: the same, and what became of the alert since.
"""

from typing import Any

from adapters.notify.texts import texts
from rules.effects import Alert
from rules.moments import rfc3339
from rules.people import Person


def told(alert: Alert, to: Person | None = None, address: str = "", link: str = "") -> dict[str, Any]:
    """`to`: the one person that it is meant for, at `address` of the notifier; None: whoever is behind the notifier.
    `link`: by which it can be acknowledged.
    """
    return {
        "id": alert.id,
        "key": alert.key,
        "site": alert.site,
        "rule": alert.rule,
        "kind": alert.kind,
        "severity": alert.severity,
        "incident": alert.incident,
        "call": alert.call,
        "source": alert.source,
        "source_call": alert.source_call,
        "from": alert.caller,
        "line": alert.line,
        "device": alert.device,
        "ring": alert.ring,
        "unit": alert.unit,
        "unit_name": alert.unit_name,
        "channel": alert.channel,
        "calls": alert.calls,
        "seconds": alert.seconds,
        "opened_at": rfc3339(alert.opened_us),
        "due_at": rfc3339(alert.due_us),
        "raised_at": rfc3339(alert.raised_us),
        "late": alert.late,
        "certain": alert.certain,
        "reason": alert.reason,
        "clears": list(alert.clears),
        "to": None if to is None else {"id": to.id, "name": to.name, "number": to.number, "address": address},
        "acknowledge_url": link,
        "text": texts(alert)._asdict(),
    }


def document(alert: Alert) -> dict[str, Any]:
    return told(alert) | {
        "state": alert.state,
        "acknowledged_at": None if alert.acknowledged_us is None else rfc3339(alert.acknowledged_us),
        "acknowledged_by": alert.acknowledged_by,
        "notified": dict(alert.notified),
    }
