"""How long the next guess of a password must wait: longer for each wrong one, and never for who is known.

Wrong guesses are counted for an account from an address, for the account from everywhere, and for a known device
apart. So strangers slow themselves down, and a botnet the account's unknown devices; nobody locks out the browser
that signed in before, and a session that is in stays in.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_FREE_PAIR: Final = 5  # wrong guesses of one account from one address before the delay begins
_FREE_ACCOUNT: Final = 50  # of one account from everywhere
_LONGEST_S: Final = 900.0
_FORGOTTEN_S: Final = 3_600.0  # without a wrong guess for so long all is forgotten
_KEYS_MAX: Final = 8_192


class Throttle:
    """`monotonic` gives seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wrong: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def wait_s(self, account: str, address: str, device: str) -> float:
        """0: now. `device`: that of a browser which signed in to this account before, or ""."""
        return max(self._wait_s(key, free) for key, free in _keys(account, address, device))

    def wrong(self, account: str, address: str, device: str) -> None:
        for key, _ in _keys(account, address, device):
            self._wrong[key] = (self._count(key) + 1, self._monotonic())
            self._wrong.move_to_end(key)
        while len(self._wrong) > _KEYS_MAX:
            self._wrong.popitem(last=False)

    def right(self, account: str, address: str, device: str) -> None:
        """The count of this address or device begins anew; that of the account does not: others guess on."""
        for key, _ in _keys(account, address, device):
            if key[0]:
                self._wrong.pop(key, None)

    def _wait_s(self, key: tuple[str, str], free: int) -> float:
        count = self._count(key)
        if count < free:
            return 0.0
        delay_s = min(2.0 ** min(count - free, 20), _LONGEST_S)
        return max(self._wrong[key][1] + delay_s - self._monotonic(), 0.0)

    def _count(self, key: tuple[str, str]) -> int:
        count, at_s = self._wrong.get(key, (0, 0.0))
        return count if self._monotonic() - at_s < _FORGOTTEN_S else 0


def _keys(account: str, address: str, device: str) -> list[tuple[tuple[str, str], int]]:
    if device:
        return [((f"device {device}", account), _FREE_PAIR)]
    return [((address, account), _FREE_PAIR), (("", account), _FREE_ACCOUNT)]
