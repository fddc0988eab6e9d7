"""A newcomer for whom there is no room hears so, and when to come again; a few at a time, the others are cut."""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.web.door.handed_over import refusal

LINGER_S: Final = (
    1.0  # what the newcomer sends meanwhile is read away: closed on unread bytes, TCP would drop the answer
)
AT_ONCE_MAX: Final = 64
_FULL: Final = refusal("503 Service Unavailable", "All connections are in use. Come again.\n", "Retry-After: 1\r\n")


class TurnedAway(asyncio.Protocol):
    """Takes over a connection that has just been made, says no, and ends it."""

    def __init__(self, transport: asyncio.Transport, over: Callable[["TurnedAway"], None]) -> None:
        self._transport = transport
        self._over = over
        transport.set_protocol(self)
        transport.write(_FULL)
        if transport.can_write_eof():
            transport.write_eof()
        self._patience = asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def connection_lost(self, _: Exception | None) -> None:
        self._patience.cancel()
        self._over(self)
