"""What senders ask of an address before they post to it: their word is told back. Only after the proof."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from gateway.web.problems import Answer

_HEADER: Final = "validation-token"  # RingCentral's, of a request without a body
_FIELDS: Final = frozenset({"zd_echo", "validationToken"})  # Zadarma's, Microsoft's: the query's only field
_WORD: Final = re.compile(r"[\x21-\x7e]{1,512}")


def handshake(
    headers: Mapping[str, str], body: bytes | None, query: bytes, solved: bytes | None = None
) -> Answer | None:
    """None for a request that asks nothing of the kind. `solved`: the answer that only the source's secret can give."""
    if solved is not None:
        return Answer(200, "application/json", solved)
    if body:
        return None
    word = headers.get(_HEADER, "")
    if _WORD.fullmatch(word):
        return Answer(200, "application/json", b"{}", (("Validation-Token", word),))
    fields = parse_qsl(query.decode("ascii", "replace")) if query else []
    if len(fields) == 1 and fields[0][0] in _FIELDS and _WORD.fullmatch(fields[0][1]):
        return Answer(200, "text/plain", fields[0][1].encode())
    return None
