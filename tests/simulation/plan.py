"""What may happen in one simulated stretch of time.

A plan is a list of things that do not depend on each other, so that any of them can be left out: see trial.py.
"""

from dataclasses import dataclass, field
from typing import Literal

from tests.simulation.channels import CHANNELS, DATAGRAMS, PUBLISHED, STREAMS, Channel
from tests.simulation.doings import Answer, AtThePhone, Click, DeskWork, Swap, TestAlert, Works
from tests.simulation.faults import (
    BrokerTrouble,
    ClockSet,
    Crash,
    Cut,
    DiskTrouble,
    Erase,
    Lag,
    Noise,
    PutBack,
    ReceiverTrouble,
    RulesEdited,
)
from tests.simulation.spoken import Call, CallOut, Routed, Signals, Talk, Taped

Feature = Literal[
    "people", "hours", "works", "storm", "phone", "rescue", "unwarned", "spring", "autumn"
]  # of the site's configuration: see tests.simulation.house


Happening = (
    AtThePhone
    | DeskWork
    | Answer
    | Works
    | Swap
    | TestAlert
    | CallOut
    | ClockSet
    | RulesEdited
    | Call
    | Routed
    | Talk
    | Taped
    | Signals
    | Noise
    | Click
    | Crash
    | Erase
    | PutBack
    | DiskTrouble
    | ReceiverTrouble
    | Cut
    | Lag
    | BrokerTrouble
)


@dataclass
class Plan:
    seed: int
    clock_off_s: float  # the PBX's clock from the true time
    drift_ppm: int  # how much faster it runs
    happenings: list[Happening] = field(default_factory=list)
    by_mqtt: bool = False  # the desk's alerts go to a broker
    beats: bool = False  # a dead man's switch hears from the gateway
    on_sqlite: bool = False  # a real file lies beneath the disk
    features: tuple[Feature, ...] = ()

    @property
    def channels(self) -> list[Channel]:
        """Whose sources the gateway listens to."""
        named = {one.channel for one in self.happenings if isinstance(one, Talk | Signals | Noise | Cut | Lag)}
        return [name for name in (*CHANNELS, *STREAMS, *DATAGRAMS, *PUBLISHED) if name in CHANNELS or name in named]

    def told(self) -> str:
        """As a story to be read."""
        lines = [f"story seed {self.seed}, the PBX's clock is off by {self.clock_off_s:g} s, {self.drift_ppm} ppm fast"]
        lines[0] += f", with {', '.join(self.features)}" if self.features else ""
        lines += [f"{one.at_s:<9.3f} {one}" for one in sorted(self.happenings, key=lambda one: one.at_s)]
        return "\n".join(lines)
