"""Structs for the store's tests: plain ones by hand, and any that a struct's types allow, by hypothesis."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from adapters.ports import Batch, JournalRow
from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Note, Send
from rules.events import Delivered, Entry, Event
from rules.incidents import Call, Incident, SourceStatus
from rules.obligations import Obligation
from rules.quiet import Quiet

START_US = 1_763_700_000_000_000
T = TypeVar("T")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def journalled(
    seq: int, event: Event | None = None, *, key: bytes | None = None, raw: bytes | None = None, incident: int = 0
) -> JournalRow:
    event = event or Delivered(source="main", call=f"call-{seq}")
    return JournalRow(Entry(seq=seq, at_us=START_US + seq, event=event), key, raw, incident, "")


def key_of(number: int) -> bytes:
    return hashlib.blake2b(b"%d" % number, digest_size=16).digest()


def incident_of(id_: int, **facts: Any) -> Incident:
    known: dict[str, Any] = {
        "number": f"20261121-{id_:04d}",
        "site": "riverside",
        "call": Call(source="main", ids=[f"call-{id_}"]),
        "opened_us": START_US + id_,
    }
    return Incident(id=id_, **(known | facts))


def obligation_of(id_: int, incident: int, **facts: Any) -> Obligation:
    known: dict[str, Any] = {"rule": "three_rings", "opened_us": START_US, "due_us": START_US + 15_000_000}
    return Obligation(id=id_, incident=incident, **(known | facts))


def alert_of(id_: str, **facts: Any) -> Alert:
    known: dict[str, Any] = {
        "key": f"key-{id_}",
        "site": "riverside",
        "rule": "three_rings",
        "kind": "breach",
        "severity": "critical",
        "opened_us": START_US,
        "due_us": START_US + 15_000_000,
        "raised_us": START_US + 15_000_000,
    }
    return Alert(id=id_, **(known | facts))


def batch_of(
    journal: list[JournalRow],
    *,
    incidents: Iterable[Incident] = (),
    obligations: Iterable[Obligation] = (),
    alerts: Iterable[Alert] = (),
    sends: Iterable[Send] = (),
    notes: Iterable[Note] = (),
    sources: Iterable[SourceStatus] = (),
    forgotten: Iterable[int] = (),
    settled: Iterable[str] = (),
    last_id: int = 0,
    channels: Iterable[Channel] = (),
    units: Iterable[UnitStatus] = (),
    channels_gone: Iterable[str] = (),
    units_gone: Iterable[str] = (),
    quiet: Iterable[Quiet] = (),
    quiet_gone: Iterable[str] = (),
) -> Batch:
    return Batch(
        journal=journal,
        incidents={i.id: i for i in incidents},
        obligations={o.id: o for o in obligations},
        alerts={a.id: a for a in alerts},
        sends=list(sends),
        notes=list(notes),
        sources={s.name: s for s in sources},
        forgotten=set(forgotten),
        settled=set(settled),
        last_id=last_id,
        channels={c.name: c for c in channels},
        units={u.unit: u for u in units},
        channels_gone=set(channels_gone),
        units_gone=set(units_gone),
        quiet={q.key: q for q in quiet},
        quiet_gone=set(quiet_gone),
    )


def any_of(kind: type[T], **fixed: Any) -> st.SearchStrategy[T]:
    """Any struct of this kind that its types allow; `fixed` fields by a value or a strategy."""
    given = {
        field.name: fixed[field.name] if field.name in fixed else _values(field.type, field.name)
        for field in msgspec.structs.fields(kind)  # type: ignore[arg-type]  # a struct's class; T cannot say so
    }
    return st.builds(kind, **{name: v if isinstance(v, st.SearchStrategy) else st.just(v) for name, v in given.items()})


@cache
def _values(kind: Any, name: str) -> st.SearchStrategy[Any]:
    if kind is int:
        return st.integers(0, 2**53) if name.endswith(("_us", "_by", "seq")) else st.integers(0, 2**15 - 1)
    if kind is str:
        return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
    if kind is float:
        return st.floats(0, 1e6).map(lambda value: round(value, 6))
    if kind is bool:
        return st.booleans()
    if kind is datetime:
        return st.datetimes()
    if kind is date:
        return st.dates()
    if kind is NoneType:
        return st.none()
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in {Union, UnionType}:
        return st.one_of(*(_values(part, name) for part in parts))
    if origin is list or (origin is tuple and parts[1:] == (...,)):
        return st.lists(_values(parts[0], name), max_size=3).map(origin)
    if origin is dict:
        return st.dictionaries(_values(parts[0], name), _values(parts[1], name), max_size=3)
    if issubclass(kind, tuple):  # a NamedTuple
        return st.builds(kind, **{n: _values(t, n) for n, t in kind.__annotations__.items()})
    return any_of(kind)
