"""The one shape of every wire to a base station: open, write, lost, close."""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol

from adapters.errors import GatewayError, PeerUnavailable

OPEN_WITHIN_S = 10.0
WRITE_WITHIN_S = 2.0  # a port that takes nothing for so long is as good as lost
READ_BYTES = 4096

# Data as it arrived, the MQTT topic it came by or "", and whom to tell once what was in it is committed.
Heard = Callable[[bytes, str, Callable[[], None] | None], None]


class Transport(Protocol):
    """One opening of one port. Raises PeerUnavailable once it is lost, PeerRefused where time cures nothing."""

    knows_peer: bool  # open means that somebody is there; not so where datagrams may just come

    async def open(self, heard: Heard) -> None:
        """`heard` is called in the loop's own thread with whatever arrives, and must not wait."""

    async def write(self, data: bytes) -> None:
        """Return when the port has taken all of it."""

    async def lost(self) -> NoReturn:
        """Wait until the port is lost, and raise why."""

    async def close(self) -> None: ...


class Loss:
    """Remembers once why a port is lost, for whoever waits for it."""

    def __init__(self) -> None:
        self._why: asyncio.Future[GatewayError] = asyncio.get_running_loop().create_future()

    def __bool__(self) -> bool:
        return self._why.done()

    def tell(self, error: OSError | GatewayError | str) -> None:
        if not self._why.done():
            if isinstance(error, OSError):
                error = PeerUnavailable(f"lost: {error.strerror or error}")
            self._why.set_result(PeerUnavailable(error) if isinstance(error, str) else error)

    async def wait(self) -> NoReturn:
        raise await asyncio.shield(self._why)
