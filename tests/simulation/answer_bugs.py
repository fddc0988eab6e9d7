"""Bugs of answers from elsewhere, of who takes care of what, and of the dead man's switch, planted beside the product.

The simulation must find each of them.
"""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from adapters.ports import Notifier, ShowsHeartbeat
from gateway import answers
from gateway.heartbeat import HeartbeatSettings
from gateway.links import AcknowledgeLinks, Named
from gateway.pipeline import Pipeline
from rules import claims, plans, receivers
from rules.incidents import Incident
from rules.moments import SECOND_US
from rules.turn import Turn
from tests.simulation.service import Misread, Parts

_MAC_BYTES = 16
_nth = count()


class BelievesAnyLink(AcknowledgeLinks):
    """Whoever signed it."""

    def read(self, token: str) -> Named | None:
        said = urlsafe_b64decode(token + "=" * (-len(token) % 4))[_MAC_BYTES:]
        return super().read(urlsafe_b64encode(self._mac(said) + said).rstrip(b"=").decode())


class NeverExpires(AcknowledgeLinks):
    def read(self, token: str) -> Named | None:
        named = super().read(token)
        return None if named is None else named._replace(expires_us=named.expires_us + 10**6 * SECOND_US)


async def _beats_blindly(pipeline: Pipeline, settings: HeartbeatSettings, notifiers: Sequence[Notifier]) -> None:
    """Whether or not anything can be committed."""
    while True:
        for notifier in notifiers:
            if isinstance(notifier, ShowsHeartbeat):
                notifier.beat(pipeline.now_us())
        await asyncio.sleep(settings.every_s)


def _always_new(right: Callable[..., Any], _said: bytes, **options: Any) -> Any:
    """The same answer again is another one."""
    return right(str(next(_nth)).encode(), **options)


def _anybody(right: Callable[..., bool], *_: object) -> bool:
    """Every claim is stale."""
    return True


def _forgets_the_deed(right: Callable[..., None], turn: Turn, incident: Incident, by: str) -> None:
    """What its owner does does not keep a claim fresh."""


def _none_waits(right: Callable[..., list[Any]], *_: object) -> list[Any]:
    """A step of a plan cannot be done."""
    return []


def _seen_is_acknowledged(
    right: Callable[..., None], turn: Turn, alert: Any, target: str, state: str, *more: Any
) -> None:
    if state == "seen":
        alert.state = "acknowledged"
    right(turn, alert, target, state, *more)


# The part that has it, and within how many seeds it must be found.
ANSWER_BUGS: dict[str, tuple[Parts, int]] = {
    "believes any link": (Parts(links=BelievesAnyLink), 40),
    "a link is good for ever": (Parts(links=NeverExpires), 60),
    "counts an answer again": (Parts(rule=Misread(answers, "blake2b", _always_new)), 100),
    "beats without a commit": (Parts(heart=_beats_blindly), 20),
    "lets anybody take a record": (Parts(rule=Misread(claims, "is_stale", _anybody)), 40),
    "forgets what its owner did": (Parts(rule=Misread(claims, "did", _forgets_the_deed)), 40),
    "does not hear that a step is done": (Parts(rule=Misread(plans, "_waiting", _none_waits)), 100),
    "takes seen for acknowledged": (Parts(rule=Misread(receivers, "come", _seen_is_acknowledged)), 60),
}
