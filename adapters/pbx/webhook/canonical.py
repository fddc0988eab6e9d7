"""One item in our own words, or in a spelling of them, to a `Message`: checked, typed, nothing guessed."""

from typing import Any, Final, get_args

import msgspec

from adapters.pbx.webhook.body import Item
from adapters.pbx.webhook.times import TimeReader
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.pbx.webhook.words import (
    DIRECTIONS,
    EVENT_CAUSES,
    EVENT_WORDS,
    EVENTS,
    FIELD_NAMES,
    FIELDS,
    cause_of,
    squash,
)
from rules.events.call import Cause, Direction, Role

CALL_CHARS_MAX: Final = 128
TEXT_CHARS_MAX: Final = 256
SAME_CALL_MAX: Final = 16
_SEQ_MAX: Final = 2**63 - 1
_WITH_CAUSE: Final = frozenset({"failed", "cleared"})  # their own words may tell it
_ROLES: Final = frozenset(get_args(Role))
_ALLOWED: Final = ", ".join(EVENT_WORDS)


class Message(msgspec.Struct, frozen=True, rename={"caller": "from", "called": "to"}):
    """The canonical event of the documentation, with closed words for what is closed."""

    event: str
    call: str
    id: str = ""
    leg: str = ""
    at_us: int | None = None
    caller: str = ""
    called: str = ""
    name: str = ""
    device: str = ""
    agent: str = ""
    trunk: str = ""
    queue: str = ""
    cause: Cause = ""
    seq: int | None = None
    direction: Direction = ""
    role: Role = ""
    to_leg: str = ""
    same_call: tuple[str, ...] = ()
    plain: bool = False  # from a shape that knows neither single legs nor holds: it speaks of calls as a whole
    remarks: tuple[str, ...] = ()


def canonical(item: Item, read_time: TimeReader) -> Message:
    """Raises Unreadable with the field, and with the call where it could be read."""
    fields, ignored = _named(item)
    call = ""
    try:
        call = text_of(fields.pop("call", None), "call", CALL_CHARS_MAX)
        return _message(call, fields, ignored, read_time)
    except Unreadable as error:
        error.call = call
        raise


def _message(call: str, fields: Item, ignored: list[str], read_time: TimeReader) -> Message:
    """On the hot path: what is absent costs nothing."""
    more: dict[str, Any] = {}
    if "at" in fields:
        more["at_us"] = _at(fields.pop("at"), read_time)
    if "same_call" in fields:
        more["same_call"] = _ids(fields.pop("same_call"))
    texts = fields if _are_clean(fields) else _cleaned(fields)
    word = texts.get("event", "")
    event = _event(word)
    if not call:
        raise Unreadable(
            "is missing or empty", field="call", cure="send your id of the call, the same in all its events"
        )
    more["event"], more["call"] = event, call
    if "cause" in texts or event in _WITH_CAUSE:
        more["cause"] = _cause(texts.get("cause", ""), event, word, ignored)
    if "seq" in texts:
        more["seq"] = _seq(texts["seq"])
    if "direction" in texts:
        more["direction"] = _direction(texts["direction"])
    if "role" in texts:
        more["role"] = _role(texts["role"])
    if ignored:
        more["remarks"] = tuple(ignored)
    return msgspec.convert({**texts, **more}, Message)


def _are_clean(fields: Item) -> bool:
    """All are texts with nothing in them to be dropped: one look at them together, as nearly all are."""
    try:
        together = "".join(fields.values())
    except TypeError:
        return False
    return len(together) <= TEXT_CHARS_MAX and " " not in together and together.isprintable()


def _cleaned(fields: Item) -> dict[str, str]:
    return {
        name: value.strip()
        if type(value) is str and len(value) <= TEXT_CHARS_MAX and value.isprintable()
        else text_of(value, name)
        for name, value in fields.items()
    }


def _event(word: str) -> str:
    event = EVENTS.get(word) or EVENTS.get(squash(word))
    if event is None:
        what = f"{word[:64]!r} is not an event" if word else "is missing"
        raise Unreadable(what, field="event", cure=f"send one of: {_ALLOWED}")
    return event


def _cause(told: str, event: str, word: str, ignored: list[str]) -> Cause:
    cause = cause_of(told)
    if cause is None:
        ignored.append(f"cause {told[:64]!r} is not known")
    if not cause and event in _WITH_CAUSE:
        cause = EVENT_CAUSES.get(squash(word), "")
    return cause or ""


def _named(item: Item) -> tuple[Item, list[str]]:
    """Fields under their canonical names, and what was left over."""
    if item.keys() <= FIELD_NAMES.keys():
        return dict(item), []
    fields: Item = {}
    ranks: dict[str, int] = {}
    ignored: list[str] = []
    for key, value in item.items():
        if key in FIELD_NAMES:
            fields[key], ranks[key] = value, 0
            continue
        found = FIELDS.get(squash(key))
        if found is None:
            ignored.append(f"{key[:64]!r} is not used")
            continue
        field, rank = found
        if rank < ranks.get(field, 1000):
            fields[field], ranks[field] = value, rank
    return fields, ignored


def text_of(value: Any, field: str, chars_max: int = TEXT_CHARS_MAX) -> str:
    """Numbers count as text (a PBX may send a telephone number as one); control characters are dropped."""
    if isinstance(value, str):
        text = (
            value.strip() if value.isprintable() else "".join(c for c in value if c.isprintable() or c == " ").strip()
        )
    elif value is None:
        return ""
    elif isinstance(value, bool | dict):
        raise Unreadable("is not a text", field=field, cure="send a text")
    elif isinstance(value, list):
        texts = {text_of(one, field, chars_max) for one in value if not isinstance(one, list)}
        if len(texts) != 1:
            raise Unreadable("holds several values", field=field, cure="send one")
        text = texts.pop()
    else:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) > chars_max:
        raise Unreadable(f"is longer than {chars_max} characters", field=field, cure="shorten it")
    return text


def _at(value: Any, read_time: TimeReader) -> int | None:
    try:
        return read_time(value)
    except (ValueError, TypeError) as error:
        cure = "send RFC 3339 (2026-11-21T08:09:10.123+08:00) or a number of s, ms or µs since 1970"
        raise Unreadable(f"{str(value)[:64]!r} {error}"[:200], field="at", cure=cure) from error


def _seq(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _SEQ_MAX):
        raise Unreadable(f"{text[:64]!r} is not a count", field="seq", cure="send an integer that grows")
    return int(text)


def _ids(value: Any) -> tuple[str, ...]:
    ids = value if isinstance(value, list) else [value]
    if len(ids) > SAME_CALL_MAX:
        raise Unreadable(f"holds more than {SAME_CALL_MAX} ids", field="same_call", cure="send the latest")
    return tuple(text for one in ids if (text := text_of(one, "same_call", CALL_CHARS_MAX)))


def _direction(word: str) -> Direction:
    found = DIRECTIONS.get(squash(word)) if word else ""
    if found is None:
        raise Unreadable(
            f"{word[:64]!r} is not a direction", field="direction", cure="send inbound, outbound or internal"
        )
    return found


def _role(word: str) -> Role:
    role = word.lower()
    if role not in _ROLES:
        raise Unreadable(f"{word[:64]!r} is not a role", field="role", cure="send caller or agent")
    return role  # type: ignore[return-value]  # the line above narrowed it
