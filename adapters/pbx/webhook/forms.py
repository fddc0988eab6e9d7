"""Forms and queries to one item: repeated keys, `user[]`, `call[from]`, multipart."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from adapters.pbx.webhook.unreadable import Unreadable

FIELDS_MAX: Final = 1000
DEPTH_MAX: Final = 8  # of `a[b][c]…`; what is deeper keeps its name as it is written
_CHARSETS_OF_ESCAPES: Final = frozenset({"gbk", "gb2312", "gb18030", "big5"})  # elsewhere %XX is UTF-8
_BRACKETS: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME: Final = re.compile(rb'\bname="([^"]*)"')

Pairs = list[tuple[str, str]]


def form_pairs(body: bytes, charset: str) -> Pairs:
    """Of application/x-www-form-urlencoded, or of a query. Raises Unreadable."""
    charset = charset if charset in _CHARSETS_OF_ESCAPES else "utf-8"
    try:
        return parse_qsl(body.decode(), True, encoding=charset, errors="strict", max_num_fields=FIELDS_MAX)
    except UnicodeDecodeError as error:
        cure = "name the charset in content-type, and write %XX in it too"
        raise Unreadable(f"the form is not {charset}", field="body", cure=cure) from error
    except ValueError as error:
        raise _too_many() from error


def multipart_pairs(body: bytes, content_type: str) -> Pairs:
    """Of multipart/form-data, its files left out. Raises Unreadable."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Unreadable("names no boundary", field="content-type", cure="send a form, or JSON", status=415)
    mark = b"--" + (found[1] or found[2]).encode("utf-8", "replace")
    parts = (b"\r\n" + body).split(b"\r\n" + mark)[1:]
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise Unreadable("the form is cut short: its last boundary is missing", field="body", cure="send it whole")
    if len(parts) > FIELDS_MAX + 1:
        raise _too_many()
    pairs: Pairs = []
    for part in parts[:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None and b"filename" not in head:
            try:
                pairs.append((name[1].decode(), value.decode()))
            except UnicodeDecodeError as error:
                raise Unreadable("the form is not UTF-8", field="body", cure="send UTF-8") from error
    return pairs


def item_of(pairs: Pairs) -> dict[str, Any]:
    """`user[]`, `user[0]` and repeated keys become lists, `call[from]` an object, as PHP and Rails write them."""
    item: dict[str, Any] = {}
    for name, value in pairs:
        found = _BRACKETS.fullmatch(name)
        if found is None:
            _put(item, name, value)
            continue
        keys = found[2][1:-1].split("][")
        if len(keys) == 1 and (not keys[0] or keys[0].isdigit()):
            _put(item, found[1], value, as_list=True)
        elif len(keys) > DEPTH_MAX or not _nest(item, [found[1], *keys], value):
            _put(item, name, value)
    return item


def _nest(item: dict[str, Any], keys: list[str], value: str) -> bool:
    """False where a field of that name is none of these objects."""
    *outer, last = keys
    if not last:  # a[b][]
        last = outer.pop()
    for key in outer:
        inner = item.setdefault(key, {})
        if not isinstance(inner, dict):
            return False
        item = inner
    _put(item, last, value, as_list=not keys[-1])
    return True


def _put(item: dict[str, Any], key: str, value: str, *, as_list: bool = False) -> None:
    known = item.get(key)
    if isinstance(known, list):
        known.append(value)
    elif known is not None:
        item[key] = [known, value]
    else:
        item[key] = [value] if as_list else value


def _too_many() -> Unreadable:
    return Unreadable(f"the form holds more than {FIELDS_MAX} fields", field="body")
