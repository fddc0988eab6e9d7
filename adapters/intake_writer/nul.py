"""PostgreSQL has no U+0000 in text; one in a caller's name must not stop the line."""

from typing import Any


def without_nul(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
