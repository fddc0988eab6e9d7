"""One seed played and judged; and, of one that fails, the shortest story that fails still."""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import structlog

from tests.simulation.answered import unanswered
from tests.simulation.calling import misdialled
from tests.simulation.care import neglected
from tests.simulation.checks import broken
from tests.simulation.draw import draw
from tests.simulation.duties import undone
from tests.simulation.forgotten import unforgotten
from tests.simulation.hush import unhushed
from tests.simulation.manned import unmanned
from tests.simulation.plan import Plan
from tests.simulation.restored import unrestored
from tests.simulation.retelling import FOLDERS, Folders, keep
from tests.simulation.riddles import STUMBLES, unsolved
from tests.simulation.routes import misrouted
from tests.simulation.service import Parts
from tests.simulation.shrinking import Shrinking, shape_of
from tests.simulation.signals import unsaid
from tests.simulation.sometimes import happened
from tests.simulation.taped import untaped
from tests.simulation.truth import untrue
from tests.simulation.wires import DEVICES
from tests.simulation.world import World, run

JUDGES = (
    *(broken, untrue, unsaid, undone, unhushed, misdialled, unanswered),
    *(neglected, unmanned, misrouted, unrestored, unforgotten, unsolved, untaped),
)
GARBAGE = 50_000, 20, 100  # looked for so seldom: a stretch leaves little, and a tenth of the time was spent on it


@dataclass(frozen=True)
class Trial:
    plan: Plan
    wrong: list[str]
    entries: int
    faults: dict[str, int]
    trace: str  # the same seed, the same trace: all that was journalled, sent and received

    def told(self) -> str:
        return "\n".join([self.plan.told(), *(f"  wrong: {line}" for line in self.wrong[:10])])


class Outcome(NamedTuple):
    """What is left of a trial when it comes from another process."""

    seed: int
    failed: bool
    entries: int
    faults: dict[str, int]
    cpu_s: float


def seldom_collecting() -> None:
    """A process that plays many: what was imported is no garbage, and need not be looked through."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def outcome_of(seed: int) -> Outcome:
    began_s = time.process_time()
    trial = played(draw(seed))
    return Outcome(seed, bool(trial.wrong), trial.entries, trial.faults, time.process_time() - began_s)


def played(plan: Plan, parts: Parts | None = None) -> Trial:
    with parts.rule() if parts is not None and parts.rule is not None else nullcontext():
        try:
            with _quietly(), STUMBLES():
                world = run(plan, parts)
        except AssertionError as error:
            return Trial(plan, [f"{type(error).__name__}: {error}"], 0, {}, "")
        wrong = [line for judge in JUDGES for line in judge(world)]
    return Trial(plan, wrong, len(world.disk.rows), happened(world), _trace(world))


def minimised(trial: Trial, parts: Parts | None = None) -> Trial:
    """The shortest story that is found to fail in the same way."""
    shrinking = Shrinking(trial.plan, lambda plan: played(plan, parts).wrong, shape_of(trial.wrong[0]))
    return played(shrinking.shrunk(), parts)


def kept(trial: Trial, folders: Folders = FOLDERS) -> Path:
    """A file that a test plays from now on."""
    try:
        with _quietly(), STUMBLES():
            world = run(trial.plan)
    except AssertionError:
        return keep(trial.plan, trial.wrong, [], {}, folders)
    return keep(trial.plan, trial.wrong, [row.entry for row in world.disk.rows], world.switchboard.calls, folders)


@contextmanager
def _quietly() -> Iterator[None]:
    """Faults are meant here."""
    before, mqtt = structlog.get_config(), logging.getLogger("mqtt")
    mqtt_level = mqtt.level
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    mqtt.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        mqtt.setLevel(mqtt_level)


def _trace(world: World) -> str:
    digest = blake2b(digest_size=8)
    for row in world.disk.rows:
        told = repr((row.entry, row.raw, row.incident, row.error))
        digest.update(told.replace(str(DEVICES), "").encode())  # a folder of this process alone
    for _, send in world.disk.sent:
        digest.update(repr(send).encode())
    for receiver in world.receivers.values():
        digest.update(repr([(receipt.at_us, receipt.key) for receipt in receiver.received]).encode())
    return digest.hexdigest()
