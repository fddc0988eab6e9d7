"""Bugs of eleven kinds, planted beside the product and never in it: the simulation must find each of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from adapters.pbx.webhook import HookSource, Settings
from adapters.pbx.webhook.source import Reading
from adapters.ports import Admitted, Batch, Delivered, Delivery, Incoming, LiveState, Notifier, Retry
from adapters.radio import tait_ccdi
from adapters.radio.station import Heard
from gateway.pipeline import Pipeline
from gateway.waiting_line import Outcome
from rules.engine import next_deadline
from rules.events import TransmissionEnded
from rules.settings import HoldCheckin, RuleSet
from tests.simulation.disk import SimStore
from tests.simulation.service import Parts


class AcknowledgesTooSoon(SimStore):
    """It says "durable" while the batch is still on its way to the disk."""

    async def _commit(self, batch: Batch) -> None:
        asyncio.get_running_loop().call_later(0.03, self._write, batch)
        await asyncio.sleep(self._state.commit_s)
        if self._state.dies:
            await self._die()

    def _write(self, batch: Batch) -> None:
        if not self.dead:
            self.disk.keep(batch)


class ForgetsSends(SimStore):
    """A restart finds an empty outbox."""

    async def load(self) -> LiveState:
        return msgspec.structs.replace(await super().load(), pending=[])


class ForgetsKeys(SimStore):
    """It knows no event again that is older than its last twenty entries."""

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        rows = self.disk.rows[-20:]
        return await super().known(keys) & {row.key for row in rows if row.key is not None}


class LosesChannels(SimStore):
    """The radio's live things are not written."""

    async def _commit(self, batch: Batch) -> None:
        await super()._commit(msgspec.structs.replace(batch, channels={}))


class AnswersTooSoon(Pipeline):
    """A source is acknowledged as soon as its event waits in line."""

    def hear(self, events: Sequence[Incoming], told: Callable[[Outcome], None]) -> None:
        super().hear(events, lambda _: None)
        told([Admitted(1)] * len(events))


class SleepsOverDeadlines(Pipeline):
    """Now and then it is late to look."""

    _looked = 0

    async def _something_to_do(self) -> None:
        await super()._something_to_do()
        due_us = next_deadline(self.state)
        if not self._line and due_us is not None:
            self._looked += 1
            if self._looked % 5 == 0:
                await asyncio.sleep(0.4)


class TakesErrorsForDeliveries:
    """A receiver's error counts as a delivery."""

    def __init__(self, notifier: Notifier) -> None:
        self.name = notifier.name
        self.run = notifier.run
        self._notifier = notifier

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        outcome = await self._notifier.send(alert, key)
        return Delivered() if isinstance(outcome, Retry) else outcome


class NewKeyEachTry(TakesErrorsForDeliveries):
    """Each try names itself anew, so nobody can tell a repetition."""

    _tries = 0

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        self._tries += 1
        return await self._notifier.send(alert, f"{key}-{self._tries}")


class NamesRepetitionsAnew(HookSource):
    """A repeated post counts as another event."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._read = self.reader.read
        self.reader.read = self.read_anew  # type: ignore[method-assign]

    def read_anew(self, body: bytes, *, at_us: int, **told: Any) -> Reading:
        reading = self._read(body, at_us=at_us, **told)
        anew = [msgspec.structs.replace(one, key=at_us.to_bytes(16, "big")) for one in reading.incoming]
        return msgspec.structs.replace(reading, incoming=anew)


class DropsFrames:
    """A decoder that loses every third end of a transmission."""

    def __init__(self, settings: Any) -> None:
        self._station = tait_ccdi.KIND.make_station(settings)
        self._ends = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        return [one for one in self._station.feed(data, at_us, via) if not self._drops(one)]

    def _drops(self, heard: Heard) -> bool:
        self._ends += isinstance(heard.event, TransmissionEnded)
        return isinstance(heard.event, TransmissionEnded) and self._ends % 3 == 0


def _misreads(rules: RuleSet) -> RuleSet:
    """A greeting every 30 s is read as every 31."""
    return msgspec.structs.replace(rules, hold_checkin=HoldCheckin(every_s=rules.hold_checkin.every_s + 1))


# The part that has it, and within how many seeds it must be found.
BUGS: dict[str, tuple[Parts, int]] = {
    "acknowledges before the disk": (Parts(store=AcknowledgesTooSoon), 5),
    "acknowledges before the commit": (Parts(pipeline=AnswersTooSoon), 30),
    "forgets the outbox at a restart": (Parts(store=ForgetsSends), 5),
    "forgets what it has heard": (Parts(store=ForgetsKeys), 20),
    "does not write the radio's live things": (Parts(store=LosesChannels), 5),
    "sleeps over deadlines": (Parts(pipeline=SleepsOverDeadlines), 5),
    "takes errors for deliveries": (Parts(notifier=TakesErrorsForDeliveries), 60),
    "names each try anew": (Parts(notifier=NewKeyEachTry), 20),
    "counts repetitions twice": (Parts(hook_source=NamesRepetitionsAnew), 5),
    "drops a frame": (Parts(radios={"yard": tait_ccdi.KIND._replace(make_station=DropsFrames)}), 10),
    "misreads a rule": (Parts(rules=_misreads), 20),
}
