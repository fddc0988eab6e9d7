"""Who fails to prove himself, again and again: counted by address, so that he is told to wait."""

from collections import OrderedDict
from typing import Final

FAILURES_MAX: Final = 30  # from one address in WINDOW_US; further ones are told to wait
WINDOW_US: Final = 60_000_000
ADDRESSES_MAX: Final = 4096


class Failures:
    """Failed proofs by address, the latest `ADDRESSES_MAX` of them. Never consulted for a proven request."""

    def __init__(self) -> None:
        self._since: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def add(self, address: str, at_us: int) -> float:
        """How long this address is to wait; 0 while it may err."""
        began_us, count = self._since.get(address, (at_us, 0))
        if at_us - began_us >= WINDOW_US:
            began_us, count = at_us, 0
        self._since[address] = (began_us, count + 1)
        self._since.move_to_end(address)
        if len(self._since) > ADDRESSES_MAX:
            self._since.popitem(last=False)
        return (began_us + WINDOW_US - at_us) / 1_000_000 if count >= FAILURES_MAX else 0.0
