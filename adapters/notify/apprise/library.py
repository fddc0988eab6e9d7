"""The door to the library apprise: a URL becomes a service here, and what the library logs stays here.

Its log holds URLs with their secrets: no line of it reaches ours. It is read for one thing: why a send failed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import apprise

from adapters.notify.apprise.lines import Line

_SAMPLES = ("13800138000", "somebody@example.org", "somebody")  # an address that some service or other takes
_ASSET = apprise.AppriseAsset(app_id="hotline-gateway", app_desc="hotline-gateway", http_redirects=False)
_said: ContextVar[list[str] | None] = ContextVar("said", default=None)


class Facts(NamedTuple):
    """What a line's service is."""

    schema: str
    titled: bool  # it shows a title by itself, as mail does
    chars_max: int


class _Ear(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = _said.get()
        if said is not None:
            said.append(record.getMessage())


def _close_logs() -> None:
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    log.addHandler(_Ear())
    for name in ("urllib3", "requests"):  # these tell paths and queries, with their tokens
        logging.getLogger(name).setLevel(logging.ERROR)


_close_logs()


@contextmanager
def listening() -> Iterator[list[str]]:
    """What the library says meanwhile, in this thread. It may hold secrets: read it, and let it go."""
    said: list[str] = []
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)


def service(url: str) -> Any:
    """A new one for each send, for the library's own brake sleeps between two of one. None: the URL is none."""
    return apprise.Apprise.instantiate(url, asset=_ASSET)


def facts_of(line: Line) -> Facts | None:
    """None: apprise cannot read this URL, whatever the address."""
    for sample in _SAMPLES:
        found = service(line.to(sample))
        if found is not None:
            return Facts(str(found.schema), found.title_maxlen > 0, int(found.body_maxlen))
    return None
