"""What may happen in one simulated stretch of time: calls, radio traffic, clicks, faults.

A plan is a list of things that do not depend on each other, so that any of them can be left out: see trial.py.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

from rules.obligations import Rule

INBOUND_LINE = "88887777"

ReceiverFault = Literal["unreachable", "hangs", "hangs_after", "error_after", "throttled", "refused", "slow"]
DiskFault = Literal["full", "answer_lost", "slow", "unreadable"]
Deed = Literal["acknowledge", "call_back", "promise", "keep", "notice", "hand_over", "snooze", "on_it", "done"]
Chore = Literal[
    "claim", "override", "release", "park", "complete", "note", "facts", "facts_unseen", "answered", "seen", "view",
    "shift_note", "hand_over_shift", "take_over_shift", "approve", "plan", "plan_of_record", "step", "end_plan",
]  # fmt: skip
AnswerBy = Literal["link", "mqtt"]
AnswerHow = Literal["", "twice", "oldest", "forged"]
Way = Literal["", "again", "answer_lost", "late"]
Channel = str  # the source: a key of tests.simulation.stations.KINDS
CallSource = Literal["main", "plain", "ami"]
Feature = Literal[
    "people", "hours", "works", "storm", "phone", "rescue"
]  # of the site's configuration: see tests.simulation.house
SignalName = Literal["page", "emergency", "status", "text"]
LagKind = Literal["delayed", "shuffled"]
BrokerFault = Literal["cut", "half_open", "forgets", "repeats", "slow"]
RECEIVER_FAULTS: tuple[ReceiverFault, ...] = get_args(ReceiverFault)
DISK_FAULTS: tuple[DiskFault, ...] = get_args(DiskFault)
BROKER_FAULTS: tuple[BrokerFault, ...] = get_args(BrokerFault)
CHANNELS: tuple[Channel, ...] = ("gate", "yard")  # of every stretch; of the others each has a few
STREAMS: tuple[Channel, ...] = ("dmr", "tetra", "svxlink", "rpt", "lines", "tones", "aprs", "mesh")
DATAGRAMS: tuple[Channel, ...] = ("hytera", "table", "vox")
PUBLISHED: tuple[Channel, ...] = ("mmdvm", "meshes")
SIGNALS: dict[Channel, tuple[SignalName, ...]] = {
    "yard": ("page", "emergency", "status", "text"),
    "dmr": ("page", "text"),
    "hytera": ("page", "text"),
    "tetra": ("emergency", "status", "text"),
    "rpt": ("page", "emergency", "status"),
    "table": ("page", "emergency", "status", "text"),
    "mmdvm": ("page", "emergency"),
    "aprs": ("emergency", "status"),
    "mesh": ("page",),
    "meshes": ("page",),
}


@dataclass(frozen=True)
class Call:
    """A caller: rings for `wait_s`, is answered or gives up; is held for some times; hangs up."""

    at_s: float
    name: str
    source: CallSource
    caller: str
    wait_s: float
    answered: bool
    devices: int = 1
    holds: tuple[tuple[float, float], ...] = ()  # (talk before, length)
    checkins: tuple[float, ...] = ()  # seconds after the beginning of the first hold
    ways: tuple[tuple[Way, float], ...] = ()  # how each event travels: again, answer_lost or late, after so many s

    def __str__(self) -> str:
        end = "answered" if self.answered else "given up"
        said = f"call {self.name} by {self.source} from {self.caller}: {end} after {self.wait_s:g} s"
        said += "".join(f", talks {talk:g} s, held {length:g} s" for talk, length in self.holds)
        said += "".join(f", greeted {after:g} s into it" for after in self.checkins)
        return said + "".join(f", event {nth}: {way} {s:g} s" for nth, (way, s) in enumerate(self.ways) if way)


@dataclass(frozen=True)
class CallOut:
    """The desk calls a number, from an extension or (forbidden) from a line that may only be called."""

    at_s: float
    name: str
    source: Literal["main", "plain"]
    by: str
    to: str
    wait_s: float
    answered: bool
    ways: tuple[tuple[Way, float], ...] = ()

    def __str__(self) -> str:
        end = "answered" if self.answered else "given up"
        return f"call {self.name} by {self.source} from {self.by} out to {self.to}: {end} after {self.wait_s:g} s"


@dataclass(frozen=True)
class Talk:
    """Radio traffic of one channel, half duplex: (who, silence before, length); "" is control."""

    at_s: float
    channel: Channel
    said: tuple[tuple[str, float, float], ...]

    def __str__(self) -> str:
        turns = "; ".join(
            f"{who or 'control'} after {silence:g} s for {length:g} s" for who, silence, length in self.said
        )
        return f"radio {self.channel}: {turns}"


@dataclass(frozen=True)
class Signals:
    """Radio traffic without a voice: (what, who, silence before)."""

    at_s: float
    channel: Channel
    said: tuple[tuple[SignalName, str, float], ...]

    def __str__(self) -> str:
        return f"radio {self.channel}: " + "; ".join(f"{what} of {who} after {s:g} s" for what, who, s in self.said)


@dataclass(frozen=True)
class Noise:
    at_s: float
    channel: Channel
    size: int

    def __str__(self) -> str:
        return f"noise on {self.channel}: {self.size} bytes"


@dataclass(frozen=True)
class Click:
    """Somebody at the desk: acknowledges the newest alert that waits for it, says that the oldest missed caller was
    called back, tells the unit heard last to wait, says that the oldest promise is kept, or takes notice of the
    newest matter that asks for more, hands it on, puts it off, says to be on it, or that it is done.
    """

    at_s: float
    what: Deed

    def __str__(self) -> str:
        return f"click: {self.what}"


@dataclass(frozen=True)
class DeskWork:
    """Somebody takes care of the record that was opened last, writes into it, or does what a shift has to do."""

    at_s: float
    by: str
    what: Chore

    def __str__(self) -> str:
        return f"{self.by} at the desk: {self.what}"


@dataclass(frozen=True)
class Answer:
    """Whoever was sent an alert acknowledges it from where he is: the newest one, or the oldest that he still has."""

    at_s: float
    by: AnswerBy
    how: AnswerHow = ""

    def __str__(self) -> str:
        return f"answer by {self.by} {self.how}".strip()


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


@dataclass(frozen=True)
class Works:
    """Somebody announces maintenance of these sources or rules, and may end it sooner."""

    at_s: float
    name: str
    for_s: float
    sources: tuple[str, ...] = ()
    only_rules: tuple[Rule, ...] = ()
    ended_after_s: float | None = None

    def __str__(self) -> str:
        of = ", ".join((*self.sources, *self.only_rules)) or "the whole site"
        ended = "" if self.ended_after_s is None else f", ended after {self.ended_after_s:g} s"
        return f"maintenance {self.name} of {of} for {self.for_s:g} s{ended}"


@dataclass(frozen=True)
class TestAlert:
    """Somebody wants to see whether alerts arrive."""

    at_s: float
    name: str
    to: tuple[str, ...]

    def __str__(self) -> str:
        return f"test alert {self.name} to {', '.join(self.to)}"


@dataclass(frozen=True)
class AtThePhone:
    """From now on whoever has this telephone does so when it rings with an alert."""

    at_s: float
    dialled: str
    answers: str = ""  # or why not
    key: str = ""
    at: int = 1  # at which of the things that are said
    hangs_up_at: int = 0

    def __str__(self) -> str:
        does = self.answers or f"answers, presses {self.key or 'nothing'} at {self.at}, hangs up at {self.hangs_up_at}"
        return f"telephone {self.dialled}: {does}"


Happening = (
    AtThePhone
    | DeskWork
    | Answer
    | Works
    | TestAlert
    | CallOut
    | ClockSet
    | RulesEdited
    | Call
    | Talk
    | Signals
    | Noise
    | Click
    | Crash
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
