"""What `hotline-gateway decode` found, shown: as a table, as JSON lines, and as the rules would judge it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Column, Table

from adapters.errors import GatewayError
from adapters.notify.texts import texts
from adapters.shown_bytes import raw_text
from gateway.decoding import Decoded, Read
from gateway.judging import Judge
from gateway.logs import escaped
from rules.events import CallEvent, Event, RadioEvent, Unparsed
from rules.moments import SECOND_US, rfc3339
from rules.settings import RuleSet

_AFTERWARDS_US = 2 * 3600 * SECOND_US  # so long the rules may go on after the last event
_APART_MAX_US = 86_400 * SECOND_US  # a call on hold is asked after every half minute: a day of it takes seconds
_LATEST_US = 253_370_764_800 * SECOND_US  # the last year of all is also what systems write for "never"
_SHOWN = ("source_seq", "direction", "role", "leg", "caller", "called", "device", "agent", "trunk", "queue", "cause")
_OF_EVERY_RADIO_EVENT = frozenset(field.name for field in msgspec.structs.fields(RadioEvent))
_YES_OR_NO = ("on", "ok", "active", "present")  # a no says as much as a yes
_NOT_SHOWN = ("source", "occurred_us")
_LONG = frozenset({"call or unit", "what it says", "text", "from"})


def show_events(console: Console, decoded: Decoded) -> None:
    title = _counted(len(decoded.read), "event")
    table = Table(*_whole("#", "at (UTC)", "event", "call or unit", "what it says"), title=title)
    for place, event in enumerate(decoded.events, 1):
        table.add_row(str(place), *(escaped(cell) for cell in _row(event)), style=_style(event))
    console.print(table)
    for remark in decoded.remarks:
        console.print(f"• {escaped(remark)}")


def show_judgement(console: Console, events: Sequence[Event], rules: RuleSet) -> None:
    """Alerts in their order, then each call with its verdicts. Times are the source's own. Raises GatewayError."""
    judge = Judge(rules)
    at_us = 0
    for event, at_us in zip(events, _moments(events), strict=True):
        judge.enter(event, at_us)
    judge.pass_time(at_us + _AFTERWARDS_US)
    title = f"{_counted(len(judge.alerts), 'alert')} under {rules.version}"
    alerts = Table(*_whole("raised (UTC)", "kind", "rule", "text"), title=title)
    for alert in judge.alerts.values():
        words = texts(alert)
        alerts.add_row(rfc3339(alert.raised_us), alert.kind, alert.rule, f"{escaped(words.zh)}\n{escaped(words.en)}")
    console.print(alerts)
    verdicts = Table(*_whole("incident", "from", "outcome", "rule", "verdict", "ring", "seconds"), title="Verdicts")
    for incident in judge.incidents.values():
        head = [incident.number, escaped(incident.caller), incident.outcome]
        for owed in judge.verdicts(incident.id):
            verdicts.add_row(*head, owed.rule, owed.state, _text(owed.ring), _text(owed.seconds))
    console.print(verdicts)


def _whole(*headers: str) -> list[Column]:
    """Nothing is cut where the terminal is narrow: what is long goes on in the next line."""
    return [Column(header, no_wrap=header not in _LONG, overflow="fold") for header in headers]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def as_json_lines(decoded: Decoded) -> Iterator[str]:
    """The events alone, as the journal keeps them."""
    for event in decoded.events:
        yield msgspec.json.encode(event).decode()


def as_lines_with_bytes(decoded: Decoded) -> Iterator[str]:
    """Each event as one flat object with "type" first and "raw" last."""
    for one in decoded.read:
        yield json.dumps(_flat(one), ensure_ascii=False)


def _flat(one: Read) -> dict[str, Any]:
    """What an event leaves open is left out."""
    event = one.event
    told: dict[str, Any] = {"type": type(event).__name__}
    if isinstance(event, RadioEvent):
        said = ((name, getattr(event, name)) for name in event.__struct_fields__)
        told |= {name: value for name, value in said if value or name in _YES_OR_NO}
    else:
        told |= msgspec.to_builtins(event)
    occurred_us = told.get("occurred_us")
    for name in _NOT_SHOWN:
        told.pop(name, None)
    if occurred_us is not None:
        told["occurred_at"] = rfc3339(occurred_us)
    return told | {"raw": raw_text(one.raw)}


def _occurred(event: Event) -> int | None:
    return event.occurred_us if isinstance(event, CallEvent | RadioEvent) else None


def _moments(events: Sequence[Event]) -> list[int]:
    """When each is judged: by its own time, and never before the one ahead of it. Raises GatewayError."""
    at_us = next((moment for event in events if (moment := _occurred(event))), 0)
    moments: list[int] = []
    for event in events:
        then_us, at_us = at_us, max(at_us, _occurred(event) or at_us)
        if at_us >= _LATEST_US:
            raise GatewayError(f"nothing is judged so late as {rfc3339(at_us)}: look without --judge")
        if at_us - then_us > _APART_MAX_US:
            apart = f"{rfc3339(then_us)} and {rfc3339(at_us)} are more than a day apart"
            raise GatewayError(f"{apart}: judge what lies before and behind by files of their own")
        moments.append(at_us)
    return moments


def _row(event: Event) -> tuple[str, str, str, str]:
    name = type(event).__name__
    if isinstance(event, Unparsed):
        return "", name, event.call, event.reason
    at = "" if (occurred_us := _occurred(event)) is None else rfc3339(occurred_us)
    if isinstance(event, RadioEvent):
        own = [f for f in event.__struct_fields__ if f not in _OF_EVERY_RADIO_EVENT or f in {"called", "id"}]
        return at, name, event.unit, " ".join(f"{key}={value}" for key in own if (value := getattr(event, key)) != "")
    if not isinstance(event, CallEvent):
        return "", name, "", msgspec.json.encode(event).decode()
    said = [f"{key}={value}" for key in _SHOWN if (value := getattr(event, key)) not in ("", None)]
    return at, name, event.call, " ".join(said + (["uncertain"] if event.uncertain else []))


def _style(event: Event) -> str:
    return "red" if isinstance(event, Unparsed) else ""


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
