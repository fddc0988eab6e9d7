"""An alert as the world sees it: the documented JSON of docs/schemas/alert.json.

`told` is what notifiers send: facts that never change, so that every try of one key says the same.
`document` is what the API, the board and the stream show: the same, and what became of the alert since.
"""

from typing import Any

from adapters.notify.texts import texts
from rules.effects import Alert, ReceiverState
from rules.moments import SECOND_US, rfc3339
from rules.people import Person


def told(alert: Alert, to: Person | None = None, address: str = "", link: str = "") -> dict[str, Any]:
    """`to`: the one person that it is meant for, at `address` of the notifier; None: whoever is behind the notifier.
    `link`: by which it can be acknowledged.
    """
    return {
        "id": alert.id,
        "key": key_for(alert, to),
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
        "count": alert.count,
        "waiting": alert.waiting,
        "tied_to": alert.tied_to,
        "about": alert.about,
        "to": None if to is None else {"id": to.id, "name": to.name, "number": to.number, "address": address},
        "acknowledge_url": link,
        "text": texts(alert)._asdict(),
    }


def key_for(alert: Alert, to: Person | None) -> str:
    """The idempotency key of one delivery: two people behind one notifier are two."""
    return alert.key if to is None else f"{alert.key}/{to.id}"


def document(alert: Alert) -> dict[str, Any]:
    raised, manner = alert.state == "raised", alert.manner
    return told(alert) | {
        "state": alert.state,
        "acknowledged_at": _moment(alert.acknowledged_us),
        "silenced": alert.silenced,
        "acknowledged_by": alert.acknowledged_by,
        "notified": dict(alert.notified),
        "receivers": receivers(alert),
        "acknowledge": alert.acknowledge,
        "missing": list(alert.owing) if raised else [],
        "acknowledgements": [
            {"by": one.by, "person": one.person, "at": rfc3339(one.at_us), "channel": one.channel, "said": one.said}
            for one in alert.acknowledgements
        ],
        "act_by": _moment(alert.act_us),
        "done_by": alert.done_by,
        "handed_over": alert.handed
        and {
            "by": alert.handed.by,
            "to": alert.handed.to,
            "at": rfc3339(alert.handed.at_us),
            "note": alert.handed.note,
        },
        "snoozed_until": _moment(alert.snoozed_us) if raised else None,
        "snoozed_by": alert.snoozed_by,
        "snoozes_left": max(0, manner.snoozes_max - alert.snoozes) if manner and _may_wait(alert) else 0,
        "snooze_max_s": manner.snooze_max_us / SECOND_US if manner and _may_wait(alert) else 0,
        "on_it_max_s": manner.on_it_max_us / SECOND_US if manner else 0,
    }


def receivers(alert: Alert) -> list[dict[str, Any]]:
    """How far it has come with each. `to`: a person's id; "" is whoever is behind the notifier; or a role unreached."""
    targets = dict.fromkeys((*alert.notifiers, *alert.fates))
    found = [_receiver(*_fate(alert, target), target) for target in targets]
    nobody = [
        {"to": name, "notifier": "", "state": "nobody", "at": rfc3339(alert.raised_us), "error": ""}
        for name in alert.unreached
    ]
    return found + nobody


def _fate(alert: Alert, target: str) -> tuple[ReceiverState, int, str]:
    fate = alert.fates.get(target)
    if fate is not None:
        return fate.state, fate.at_us, fate.error
    settled = alert.notified.get(target)  # of an alert that is older than fates
    return ("queued" if settled is None else "delivered" if settled else "failed"), alert.raised_us, ""


def _receiver(state: ReceiverState, at_us: int, error: str, target: str) -> dict[str, Any]:
    notifier, _, to = target.partition("/")
    return {"to": to, "notifier": notifier, "state": state, "at": rfc3339(at_us), "error": error}


def _may_wait(alert: Alert) -> bool:
    return alert.state == "raised" and alert.severity != "emergency"


def _moment(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)
