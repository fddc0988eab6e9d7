"""Any other PBX's payload by a table in the configuration: paths and constants to the canonical fields."""

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final

import msgspec

from adapters.kinds import Problem
from adapters.pbx.webhook.body import ITEMS_MAX, Item, read_json
from adapters.pbx.webhook.canonical import Message, canonical
from adapters.pbx.webhook.times import TimeReader, time_reader
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.pbx.webhook.words import CAUSES, DIRECTIONS, EVENTS, squash

Where = str | list[str]
Constant = str | int | float | bool
_PATH: Final = re.compile(r"(\$\.)?[^.\[\]\s=$]+(\[\d+\])*(\.[^.\[\]\s]+(\[\d+\])*)*")
_STEP: Final = re.compile(r"[^.\[\]]+")
_FIELDS: Final = (
    *("id", "event", "call", "leg", "at", "from", "to", "name", "device", "agent"),
    *("trunk", "queue", "cause", "seq", "direction", "role", "to_leg", "same_call"),
)


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}, kw_only=True):
    """`[source.mapping]`. A path such as `data.call.id` or `legs[0].ext`; `$.…` starts at the whole body where `each`
    makes several events of it; `= word` is a constant; a list is tried in order until one holds something.
    """

    event: Where = ""
    call: Where = ""
    each: str = ""  # path of a list: one event for each of its elements
    when: dict[str, Constant | list[Constant]] = {}  # path → value, or values: what does not fit is passed by
    id: Where = ""
    leg: Where = ""
    at: Where = ""
    at_format: str = "auto"
    at_zone: str = ""  # "" = the source's
    from_: Where = ""
    to: Where = ""
    name: Where = ""
    device: Where = ""
    agent: Where = ""
    trunk: Where = ""
    queue: Where = ""
    cause: Where = ""
    seq: Where = ""
    direction: Where = ""
    role: Where = ""
    to_leg: Where = ""
    same_call: Where = ""
    events: dict[str, str] = {}  # the vendor's word → ours; "" = passed by
    causes: dict[str, str] = {}
    directions: dict[str, str] = {}


Find = Callable[[Any, Any], Any]  # (element, whole body) → what stands there, None for nothing


class Mapper:
    """The table, made ready once."""

    def __init__(self, mapping: Mapping, local: tzinfo) -> None:
        self._mapping = mapping
        self._finders = {name: finder(where) for name in _FIELDS if (where := _where(mapping, name))}
        self._each = finder(mapping.each) if mapping.each else None
        self._when = [(finder(path), _texts(value)) for path, value in mapping.when.items()]
        self._read_time: TimeReader = time_reader(mapping.at_format, local)

    def messages(self, body: Item) -> list[Message | Unreadable]:
        """What the table makes of one item; nothing where `when` or `events` pass it by."""
        elements: Any = [body]
        if self._each is not None:
            elements = self._each(body, body)
            if elements is None:
                elements = []
            elif not isinstance(elements, list) or len(elements) > ITEMS_MAX:
                cure = f"name a list of at most {ITEMS_MAX} in mapping.each"
                return [Unreadable("is not such a list", field=self._mapping.each, cure=cure)]
        read = (self._message(element, body) for element in elements)
        return [message for message in read if message is not None]

    def _message(self, element: Any, body: Item) -> Message | Unreadable | None:
        for find, wanted in self._when:
            if _text(find(element, body)) not in wanted:
                return None
        fields = {name: find(element, body) for name, find in self._finders.items()}
        event = _text(fields["event"])
        words = self._mapping.events
        if event in words:
            if not words[event]:
                return None
            fields["event"] = words[event]
        for name, table in (("cause", self._mapping.causes), ("direction", self._mapping.directions)):
            if name in fields:
                fields[name] = table.get(_text(fields[name]), fields[name])
        try:
            return canonical(fields, self._read_time)
        except Unreadable as error:
            where = _where(self._mapping, error.field) if error.field in _FIELDS else ""
            error.cure += f" (mapping.{error.field} = {where!r})" if where else ""
            return error.told()


def finder(where: Where) -> Find:
    """Raises ValueError for a path that is none."""
    if isinstance(where, list):
        finders = [finder(one) for one in where]
        if not finders:
            raise ValueError("an empty list finds nothing: name a path")
        return lambda element, body: next((v for f in finders if (v := f(element, body)) not in (None, "")), None)
    if where.startswith("="):
        constant = where[1:].strip()
        return lambda _element, _body: constant
    if not _PATH.fullmatch(where):
        raise ValueError(
            f"{where!r} is not a path: write one such as data.call.id or legs[0].ext, or a constant such as '= 801'"
        )
    from_body = where.startswith("$.")
    steps = _STEP.findall(where.removeprefix("$."))
    return lambda element, body: _walk(body if from_body else element, steps)


def _walk(value: Any, steps: list[str]) -> Any:
    """JSON within a text on the way is opened (Yeastar's `msg`)."""
    for step in steps:
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            try:
                value = read_json(value.encode("utf-8", "replace"))
            except Unreadable:
                return None
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 6:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def _where(mapping: Mapping, name: str) -> Where:
    found: Where = getattr(mapping, "from_" if name == "from" else name)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _texts(value: Constant | list[Constant]) -> set[str]:
    return {_text(one) for one in (value if isinstance(value, list) else [value])}


def check_mapping(mapping: Mapping, local: tzinfo) -> list[Problem]:
    """Each wrong key of the table with its cure."""
    problems = [*_check_paths(mapping), *_check_words(mapping)]
    try:
        time_reader(mapping.at_format, local)
    except ValueError as error:
        problems.append(Problem("mapping.at_format", mapping.at_format, str(error)))
    return problems


def _check_paths(mapping: Mapping) -> list[Problem]:
    problems = []
    for name in (*_FIELDS, "each"):
        where = _where(mapping, name)
        if where:
            try:
                finder(where)
            except ValueError as error:
                problems.append(Problem(f"mapping.{name}", str(where), str(error)))
        elif name in ("event", "call"):
            cure = "name the path where it stands, or a constant such as '= ringing'"
            problems.append(Problem(f"mapping.{name}", "", cure))
    problems += [
        Problem(f"mapping.when.{path}", path, "is not a path: write one such as data.type")
        for path in mapping.when
        if not _PATH.fullmatch(path)
    ]
    return problems


def _check_words(mapping: Mapping) -> list[Problem]:
    problems = []
    for name, table, known, extra in (
        ("events", mapping.events, EVENTS, ', or "" to pass it by'),
        ("directions", mapping.directions, DIRECTIONS, ""),
        ("causes", mapping.causes, CAUSES, ""),
    ):
        allowed = f"use one of {', '.join(sorted(set(known.values())))}{extra}"
        problems += [
            Problem(f"mapping.{name}.{vendors}", ours, allowed)
            for vendors, ours in table.items()
            if squash(ours) not in known and not (extra and not ours)
        ]
    return problems
