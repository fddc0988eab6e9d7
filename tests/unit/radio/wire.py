"""A wire in memory between a pretend station and ours: what one writes, the other hears at once."""

from adapters.radio.station import Heard, Station
from simulators.radios.ports import Port
from tests.unit.radio.streams import AT_US


class Wire(Port):
    """`told` has all that our station made of it."""

    def __init__(self, station: Station) -> None:
        super().__init__()
        self.told: list[Heard] = []
        self._station = station
        self._waiting: list[bytes] = []
        self.at_us = AT_US

    def write(self, data: bytes) -> None:
        self._waiting.append(data)

    def connect(self) -> None:
        self._station.opened()
        self.run()

    def run(self) -> list[Heard]:
        """Carry to and fro until both are silent; what was told in this time."""
        told = len(self.told)
        while True:
            written, self._waiting = self._waiting, []
            for data in written:
                self.told += self._station.feed(data, self.at_us)
            sending = self._station.to_send()
            for data in sending:
                self.heard(data)
            if not written and not sending and not self._waiting:
                return self.told[told:]

    def text(self, unit: str, text: str, id: str) -> None:  # noqa: A002
        """Our station sends a text, as the notifier has it do."""
        if data := self._station.text(unit, text, id):
            self.heard(data)

    def wait(self, seconds: float) -> list[Heard]:
        """Let time pass; then carry what that brought."""
        told = len(self.told)
        end_us = self.at_us + int(seconds * 1_000_000)
        while (wake_us := self._station.wake_us) is not None and wake_us <= end_us:
            self.at_us = max(self.at_us, wake_us)
            self.told += self._station.passed(self.at_us)
            self.run()
        self.at_us = end_us
        return self.told[told:]
