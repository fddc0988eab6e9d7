"""One life of the gateway's process, from its start to its death: the real parts, put together as gateway.app does."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from adapters.pbx import asterisk, webhook
from adapters.pbx.asterisk.link import Link as AsteriskLink
from adapters.pbx.webhook import HookSource
from adapters.ports import Notifier, Source
from adapters.radio import kenwood_fleetsync, tait_ccdi
from adapters.radio.kind import RadioKind, radio_rules
from adapters.radio.link import Link
from gateway.clock import Clock
from gateway.delivery import Delivery, Patience
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.web.hooks import Hooks
from rules.settings import HoldCheckin, Ladder, RuleSet, ThreeRings, TwoCalls
from tests.property.rules import test_radio_oracle as radio
from tests.simulation.disk import SimStore

START_US = 1_800_000_000_000_000
STOP_WITHIN_S = 5.0
OWN_UNIT = "100-9999"
PORTS = {"gate": 1, "yard": 2}
PBXS = tuple(webhook.Settings(name=name, kind=webhook.KIND.name, allow_unsigned=True) for name in ("main", "plain"))
RADIOS = {
    "gate": kenwood_fleetsync.KIND.settings(
        name="gate", kind="kenwood-fleetsync", port="socket://station:1", own_units=(OWN_UNIT,)
    ),
    "yard": tait_ccdi.KIND.settings(name="yard", kind="tait-ccdi", port="socket://station:2"),
}


class _Ami(asterisk.Settings, kw_only=True):
    def secret(self) -> str:
        return "sim"


AMI = _Ami(name="ami", kind=asterisk.KIND.name, host="switchboard", port=3, username="sim", secret_env="unused")
_PATIENCE = Patience(at_once=4)
_METRICS = Metrics()  # one for all: making the counters takes longer than most lives


@dataclass(frozen=True)
class Parts:
    """What the service is made of; a planted bug is another part."""

    store: type[SimStore] = SimStore
    pipeline: type[Pipeline] = Pipeline
    delivery: type[Delivery] = Delivery
    hook_source: Callable[[webhook.Settings], HookSource] = HookSource
    kenwood: RadioKind = kenwood_fleetsync.KIND
    tait: RadioKind = tait_ccdi.KIND
    rules: Callable[[RuleSet], RuleSet] = lambda rules: rules  # a wrong reading of the configuration
    notifier: Callable[[Notifier], Notifier] = lambda notifier: notifier


def rule_sets() -> tuple[RuleSet, RuleSet]:
    """What the site is configured with, and what it is reconfigured to."""
    first = RuleSet(
        version="first",
        site="sim",
        notifiers=("desk", "chief", "boss"),
        two_calls=TwoCalls(
            calls=radio.CALLS,
            fallback_s=radio.FALLBACK / 1000,
            call_gap_s=radio.GAP / 1000,
            window_s=radio.WINDOW / 1000,
            bump_s=radio.BUMP / 1000,
            tail_s=radio.TAIL / 1000,
            reply_min_s=radio.REPLY_MIN / 1000,
            conversation_s=radio.CONVERSATION / 1000,
        ),
        ladder=Ladder(warn=("desk",), breach=("desk", "chief"), escalation=("chief", "boss")),
        sources=(
            *(webhook.KIND.rules(settings) for settings in PBXS),
            asterisk.KIND.rules(AMI),
            radio_rules(kenwood_fleetsync.KIND, RADIOS["gate"]),
            radio_rules(tait_ccdi.KIND, RADIOS["yard"]),
        ),
    )
    return first, msgspec.structs.replace(
        first, version="second", three_rings=ThreeRings(rings=2), hold_checkin=HoldCheckin(every_s=20)
    )


RULE_SETS = rule_sets()


class Service:
    """`died` is set when this process is no more; nothing of it may be heard from then on."""

    def __init__(
        self, parts: Parts, store: SimStore, rules: RuleSet, clock: Clock, notifiers: Sequence[Notifier]
    ) -> None:
        self.store = store
        self.rules = rules
        self.died = asyncio.Event()
        self.pipeline = parts.pipeline(store, parts.rules(rules), clock, metrics=_METRICS)
        self.delivery = parts.delivery([parts.notifier(one) for one in notifiers], self.pipeline, _PATIENCE)
        sources = {settings.name: parts.hook_source(settings) for settings in PBXS}
        self.hook_sources = sources
        self.hooks = Hooks(sources, self.pipeline, wall_s=lambda: clock() / 1_000_000)
        self.links: list[Source] = [
            Link(parts.kenwood, RADIOS["gate"]),
            Link(parts.tait, RADIOS["yard"]),
            AsteriskLink(AMI),
        ]
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        start = asyncio.get_running_loop().create_task
        self._tasks = {
            "pipeline": start(self.pipeline.run()),
            "delivery": start(self.delivery.run()),
            **{link.name: start(link.run(self.pipeline)) for link in self.links},
        }

    def bugs(self) -> list[BaseException]:
        """What ended one of its tasks: only a bug does."""
        over = [task for task in self._tasks.values() if task.done() and not task.cancelled()]
        return [error for task in over if (error := task.exception()) is not None]

    async def stop(self) -> None:
        """As on SIGTERM: no more input, no more deliveries, and the last notes are committed."""
        await self._end(*(link.name for link in self.links))
        await self._end("delivery")
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self.pipeline.flush()
        except Exception:  # noqa: BLE001, S110 - a store that fails now is as a crash: what was noted comes again
            pass
        await self.kill()

    async def kill(self) -> None:
        """As by SIGKILL: what is not durable now never was."""
        self.store.dead = True
        self.died.set()
        await self._end(*self._tasks)

    async def _end(self, *names: str) -> None:
        tasks = [self._tasks[name] for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
