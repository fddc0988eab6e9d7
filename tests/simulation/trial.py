"""One seed played and judged; and, of one that fails, the shortest story that fails still."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

import structlog

from tests.simulation.checks import broken
from tests.simulation.duties import undone
from tests.simulation.plan import Plan
from tests.simulation.service import Parts
from tests.simulation.signals import unsaid
from tests.simulation.truth import untrue
from tests.simulation.world import World, run


@dataclass(frozen=True)
class Trial:
    plan: Plan
    wrong: list[str]
    entries: int
    faults: dict[str, int]
    trace: str  # the same seed, the same trace: all that was journalled, sent and received

    def told(self) -> str:
        return "\n".join([self.plan.told(), *(f"  wrong: {line}" for line in self.wrong[:10])])


def played(plan: Plan, parts: Parts | None = None) -> Trial:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # faults are meant here
    try:
        world = run(plan, parts)
    except AssertionError as error:
        return Trial(plan, [f"{type(error).__name__}: {error}"], 0, {}, "")
    finally:
        structlog.configure(**before)
    wrong = [line for judge in (broken, untrue, unsaid, undone) for line in judge(world)]
    return Trial(plan, wrong, len(world.disk.rows), world.history.faults, _trace(world))


def minimised(trial: Trial, parts: Parts | None = None, tell: Callable[[str], None] = lambda _: None) -> Trial:
    """Leave out whatever can be left out: first halves of what happens, at last single things."""
    size = max(1, len(trial.plan.happenings) // 2)
    while True:
        for begin in range(0, len(trial.plan.happenings), size):
            left = trial.plan.happenings[:begin] + trial.plan.happenings[begin + size :]
            shorter = played(replace(trial.plan, happenings=left), parts)
            if shorter.wrong:
                trial = shorter
                tell(f"{len(left)} happenings fail still")
                break
        else:
            if size == 1:
                return trial
            size = max(1, size // 2)


def _trace(world: World) -> str:
    digest = blake2b(digest_size=8)
    for row in world.disk.rows:
        digest.update(repr((row.entry, row.raw, row.incident, row.error)).encode())
    for _, send in world.disk.sent:
        digest.update(repr(send).encode())
    for receiver in world.receivers.values():
        digest.update(repr([(receipt.at_us, receipt.key) for receipt in receiver.received]).encode())
    return digest.hexdigest()
