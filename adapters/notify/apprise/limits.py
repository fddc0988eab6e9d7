"""What the services allow, and a bucket of tokens that keeps to it."""

from typing import NamedTuple

_SLACK = 1e-9  # tokens come back in fractions: rounding must not cost one


class Limits(NamedTuple):
    """None: no limit is published."""

    per_minute: int | None = None
    per_second: int | None = None
    bytes_max: int | None = None  # of the text, in UTF-8


# Sources: WeCom 群机器人 (20 a minute, text of 2048 bytes); DingTalk 自定义机器人 (20 a minute, then ten minutes of
# silence; requests of 20,000 bytes); Feishu and Lark 自定义机器人 (100 a minute, 5 a second, requests of 20 KB).
# What a request holds beside the text stays below 2,000 bytes.
_SERVICES = {
    "wecombot": Limits(per_minute=20, bytes_max=2_048),
    "dingtalk": Limits(per_minute=20, bytes_max=18_000),
    "feishu": Limits(per_minute=100, per_second=5, bytes_max=18_000),
    "lark": Limits(per_minute=100, per_second=5, bytes_max=18_000),
}


def limits_of(schema: str, per_minute: int | None) -> Limits:
    """`per_minute`: the installer's word, which counts instead of the service's."""
    found = _SERVICES.get(schema, Limits())
    return found if per_minute is None else found._replace(per_minute=per_minute)


class Bucket:
    """Never lets through more than the limits in any minute and any second, and never many at once.

    A quarter of a minute's messages may go together; the others come back evenly. So an emergency in a flood waits
    for seconds, not for the rest of a minute.
    """

    def __init__(self, limits: Limits) -> None:
        most = limits.per_minute
        self._limited = most is not None
        self._burst = float(max(1, (most or 0) // 4))
        if limits.per_second is not None:
            self._burst = float(max(1, min(self._burst, limits.per_second // 2)))
        self._per_s = max((most or 0) - self._burst, (most or 0) / 2) / 60.0
        if limits.per_second is not None:
            self._per_s = min(self._per_s, max(limits.per_second - self._burst, 0.5))
        self._tokens = self._burst
        self._at_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        """How long until one more may go; 0: now."""
        if not self._limited:
            return 0.0
        self._fill(now_s)
        return 0.0 if self._tokens >= 1.0 - _SLACK else (1.0 - self._tokens) / self._per_s

    def take(self, now_s: float) -> None:
        if self._limited:
            self._fill(now_s)
            self._tokens -= 1.0

    def _fill(self, now_s: float) -> None:
        if self._at_s is not None:
            self._tokens = min(self._burst, self._tokens + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
