"""One life of the gateway's process, from its start to its death: the real parts, put together as gateway.app does."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

from adapters import recordings
from adapters.errors import StoreError
from adapters.pbx import webhook
from adapters.pbx.asterisk.link import Link as AsteriskLink
from adapters.pbx.webhook import HookSource
from adapters.ports import HearsAnswers, Notifier, Source
from adapters.radio.kind import RadioKind
from gateway.access.audit import Audit
from gateway.answers import Answers
from gateway.clock import AnchoredClock
from gateway.delivery import Delivery, Patience
from gateway.heartbeat import HeartbeatSettings, beat
from gateway.links import AcknowledgeLinks
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.web.door.hooks import Hooks
from rules.settings import RuleSet
from tests.fixtures.memory_store import MemoryAccess
from tests.simulation.disk import SimStore
from tests.simulation.house import AMI, AMI_RESCUING, PBXS
from tests.simulation.recorder import SimRecorder
from tests.simulation.stations import KINDS, numbers
from tests.simulation.wires import SimLink

STOP_WITHIN_S = 5.0
LINK_LIFE_S = 300.0
HEART = HeartbeatSettings(every_s=60.0, enabled=True)
Heart = Callable[[Pipeline, HeartbeatSettings, Sequence[Notifier]], Coroutine[Any, Any, None]]
NUMBERS = numbers()
_PATIENCE = Patience(at_once=4)
_METRICS = Metrics()  # one for all: making the counters takes longer than most lives


@dataclass(frozen=True)
class Misread:
    """A function of the rules that is another one: live, and in every replay of the journal."""

    module: ModuleType
    name: str
    instead: Callable[..., Any]  # is given the right one, then what that is given

    @contextmanager
    def __call__(self) -> Iterator[None]:
        right = getattr(self.module, self.name)
        setattr(self.module, self.name, partial(self.instead, right))
        try:
            yield
        finally:
            setattr(self.module, self.name, right)


@dataclass(frozen=True)
class Parts:
    """What the service is made of; a planted bug is another part."""

    store: type[SimStore] = SimStore
    pipeline: type[Pipeline] = Pipeline
    delivery: type[Delivery] = Delivery
    hook_source: Callable[[webhook.Settings], HookSource] = HookSource
    radios: Mapping[str, RadioKind] = field(default_factory=dict)  # by source, where it is not the kind's own
    link: type[SimLink] = SimLink
    recorder: type[SimRecorder] = SimRecorder
    clock: type[AnchoredClock] = AnchoredClock
    rules: Callable[[RuleSet], RuleSet] = lambda rules: rules  # a wrong reading of the configuration
    notifier: Callable[[Notifier], Notifier] = lambda notifier: notifier
    links: type[AcknowledgeLinks] = AcknowledgeLinks
    heart: Heart = beat
    rule: Misread | None = None  # while a stretch is played and judged


class Service:
    """`died` is set when this process is no more; nothing of it may be heard from then on."""

    def __init__(  # noqa: PLR0917 - it is put together in one place
        self,
        parts: Parts,
        store: SimStore,
        rules: RuleSet,
        clock: AnchoredClock,
        notifiers: Sequence[Notifier],
        channels: Sequence[str] = (),
        hang_up: Callable[[], None] = lambda: None,
        *,
        beats: bool = False,
        tapes: recordings.Settings | None = None,
    ) -> None:
        """`hang_up` is what the kernel does for a process that was killed: its connections break."""
        self.store = store
        self.rules = rules
        self.died = asyncio.Event()
        self._read_rules = parts.rules
        self.pipeline = parts.pipeline(store, parts.rules(rules), clock, metrics=_METRICS, anchor_us=clock.anchor_us)
        rescues = any(source.rescue for source in rules.sources)
        ami = AsteriskLink(AMI_RESCUING if rescues else AMI)
        carriers = [parts.notifier(one) for one in (*notifiers, *filter(None, [ami.rescuer()]))]
        self.links_to = parts.links("a secret", rules.site, "https://gateway", LINK_LIFE_S)
        self.delivery = parts.delivery(carriers, self.pipeline, _PATIENCE, self.links_to)
        self._heart = parts.heart(self.pipeline, HEART, carriers) if beats else None
        self.answers = Answers(self.pipeline, Audit(MemoryAccess(), clock))
        for one in carriers:
            if isinstance(one, HearsAnswers):
                one.answer_to(self.answers)
        sources = {settings.name: parts.hook_source(settings) for settings in PBXS}
        self.hook_sources = sources
        self.hooks = Hooks(sources, self.pipeline, wall_s=lambda: clock() / 1_000_000)
        self.links: list[Source] = [
            ami,
            *(
                parts.link(parts.radios.get(name, KINDS[name].radio), KINDS[name].settings, NUMBERS)
                for name in channels
            ),
        ]
        self.recorder = None if tapes is None else parts.recorder(tapes)
        if self.recorder is not None:
            self.links.append(self.recorder)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hang_up = hang_up

    def start(self) -> None:
        start = asyncio.get_running_loop().create_task
        self._tasks = {
            "pipeline": start(self.pipeline.run()),
            "delivery": start(self.delivery.run()),
            **{link.name: start(link.run(self.pipeline)) for link in self.links},
            **({"heart": start(self._heart)} if self._heart is not None else {}),
        }

    async def take_rules(self, rules: RuleSet) -> None:
        await self.pipeline.take_rules(self._read_rules(rules))
        self.rules = rules

    def bugs(self) -> list[BaseException]:
        """What ended one of its tasks: only a bug does."""
        over = [task for task in self._tasks.values() if task.done() and not task.cancelled()]
        return [error for task in over if (error := task.exception()) is not None]

    async def stop(self) -> None:
        """As on SIGTERM: no more input, no more deliveries, and the last notes are committed."""
        await self._end(*(link.name for link in self.links))
        await self._end("delivery")
        with contextlib.suppress(StoreError, TimeoutError):  # as a crash: what was noted comes again
            async with asyncio.timeout(STOP_WITHIN_S):
                await self.pipeline.flush()
        await self.kill()

    async def kill(self) -> None:
        """As by SIGKILL: what is not durable now never was."""
        self.store.dead = True
        self.died.set()
        self._hang_up()
        await self._end(*self._tasks)

    async def _end(self, *names: str) -> None:
        tasks = [self._tasks[name] for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
