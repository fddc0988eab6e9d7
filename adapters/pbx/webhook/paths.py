"""Where a value stands in a payload: the paths, constants, joins and parts of `[source.mapping]`."""

import re
from collections.abc import Callable
from typing import Any, Final

from adapters.pbx.webhook.body import read_json
from adapters.pbx.webhook.unreadable import Unreadable

Where = str | list[str]
Find = Callable[[Any, Any], Any]  # (element, whole body) → what stands there, None for nothing

_QUOTED: Final = r'\["[^"]+"\]'  # a key of any characters: ["Caller ID"], data["call.id"]
_KEY: Final = r"[^.\[\]\s{}]+"
_PATH: Final = re.compile(rf"(\$\.)?(?:(?![=$]){_KEY}|{_QUOTED})(?:\[\d+\]|{_QUOTED}|\.{_KEY})*")
_STEP: Final = re.compile(r'\["([^"]+)"\]|([^.\[\]]+)')
_PIECE: Final = re.compile(r"\{([^{}]*)\}")
_PART: Final = " ~ "
_PART_OF_CHARS_MAX: Final = 1024  # what a sender writes must not keep an installer's pattern busy


def is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None


def finder(where: Where, nothing: tuple[Any, ...] = (None, "")) -> Find:
    """`nothing`: what a list passes over. Raises ValueError for what is none of these."""
    if isinstance(where, list):
        finders = [finder(one) for one in where]
        if not finders:
            raise ValueError("an empty list finds nothing: name a path")
        return lambda element, body: next((v for f in finders if (v := f(element, body)) not in nothing), None)
    if where.startswith("="):
        constant = where[1:].strip()
        return lambda _element, _body: constant
    whole, mark, pattern = where.partition(_PART)
    if mark:
        return _part(finder(whole.strip()), pattern.strip())
    if "{" in where:
        return _joined(where)
    if not is_path(where):
        raise ValueError(
            f"{where!r} is not a path: write one such as data.call.id or legs[0].ext, "
            "or a constant such as '= 801', or several as '{state}/{direction}'"
        )
    from_body = where.startswith("$.")
    steps = [quoted or plain for quoted, plain in _STEP.findall(where.removeprefix("$."))]
    return lambda element, body: _walk(body if from_body else element, steps)


def _part(find: Find, pattern: str) -> Find:
    """What the regular expression finds in it, its first group if it has one."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    group = min(compiled.groups, 1)

    def found(element: Any, body: Any) -> str | None:
        match = compiled.search(text_at(find(element, body))[:_PART_OF_CHARS_MAX])
        return match[group] if match else None

    return found


def _joined(where: str) -> Find:
    """Nothing where one of the pieces is absent, so that a list goes on to the next."""
    texts = _PIECE.split(where)  # text, path, text, path … text
    if len(texts) == 1 or any(mark in text for text in texts[::2] for mark in "{}"):
        raise ValueError(f"{where!r} has a brace without its pair: write paths in braces, as '{{state}}/{{direction}}'")
    finders = [finder(path.strip()) for path in texts[1::2]]

    def found(element: Any, body: Any) -> str | None:
        values = [find(element, body) for find in finders]
        if any(value is None or isinstance(value, dict | list) for value in values):
            return None
        return texts[0] + "".join(text_at(value) + text for value, text in zip(values, texts[2::2], strict=True))

    return found


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


def text_at(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)
