"""Bytes to items: JSON object or array, form, query, JSON in a form field or in a text, gzip; all of it bounded."""

import json
import zlib
from typing import Any, Final, NoReturn

import msgspec

from adapters.errors import NOT_JSON
from adapters.pbx.webhook.forms import Pairs, form_pairs, item_of, multipart_pairs
from adapters.pbx.webhook.unreadable import Unreadable

BODY_BYTES_MAX: Final = 256 * 1024
DEPTH_MAX: Final = 32
ITEMS_MAX: Final = 1000

Item = dict[str, Any]

_GZIP_MAGIC: Final = b"\x1f\x8b"
JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_SNIFFED: Final = frozenset(
    {"", "text/plain", "application/octet-stream", "application/x-json", "text/json", "text/javascript"}
)
_CHARSETS: Final = frozenset(
    {
        "utf-8",
        "utf8",
        "us-ascii",
        "ascii",
        "iso-8859-1",
        "latin1",
        "windows-1252",
        "gbk",
        "gb2312",
        "gb18030",
        "big5",
        "utf-16",
    }
)
_decode_json = msgspec.json.Decoder().decode


def inflate(body: bytes) -> bytes:
    """Gunzip, stopping at the bound: a bomb costs 256 KiB, not its whole size."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = inflater.decompress(body, BODY_BYTES_MAX + 1)
    except zlib.error as error:
        raise Unreadable("is not gzip, though it says so", field="content-encoding", cure="drop the header") from error
    if len(plain) > BODY_BYTES_MAX:
        raise too_large()
    if not inflater.eof or inflater.unused_data:
        detail = "the gzip body is cut short or carries something behind it"
        raise Unreadable(detail, field="body", cure="send one whole gzip stream, or no gzip")
    return plain


def is_gzip(content_encoding: str, body: bytes) -> bool:
    """False for a body that the web server has inflated already. Raises Unreadable for other encodings."""
    if content_encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable(
            f"{content_encoding!r} is not read", field="content-encoding", cure="send gzip or none", status=415
        )
    return body.startswith(_GZIP_MAGIC)


def too_large() -> Unreadable:
    return Unreadable(
        f"the body holds more than {BODY_BYTES_MAX} bytes", field="body", cure="send fewer events at a time", status=413
    )


def read_items(body: bytes, content_type: str) -> list[Item]:
    """The events of a POST body, not yet understood. Raises Unreadable and nothing else."""
    if content_type == JSON and body[:1] == b"{":  # nearly always
        return _items(read_json(body))
    kind, charset = _content_type(content_type)
    if kind == _MULTIPART:
        return _of_pairs(multipart_pairs(body, content_type))
    if charset not in ("utf-8", "utf8"):
        body = _to_utf8(body, charset)
    start = body[:1] if body[:1] == b"{" else body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"[", b'"') and (kind == _FORM or kind in _SNIFFED or _is_json(kind)):
        return _items(read_json(body.removeprefix(b"\xef\xbb\xbf")))
    if kind == _FORM or (kind in _SNIFFED and b"=" in body):
        return read_form(body, charset)
    if _is_json(kind) or kind in _SNIFFED:
        if not start:
            raise Unreadable("is empty", field="body", cure="send a JSON object, an array or a form")
        _not_json(body)
    raise Unreadable(
        f"{kind!r} is not read", field="content-type", cure=f"send application/json or {_FORM}", status=415
    )


def read_form(body: bytes, charset: str = "utf-8") -> list[Item]:
    """One item of a form or a query; a lone field of JSON is opened."""
    return _of_pairs(form_pairs(body, charset))


def _of_pairs(pairs: Pairs) -> list[Item]:
    if len(pairs) == 1 and pairs[0][1].lstrip()[:1] in ("{", "["):
        return _items(read_json(pairs[0][1].encode()))
    item = item_of(pairs)
    return [item] if item else []


def read_json(body: bytes) -> Any:
    """Strict JSON: no NaN, no lone surrogates, no key twice, no deeper than 32."""
    try:
        value = _decode_json(body)
    except NOT_JSON:
        _not_json(body)
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and _deeper_than(value, DEPTH_MAX):
        raise Unreadable(f"is nested deeper than {DEPTH_MAX}", field="body", cure="send a flat object")
    # A decoder keeps the last of two equal keys in silence. Where nothing is escaped, the number of quotation
    # marks tells whether it dropped one; where something is, the slow way looks at every key.
    if b"\\" in body or body.count(b'"') != 2 * _strings(value):
        _refuse_key_twice(body)
    return value


def _strings(value: Any) -> int:
    """How many texts `value` holds, keys included."""
    if isinstance(value, str):
        return 1
    if isinstance(value, dict):
        inners = value.values()
        if list(map(type, inners)).count(str) == len(inners):  # nearly always
            return 2 * len(inners)
        return len(inners) + sum(map(_strings, inners))
    return sum(map(_strings, value)) if isinstance(value, list) else 0


def _refuse_key_twice(body: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys: dict[str, Any] = {}
        for key, value in pairs:
            if key in keys:
                raise Unreadable("stands twice in one object", field=key[:128], cure="send each key once")
            keys[key] = value
        return keys

    # Integers of any length are legal JSON; Python's own refusal to read thousands of digits is no matter here.
    json.loads(body, object_pairs_hook=once, parse_int=str)


def _deeper_than(value: Any, bound: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(bound):
        inners = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in inners if isinstance(inner, dict | list)]
    return bool(level)


def _not_json(body: bytes) -> NoReturn:
    try:
        _decode_json(body)
    except UnicodeDecodeError:
        why = "is not UTF-8"
    except RecursionError:
        why = f"is nested deeper than {DEPTH_MAX}"
    except msgspec.DecodeError as error:
        why = str(error)
    else:
        why = "is neither a JSON object nor an array"
    raise Unreadable(why, field="body", cure="send a JSON object or an array of objects, in UTF-8")


def _items(value: Any) -> list[Item]:
    if isinstance(value, str):  # JSON in a JSON text, once
        value = read_json(value.encode())
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise Unreadable("is neither a JSON object nor an array", field="body", cure="send {…} or [{…}, …]")
    if len(value) > ITEMS_MAX:
        raise Unreadable(f"holds more than {ITEMS_MAX} events", field="body", cure="send fewer events at a time")
    for place, item in enumerate(value):
        if not isinstance(item, dict):
            raise Unreadable("is not a JSON object", field=f"[{place}]", cure="send an array of objects")
    return value


def _is_json(kind: str) -> bool:
    return kind == JSON or kind.endswith("+json")


def _content_type(text: str) -> tuple[str, str]:
    kind, _, parameters = text.partition(";")
    charset = "utf-8"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.strip().lower(), charset


def _to_utf8(body: bytes, charset: str) -> bytes:
    if charset not in _CHARSETS:
        raise Unreadable(
            f"the charset {charset[:40]!r} is not read", field="content-type", cure="send UTF-8", status=415
        )
    try:
        return body.decode(charset).encode()
    except UnicodeError as error:
        raise Unreadable(f"is not {charset}", field="body", cure="send UTF-8") from error
