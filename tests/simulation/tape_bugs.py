"""Bugs of recordings, planted beside the product: the simulation must find each of them."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import msgspec

from adapters.errors import GatewayError
from adapters.ports import Admitted, Incoming, Intake
from rules import recordings
from rules.events import Recorded
from rules.incidents import Incident
from tests.simulation.recorder import SimRecorder
from tests.simulation.service import Misread, Parts


class _Between:
    """What a recorder sees of the pipeline."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def __getattr__(self, name: str) -> Any:
        return getattr(self._intake, name)


class _Hasty(_Between):
    def __init__(self, intake: Intake, tasks: asyncio.TaskGroup) -> None:
        super().__init__(intake)
        self._tasks = tasks

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]:
        self._tasks.create_task(self._soon(events))
        return []

    async def _soon(self, events: Sequence[Incoming]) -> None:
        with contextlib.suppress(GatewayError):
            await self._intake.submit(events)


class _Anew(_Between):
    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]:
        return await self._intake.submit([msgspec.structs.replace(one, key=uuid4().bytes) for one in events])


class NamesEachTryAnew(SimRecorder):
    """What is told twice counts twice."""

    async def run(self, intake: Intake) -> None:
        await super().run(_Anew(intake))


class AnswersFirst(SimRecorder):
    """The uploader hears that it was taken before it is on the disk."""

    async def run(self, intake: Intake) -> None:
        async with asyncio.TaskGroup() as tasks:
            await super().run(_Hasty(intake, tasks))


def _joins_the_first(_right: Callable[..., Incident | None], turn: Any, event: Recorded, _started_us: int) -> Any:
    """Whichever is of the channel."""
    return next((one for one in turn.state.incidents.values() if one.channel == event.channel), None)


# The part that has it, and within how many seeds it must be found.
TAPE_BUGS: dict[str, tuple[Parts, int]] = {
    "counts a recording twice": (Parts(recorder=NamesEachTryAnew), 40),
    "takes a recording before the commit": (Parts(recorder=AnswersFirst), 80),
    "joins a recording to the first of its channel": (Parts(rule=Misread(recordings, "_of", _joins_the_first)), 40),
}
