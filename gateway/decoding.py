"""`hotline-gateway decode`: what the gateway makes of a recorded payload or stream, and what the rules would say."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from adapters.errors import GatewayError
from adapters.notify.texts import texts
from adapters.pbx import asterisk, webhook
from gateway.config import ConfiguredSource
from gateway.judging import Judge
from gateway.logs import escaped
from rules.events import CallEvent, Event, Unparsed
from rules.moments import SECOND_US, rfc3339
from rules.settings import RuleSet

_AFTERWARDS_US = 2 * 3600 * SECOND_US  # so long the rules may go on after the last event
_SHOWN = ("source_seq", "direction", "role", "leg", "caller", "called", "device", "agent", "trunk", "queue", "cause")
_GZIP = b"\x1f\x8b"


class Decoded(NamedTuple):
    events: list[Event]
    remarks: list[str]


def decode(data: bytes, source: ConfiguredSource | None, content_type: str, query: str, zone: str) -> Decoded:
    """Without a source the kind is guessed from the bytes, and nothing but the kind's defaults is known."""
    if not data.strip() and not query:
        raise GatewayError("the file is empty: record a request's body, or a stream of manager events, into it")
    settings: Any = source.settings if source is not None else _guess(data)
    if isinstance(settings, asterisk.Settings):
        return Decoded(*asterisk.decode_recording(settings, data))
    decoded = Decoded([], [])
    for body in _bodies(data):
        kind = content_type or _content_type(body)
        headers = {"Content-Encoding": "gzip"} if body.startswith(_GZIP) else {}
        events, remarks = webhook.decode_sample(settings, kind, query, headers, body, default_zone=zone)
        decoded.events.extend(events)
        decoded.remarks.extend(remarks)
    return decoded


def show_events(console: Console, decoded: Decoded) -> None:
    table = Table("#", "at (UTC)", "event", "call", "what it says", title=f"{len(decoded.events)} events")
    for place, event in enumerate(decoded.events, 1):
        table.add_row(str(place), *(escaped(cell) for cell in _row(event)), style=_style(event))
    console.print(table)
    for remark in decoded.remarks:
        console.print(f"• {escaped(remark)}", markup=False, highlight=False)


def show_judgement(console: Console, events: Sequence[Event], rules: RuleSet) -> None:
    """Alerts in their order, then each call with its verdicts. Times are the source's own."""
    judge = Judge(rules)
    at_us = next((moment for event in events if (moment := _occurred(event))), 0)
    for event in events:
        at_us = max(at_us, _occurred(event) or at_us)
        judge.enter(event, at_us)
    judge.pass_time(at_us + _AFTERWARDS_US)
    alerts = Table("raised (UTC)", "kind", "rule", "text", title=f"{len(judge.alerts)} alerts under {rules.version}")
    for alert in judge.alerts:
        words = texts(alert)
        alerts.add_row(rfc3339(alert.raised_us), alert.kind, alert.rule, escaped(f"{words.zh}\n{words.en}"))
    console.print(alerts)
    verdicts = Table("incident", "from", "outcome", "rule", "verdict", "ring", "seconds", title="Verdicts")
    for incident in judge.incidents.values():
        head = [incident.number, escaped(incident.caller), incident.outcome]
        for owed in judge.verdicts(incident.id):
            verdicts.add_row(*head, owed.rule, owed.state, _text(owed.ring), _text(owed.seconds))
    console.print(verdicts)


def as_json_lines(decoded: Decoded) -> Iterable[str]:
    for event in decoded.events:
        yield msgspec.json.encode(event).decode()


def _guess(data: bytes) -> Any:
    if data.startswith(b"Asterisk Call Manager") or b"\nEvent: " in b"\n" + data or b"\nResponse: " in b"\n" + data:
        return asterisk.Settings(name="sample", kind="asterisk-ami", host="recorded", username="recorded")
    return webhook.Settings(name="sample", kind="pbx-webhook", allow_unsigned=True)


def _bodies(data: bytes) -> list[bytes]:
    """One request's body; or several, one a line, each of them JSON."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith(b"{") and _is_json(line) for line in lines):
        return lines
    return [data]


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _content_type(body: bytes) -> str:
    if body.startswith(_GZIP) or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return "application/json"
    return "application/x-www-form-urlencoded"


def _occurred(event: Event) -> int | None:
    return event.occurred_us if isinstance(event, CallEvent) else None


def _row(event: Event) -> tuple[str, str, str, str]:
    name = type(event).__name__
    if isinstance(event, Unparsed):
        return "", name, event.call, event.reason
    if not isinstance(event, CallEvent):
        return "", name, "", msgspec.json.encode(event).decode()
    at = "" if event.occurred_us is None else rfc3339(event.occurred_us)
    said = [f"{key}={value}" for key in _SHOWN if (value := getattr(event, key)) not in ("", None)]
    return at, name, event.call, " ".join(said + (["uncertain"] if event.uncertain else []))


def _style(event: Event) -> str:
    return "red" if isinstance(event, Unparsed) else ""


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
