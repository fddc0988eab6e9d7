"""Any other PBX's payload by a table in the configuration: paths and constants to the canonical fields."""

from datetime import tzinfo
from typing import Any, Final, get_args

import msgspec

from adapters.kinds import Problem
from adapters.pbx.webhook.body import ITEMS_MAX, Item
from adapters.pbx.webhook.canonical import Message, canonical
from adapters.pbx.webhook.paths import Where, finder, is_path, text_at
from adapters.pbx.webhook.times import TimeReader, time_reader
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.pbx.webhook.words import CAUSES, DIRECTIONS, EVENTS, squash
from rules.events.call import Role

Constant = str | int | float | bool
_FIELDS: Final = (
    *("id", "event", "call", "leg", "at", "from", "to", "name", "device", "agent"),
    *("trunk", "queue", "cause", "seq", "direction", "role", "to_leg", "same_call"),
)
_ANY_OTHER: Final = "*"  # in `events`: whatever the table does not name
_NOTHING: Final = (None, "")
_NO_TIME: Final = (*_NOTHING, 0, "0")  # 0: it has not come to that yet (FreeSWITCH, Tencent)


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}, kw_only=True):
    """`[source.mapping]`. A path such as `data.call.id` or `legs[0].ext`; `$.…` starts at the whole body where `each`
    makes several events of it; `= word` is a constant; `{a}/{b}` joins several; `path ~ regex` takes a part; a list is
    tried in order until one holds something.
    """

    event: Where = ""
    call: Where = ""
    each: str = ""  # path of a list, or of an object of objects: one event for each of its elements
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
    events: dict[
        str, str | list[str]
    ] = {}  # the vendor's word, * for any other → ours, or several of ours; "" = passed by
    causes: dict[str, str] = {}
    directions: dict[str, str] = {}
    roles: dict[str, str] = {}


class Mapper:
    """The table, made ready once."""

    def __init__(self, mapping: Mapping, local: tzinfo) -> None:
        self._mapping = mapping
        self._finders = {name: finder(where) for name in _FIELDS if (where := _where(mapping, name))}
        if mapping.at:
            self._finders["at"] = finder(mapping.at if isinstance(mapping.at, list) else [mapping.at], _NO_TIME)
        tables = (("cause", mapping.causes), ("direction", mapping.directions), ("role", mapping.roles))
        self._tables = [(name, table) for name, table in tables if table]
        self._each = finder(mapping.each) if mapping.each else None
        self._when = [(finder(path), _texts(value)) for path, value in mapping.when.items()]
        self._read_time: TimeReader = time_reader(mapping.at_format, local)

    def messages(self, body: Item) -> list[Message | Unreadable]:
        """What the table makes of one item; nothing where `when` or `events` pass it by."""
        elements: Any = [body]
        if self._each is not None:
            elements = self._each(body, body) or []
            if isinstance(elements, dict):  # by id; or one alone, as what was XML has it
                members = list(elements.values())
                elements = members if all(isinstance(one, dict) for one in members) else [elements]
            if not isinstance(elements, list) or len(elements) > ITEMS_MAX:
                cure = f"name a list of at most {ITEMS_MAX} in mapping.each"
                return [Unreadable("is not such a list", field=self._mapping.each, cure=cure)]
        return [message for element in elements for message in self._of_element(element, body)]

    def _of_element(self, element: Any, body: Item) -> list[Message | Unreadable]:
        for find, wanted in self._when:
            if text_at(find(element, body)) not in wanted:
                return []
        fields = {name: find(element, body) for name, find in self._finders.items()}
        for name, table in self._tables:
            if name in fields:
                fields[name] = table.get(text_at(fields[name]), fields[name])
        words = self._mapping.events
        ours = words.get(text_at(fields["event"]), words.get(_ANY_OTHER))
        if ours is None:
            return [self._message(fields)]
        events = ours if isinstance(ours, list) else [ours]
        return [self._message({**fields, "event": event}) for event in events if event]

    def _message(self, fields: Item) -> Message | Unreadable:
        try:
            return canonical(fields, self._read_time)
        except Unreadable as error:
            where = _where(self._mapping, error.field) if error.field in _FIELDS else ""
            error.cure += f" (mapping.{error.field} = {where!r})" if where else ""
            return error.told()


def _where(mapping: Mapping, name: str) -> Where:
    found: Where = getattr(mapping, "from_" if name == "from" else name)
    return found


def _texts(value: Constant | list[Constant]) -> set[str]:
    return {text_at(one) for one in (value if isinstance(value, list) else [value])}


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
        if not is_path(path)
    ]
    return problems


def _check_words(mapping: Mapping) -> list[Problem]:
    problems = []
    roles = {role: role for role in get_args(Role)}
    for name, table, known, extra in (
        ("events", mapping.events, EVENTS, ', or "" to pass it by'),
        ("directions", mapping.directions, DIRECTIONS, ""),
        ("causes", mapping.causes, CAUSES, ""),
        ("roles", mapping.roles, roles, ""),
    ):
        allowed = f"use one of {', '.join(sorted(set(known.values()) - {''}))}{extra}"
        problems += [
            Problem(f"mapping.{name}.{vendors}", told, allowed)
            for vendors, ours in table.items()
            for told in (ours if isinstance(ours, list) else [ours])
            if squash(told) not in known and not (extra and not told)
        ]
    return problems
