"""What may fail in a stretch: processes, clocks, disks, receivers, cables, the broker."""

from dataclasses import dataclass
from typing import Literal, get_args

from tests.simulation.channels import Channel

ReceiverFault = Literal["unreachable", "hangs", "hangs_after", "error_after", "throttled", "refused", "slow"]
DiskFault = Literal["full", "answer_lost", "slow", "unreadable"]
LagKind = Literal["delayed", "shuffled"]
BrokerFault = Literal["cut", "half_open", "forgets", "repeats", "slow"]
RECEIVER_FAULTS: tuple[ReceiverFault, ...] = get_args(ReceiverFault)
DISK_FAULTS: tuple[DiskFault, ...] = get_args(DiskFault)
BROKER_FAULTS: tuple[BrokerFault, ...] = get_args(BrokerFault)


@dataclass(frozen=True)
class Noise:
    at_s: float
    channel: Channel
    size: int

    def __str__(self) -> str:
        return f"noise on {self.channel}: {self.size} bytes"


@dataclass(frozen=True)
class Crash:
    """`when`: now, or inside the next commit, before or after it is durable. The machine is back after `away_s`.

    `step_s`: its wall clock was set meanwhile.
    """

    at_s: float
    when: Literal["now", "before", "after", "stop"]
    away_s: float
    step_s: float = 0.0
    rules: int = 0  # the rule set of the configuration it starts with
    reboots: bool = False  # the machine does: its monotonic clock begins anew

    def __str__(self) -> str:
        how = {"now": "killed", "before": "killed before its commit is durable", "after": "killed after its commit"}
        said = f"gateway {how.get(self.when, 'stopped')}, back after {self.away_s:g} s with rules {self.rules}"
        said += ", the machine rebooted" if self.reboots else ""
        return said + (f", wall clock {self.step_s:+g} s" if self.step_s else "")


@dataclass(frozen=True)
class PutBack:
    """The store is copied while the gateway runs, or not; later it is killed, and the copy is put back."""

    at_s: float
    after_s: float
    away_s: float

    def __str__(self) -> str:
        return f"the store copied, and put back {self.after_s:g} s later, the gateway back after {self.away_s:g} s"


@dataclass(frozen=True)
class Erase:
    """Who asks to be forgotten: hours later, when closed records may go, the gateway is stopped and the number erased.

    The hours are a step of the wall clock at a start, `lives_s` before.
    """

    at_s: float
    number: str
    lives_s: float
    away_s: float

    def __str__(self) -> str:
        erased = f"hours pass, and after {self.lives_s:g} s {self.number} is erased"
        return f"{erased}, the gateway back after {self.away_s:g} s"


@dataclass(frozen=True)
class ClockSet:
    """The machine's wall clock is set while the gateway runs."""

    at_s: float
    by_s: float

    def __str__(self) -> str:
        return f"wall clock {self.by_s:+g} s"


@dataclass(frozen=True)
class RulesEdited:
    """The configuration is read anew while the gateway runs."""

    at_s: float
    rules: int

    def __str__(self) -> str:
        return f"rules {self.rules} taken"


@dataclass(frozen=True)
class DiskTrouble:
    at_s: float
    for_s: float
    what: DiskFault

    def __str__(self) -> str:
        return f"disk {self.what} for {self.for_s:g} s"


@dataclass(frozen=True)
class ReceiverTrouble:
    at_s: float
    for_s: float
    receiver: str
    what: ReceiverFault

    def __str__(self) -> str:
        return f"receiver {self.receiver} {self.what} for {self.for_s:g} s"


@dataclass(frozen=True)
class Cut:
    at_s: float
    for_s: float
    channel: str  # or "ami"
    half_open: bool

    def __str__(self) -> str:
        return f"cable of {self.channel} {'dead' if self.half_open else 'cut'} for {self.for_s:g} s"


@dataclass(frozen=True)
class Lag:
    """The way from a station is slow; or its datagrams come twice, and in another order."""

    at_s: float
    for_s: float
    channel: Channel
    what: LagKind
    by_s: float

    def __str__(self) -> str:
        return f"what {self.channel} says is {self.what} by {self.by_s:g} s, for {self.for_s:g} s"


@dataclass(frozen=True)
class BrokerTrouble:
    at_s: float
    for_s: float
    what: BrokerFault

    def __str__(self) -> str:
        return f"broker: {self.what} for {self.for_s:g} s"
