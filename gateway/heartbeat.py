"""A dead man's switch hears from us while all is well: each beat is an event that was committed first."""

import asyncio
from collections.abc import Iterable

import aiohttp
import msgspec
import structlog

from adapters.errors import Overloaded, StoreError
from adapters.kinds import Problem
from adapters.ports import Incoming, Notifier, ShowsHeartbeat
from gateway.pipeline import Pipeline
from gateway.reading import shown
from rules.events import Pulsed

_ANSWER_S = 10.0
_SOONEST_S = 1.0

log = structlog.get_logger()


class HeartbeatSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [heartbeat] table: whom we tell, again and again, that events are committed. His silence is his alarm."""

    url: str = ""  # is posted to at each beat, as healthchecks.io, Uptime Kuma and their like want it
    every_s: float = 60.0  # MQTT notifiers show each beat, too: hotline/SITE/gateway/heartbeat, retained
    enabled: bool = False


def check_heartbeat(settings: HeartbeatSettings) -> list[Problem]:
    problems = []
    if settings.every_s < _SOONEST_S:
        problems.append(Problem("heartbeat.every_s", shown("", settings.every_s), f"seconds: {_SOONEST_S:g} or more"))
    if settings.url and not settings.url.startswith(("http://", "https://")):
        problems.append(Problem("heartbeat.url", shown("", settings.url), "must begin with https:// or http://"))
    return problems


async def beat(pipeline: Pipeline, settings: HeartbeatSettings, notifiers: Iterable[Notifier]) -> None:
    """Until cancelled. A beat that cannot be committed, or not in time, is left out: that is the message."""
    shows = [notifier for notifier in notifiers if isinstance(notifier, ShowsHeartbeat)]
    said = ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S)) as http:
        while settings.enabled:
            why = await _committed(pipeline, settings.every_s)
            if not why:
                for notifier in shows:
                    notifier.beat(pipeline.now_us())
                why = await _told(http, settings.url) if settings.url else ""
            if why != said:
                log.warning("no heartbeat", reason=why) if why else log.info("heartbeat")
                said = why
            await asyncio.sleep(settings.every_s)


async def _committed(pipeline: Pipeline, within_s: float) -> str:
    """Why not; "" where it is on disk."""
    try:
        async with asyncio.timeout(within_s):
            await pipeline.submit([Incoming(Pulsed(), pipeline.now_us())])
    except (StoreError, Overloaded) as error:
        return str(error)
    except TimeoutError:
        return f"nothing was committed within {within_s:g} s"
    return ""


async def _told(http: aiohttp.ClientSession, url: str) -> str:
    try:
        async with http.post(url) as answer:
            return "" if answer.ok else f"it answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"it does not answer: {error!r}"
