"""Reads one TOML table into a settings struct: strict, and every mistake is listed with its key, value and cure."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from adapters.kinds import Problem

SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)

_SECRET_WORD = re.compile(r"secret|password|passwd|token|api_key", re.IGNORECASE)
_NAMES_A_PLACE = ("_file", "_env")
_URL_PASSWORD = re.compile(r"(?P<head>(?<![a-z0-9+.-])[a-z0-9+.-]++://[^/@:\s]*:)[^@/\s]*@", re.IGNORECASE)
_SHOWN_MAX = 80
_PLAIN_TYPES = {
    msgspec.inspect.StrType: "a text in quotes",
    msgspec.inspect.IntType: "a whole number",
    msgspec.inspect.FloatType: "a number",
    msgspec.inspect.BoolType: "true or false",
    msgspec.inspect.DateType: "a date, as 2026-12-31",
    msgspec.inspect.DateTimeType: "a moment, as 2026-12-31T22:00:00",
}


def is_secret(key: str) -> bool:
    """Whether a key of this name holds a secret itself, and not the place of one."""
    return bool(_SECRET_WORD.search(key)) and not key.endswith(_NAMES_A_PLACE)


def shown(key: str, value: object) -> str:
    """The value as the user wrote it, short, with every secret hidden."""
    text = shown_whole(key, value)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"


def shown_whole(key: str, value: object) -> str:
    """However long it is."""
    if is_secret(key.rsplit(".", 1)[-1]):
        return "(hidden)"
    return _URL_PASSWORD.sub(r"\g<head>***@", json.dumps(value, ensure_ascii=False, default=str))


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"? ` where something known looks like `word`, else ""."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"? ' if close else ""


def read_table(settings: type[SettingsT], table: Any, where: str, problems: list[Problem]) -> SettingsT | None:
    """The struct that `table` spells; its mistakes are added to `problems`.

    A wrong value is replaced by its default, so that what stands beside it is checked too; None where there is none.
    """
    if not isinstance(table, Mapping):
        problems.append(Problem(where, shown(where, table), f"must be a table: write [{where}] on a line of its own"))
        return None
    fields = {field.encode_name: field for field in msgspec.structs.fields(settings)}
    problems += [
        Problem(f"{where}.{key}", shown(key, value), _unknown_key_cure(key, fields))
        for key, value in table.items()
        if key not in fields
    ]
    values = {}
    for key, field in fields.items():
        if key in table:
            value = _read_value(field.type, table[key], f"{where}.{key}", problems)
            if value is not None:
                values[field.name] = value
        elif field.required:
            problems.append(Problem(f"{where}.{key}", "(missing)", f"add {key} = … ({type_words(field.type)})"))
    if any(field.required and field.name not in values for field in fields.values()):
        return None
    return settings(**values)


def type_words(wanted: Any) -> str:
    """A type, in words for people: `a whole number`, `one of "a", "b"`."""
    return _words(msgspec.inspect.type_info(wanted))


def _words(kind: msgspec.inspect.Type) -> str:
    if plain := _PLAIN_TYPES.get(type(kind)):
        return plain
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            return "one of " + ", ".join(json.dumps(value) for value in values)
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(_words(one) for one in types if not isinstance(one, msgspec.inspect.NoneType))
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return f"a list, each {_words(item)}"
        case msgspec.inspect.StructType() | msgspec.inspect.DictType():
            return "a table"
        case _:
            return "a value of another kind"


def _unknown_key_cure(key: str, fields: Mapping[str, Any]) -> str:
    if is_secret(key):
        place = next((name for name in fields if name.endswith("_file") and _SECRET_WORD.search(name)), "secret_file")
        return f"a secret does not belong in this file: put it into a file of its own and name that by {place}"
    return "unknown key: " + (nearest(key, fields).rstrip() or f"known here: {', '.join(sorted(fields))}")


def _read_value(wanted: Any, value: Any, where: str, problems: list[Problem]) -> Any:
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return read_table(wanted, value, where, problems)
    row = get_args(wanted)[0] if get_origin(wanted) is tuple else None
    if isinstance(row, type) and issubclass(row, msgspec.Struct) and isinstance(value, list):
        rows = [read_table(row, one, f"{where}.{place}", problems) for place, one in enumerate(value, 1)]
        return None if None in rows else tuple(rows)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        problems.append(Problem(where, shown(where, value), _wrong_value_cure(wanted, value, error)))
        return None


def _wrong_value_cure(wanted: Any, value: Any, error: msgspec.ValidationError) -> str:
    kind = msgspec.inspect.type_info(wanted)
    literals = [
        str(word)
        for one in getattr(kind, "types", (getattr(kind, "item_type", kind),))
        if isinstance(one, msgspec.inspect.LiteralType)
        for word in one.values
    ]
    hint = nearest(value, literals) if isinstance(value, str) else ""
    inside = f" ({str(error).removesuffix('`').replace('`', '')})" if "$" in str(error) else ""
    return f"{hint}must be {_words(kind)}{inside}"
