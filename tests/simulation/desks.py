"""What people on a channel do, said by the project's pretend stations: one class a kind, each a few lines."""

from collections.abc import Callable
from typing import NamedTuple, cast

from simulators.radios.ports import Port
from tests.simulation.broker import Broker
from tests.simulation.streams import Station

WORDS = "come to the gate"


class Site(NamedTuple):
    """What a desk stands in."""

    ports: tuple[Station, ...]
    broker: Broker
    now_us: Callable[[], int]  # the true time

    @property
    def port(self) -> Port:
        """A station of memory has of a port what pretend stations use."""
        return cast(Port, self.ports[0])


class Desk:
    """One channel's people. `unit` "" is control; the second argument is the unit that it speaks to."""

    def __init__(self, site: Site, name: str) -> None:
        self.site = site
        self.name = name
        self.set_up()

    def set_up(self) -> None:
        raise NotImplementedError

    @property
    def reports(self) -> bool:
        """What happens now is told, and the gateway's wire is there."""
        return all(port.in_touch for port in self.site.ports)

    def press(self, unit: str, to: str) -> None:
        raise NotImplementedError

    def release(self, unit: str) -> None:
        """Kinds that only have messages have said it at the press."""

    def page(self, unit: str) -> None:
        raise NotImplementedError

    def emergency(self, unit: str) -> None:
        raise NotImplementedError

    def status(self, unit: str) -> None:
        raise NotImplementedError

    def text(self, unit: str) -> None:
        raise NotImplementedError

    def seen(self, unit: str) -> None:
        """It shows that it is there, and says nothing."""
        raise NotImplementedError

    def ack(self, unit: str) -> None:
        """The unit's machine confirms what control wrote to it."""
        raise NotImplementedError

    def answered(self, unit: str) -> None:
        """The station says that control answered it."""
        raise NotImplementedError

    async def run(self) -> None:
        """What it does beside."""

    async def stop(self) -> None: ...
