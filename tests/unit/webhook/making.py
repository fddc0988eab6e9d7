"""Short ways to settings and readings for the tests of this folder."""

from typing import Any

import msgspec

from adapters.pbx.webhook.settings import Settings
from adapters.pbx.webhook.source import Reader, Reading
from rules.events import Event

AT_US = 1_795_219_750_123_000  # 2026-11-21T00:09:10.123Z
FORM = "application/x-www-form-urlencoded"


def settings(**table: Any) -> Settings:
    return msgspec.convert({"name": "main", "kind": "pbx-webhook", "allow_unsigned": True, **table}, Settings)


def read(body: bytes, content_type: str = "application/json", encoding: str = "", **table: Any) -> Reading:
    return Reader(settings(**table)).read(
        body, content_type=content_type, content_encoding=encoding, message_id="", at_us=AT_US
    )


def events(
    body: bytes | dict[str, Any] | list[Any], content_type: str = "application/json", **table: Any
) -> list[Event]:
    """The events of a body that must be readable."""
    reading = read(body if isinstance(body, bytes) else msgspec.json.encode(body), content_type, **table)
    assert not reading.errors, reading.errors
    return [incoming.event for incoming in reading.incoming]


def only(found: list[Event]) -> Any:
    assert len(found) == 1, found
    return found[0]
