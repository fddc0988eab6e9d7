"""What a restart reads: all that is open, and nothing of the history."""

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from adapters.intake import rows, schema
from adapters.ports import LiveState
from rules.effects import Send

_PACKED = {"sqlite": "group_concat(hex(key), '')", "postgresql": "string_agg(encode(key, 'hex'), '')"}
_KEYS_AT_ONCE = 2048  # a millisecond's work for who takes them

Ask = Callable[[ClauseElement], list[Sequence[Any]]]


def load(ask: Ask, place_query: str) -> LiveState:
    with _collector_at_rest():
        return _load(ask, place_query)


def _load(ask: Ask, place_query: str) -> LiveState:
    place = str(ask(text(place_query))[0][0])
    last = ask(text("SELECT seq, at_us FROM journal ORDER BY seq DESC LIMIT 1")) or [(0, 0)]
    meta = {str(name): str(value) for name, value in ask(text("SELECT name, value FROM meta"))}
    number = ask(text("SELECT number FROM incident ORDER BY id DESC LIMIT 1"))  # where `meta` does not know it yet
    pending = ask(text("SELECT alert, notifier FROM outbox WHERE state = 'pending' ORDER BY seq, place"))
    channels, units = rows.radio_from_rows(ask(text("SELECT key, body FROM radio_live")))
    return LiveState(
        seq=last[0][0],
        at_us=last[0][1],
        last_id=int(meta.get("last_id", 0)),
        incidents=[rows.live_from_body(body) for (body,) in ask(text("SELECT body FROM live_incident ORDER BY id"))],
        alerts=[rows.alert_from_body(body) for (body,) in ask(text("SELECT body FROM alert WHERE live"))],
        sources=[rows.source_from_body(body) for (body,) in ask(text("SELECT body FROM source ORDER BY name"))],
        pending=[Send(alert, notifier) for alert, notifier in pending],
        rules=meta["rules"].encode() if "rules" in meta else None,
        last_number=meta.get("last_number") or (number[0][0] if number else ""),
        channels=channels,
        units=units,
        quiet=[rows.quiet_from_body(body) for (body,) in ask(text("SELECT body FROM quiet_live ORDER BY key"))],
        anchor_us=int(meta["anchor_us"]) if "anchor_us" in meta else None,
        views=rows.views_of(meta),
        duty=rows.duty_from_json(meta.get("duty", "[]")),
        place=place,
        restored=meta.get("place", place) != place,
    )


def keys(ask: Ask, dialect: Dialect, after: bytes) -> bytes:
    """As one row: each further one would wait for the interpreter lock anew, beside a loop that is busy."""
    key = schema.journal.c.key
    some = select(key).where(key > after).order_by(key).limit(_KEYS_AT_ONCE).subquery("some")
    found = ask(select(text(_PACKED[dialect.name])).select_from(some))
    return bytes.fromhex(found[0][0] or "")


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """The garbage collector would walk the growing state again and again: 100,000 incidents took five times as long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
