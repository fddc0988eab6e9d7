"""Takes recordings from uploads and from a folder, keeps the clips, and tells the pipeline of each."""

import asyncio
import hmac
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from adapters.errors import Overloaded
from adapters.inflow import Inflow
from adapters.ports import Incoming, Intake
from adapters.recordings.about import About
from adapters.recordings.folder import watch
from adapters.recordings.refused import Refused
from adapters.recordings.settings import DEFAULT_ZONE, Settings
from adapters.recordings.shelf import Shelf
from adapters.recordings.workshop import Workshop
from rules.events import LinkChanged, Recorded
from rules.moments import SECOND_US

_DAY_US = 24 * 3600 * SECOND_US
_PURGE_EVERY_S = 3600.0

log = structlog.get_logger()


class Recorder:
    """The source as the pipeline knows it (adapters.ports.Source); the web hands it the uploads."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.name
        self.settings = settings
        self.shelf = Shelf(Path(settings.store_folder))
        self._workshop = Workshop(seconds_max=settings.clip_seconds_max, silence_dbfs=settings.silence_dbfs)
        self.zone = ZoneInfo(settings.timezone or DEFAULT_ZONE)  # of times in file names
        self._keys = settings.keys()
        self._intake: Intake | None = None

    async def run(self, intake: Intake) -> None:
        self._intake = intake
        inflow = Inflow(self.name, waiting_max=1)
        inflow.tell(intake.now_us(), LinkChanged(source=self.name, state="online"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inflow.drain(intake), name=f"recordings-state-{self.name}")
            tasks.create_task(self._purge(), name=f"recordings-purge-{self.name}")
            if self.settings.watch_folder:
                tasks.create_task(watch(self, Path(self.settings.watch_folder)), name=f"recordings-{self.name}")

    def read_secrets_again(self) -> bool:
        before, self._keys = self._keys, self.settings.keys()
        return self._keys != before

    def knows(self, key: str) -> bool:
        given = key.strip().encode()
        return any([hmac.compare_digest(given, one) for one in self._keys])  # noqa: C419 - all, in constant time

    async def take(self, audio: bytes, about: About, *, ended_us: int | None = None) -> str:
        """Keep it and return the recording's id: committed, and told as an event. The same audio of a day is one.

        `ended_us`: when it ended, where only that is known. Raises Refused; Overloaded or StoreError: come again;
        OSError: it cannot be kept on disk.
        """
        intake = self._intake
        if intake is None:
            raise Overloaded("the gateway is still starting")
        if len(audio) > self.settings.clip_bytes_max:
            raise Refused(f"it has more than {self.settings.clip_bytes_max} bytes")
        made = await self._workshop.make(audio)
        now_us = intake.now_us()
        started_us = about.started_us
        if started_us is None:
            started_us = (ended_us or now_us) - int(made.seconds * SECOND_US)
        if started_us >= now_us + _DAY_US:
            raise Refused("its time is not believable: set the recorder's clock")
        if started_us < now_us - self.settings.keep_days * _DAY_US:  # kept, it would be thrown away within the hour
            raise Refused(f"it began more than keep_days = {self.settings.keep_days} ago: set the recorder's clock")
        recording = self.shelf.name(started_us, blake2b(audio, digest_size=8).hexdigest())
        await asyncio.to_thread(self.shelf.put, recording, made.wav)
        told = Recorded(
            source=self.name,
            channel=self._channel(about),
            unit=about.unit,
            called=about.talkgroup,
            id=recording,
            occurred_us=started_us + int(made.lead_s * SECOND_US),
            seconds=round(made.seconds, 3),
            silent=made.silent,
        )
        key = blake2b(f"{self.name}\0{recording}".encode(), digest_size=16).digest()
        await intake.submit([Incoming(told, now_us, key)])
        return recording

    def _channel(self, about: About) -> str:
        for place in about.places:
            if place in self.settings.channels:
                return self.settings.channels[place]
        return self.settings.channel_name

    async def _purge(self) -> None:
        while True:
            dropped = await asyncio.to_thread(self.shelf.drop_before, datetime.now(UTC), self.settings.keep_days)
            if dropped:
                log.info("recordings thrown away", source=self.name, count=dropped, keep_days=self.settings.keep_days)
            await asyncio.sleep(_PURGE_EVERY_S)
