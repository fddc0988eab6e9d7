"""What will happen in one simulated stretch of time, all drawn from one seed: calls, radio traffic, clicks, faults.

A plan is a list of things that do not depend on each other, so that any of them can be left out: see trial.py.
"""

import random
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

HOUR_S = 3600.0
INBOUND_LINE = "88887777"
YEAR_S = 365 * 24 * HOUR_S
BY_MQTT = 0.3  # of the stretches have a broker, for alerts and for radios
ON_SQLITE = 0.2
QUIET = 0.15  # of the stretches nothing fails: whatever goes wrong there is our own fault
STRETCH_S = 900.0  # calls and faults begin within it

ReceiverFault = Literal["unreachable", "hangs", "hangs_after", "error_after", "throttled", "refused", "slow"]
DiskFault = Literal["full", "answer_lost", "slow", "unreadable"]
Deed = Literal["acknowledge", "call_back", "promise", "keep", "notice", "hand_over", "snooze", "on_it", "done"]
Way = Literal["", "again", "answer_lost", "late"]
Channel = str  # the source: a key of tests.simulation.stations.KINDS
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
WAYS: tuple[Way, ...] = ("", "", "", "again", "answer_lost", "late")


@dataclass(frozen=True)
class Call:
    """A caller: rings for `wait_s`, is answered or gives up; is held for some times; hangs up."""

    at_s: float
    name: str
    source: Literal["main", "plain", "ami"]
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


Happening = (
    CallOut
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
    on_sqlite: bool = False  # a real file lies beneath the disk

    @property
    def channels(self) -> list[Channel]:
        """Whose sources the gateway listens to."""
        named = {one.channel for one in self.happenings if isinstance(one, Talk | Signals | Noise | Cut | Lag)}
        return [name for name in (*CHANNELS, *STREAMS, *DATAGRAMS, *PUBLISHED) if name in CHANNELS or name in named]

    def told(self) -> str:
        """As a story to be read."""
        lines = [f"story seed {self.seed}, the PBX's clock is off by {self.clock_off_s:g} s, {self.drift_ppm} ppm fast"]
        lines += [f"{one.at_s:<9.3f} {one}" for one in sorted(self.happenings, key=lambda one: one.at_s)]
        return "\n".join(lines)


def draw(seed: int) -> Plan:
    chance = random.Random(seed)
    plan = Plan(seed, chance.choice([0.0, 0.0, 0.0, 0.3, -0.7, 40.0, -40.0]), chance.choice([0, 0, 0, 200, -200]))
    add = plan.happenings.append
    for nth in range(chance.randint(2, 7)):
        add(_call(chance, nth))
    for channel in CHANNELS:
        if chance.random() < 0.6:
            add(_talk(chance, channel))
    for _ in range(chance.randint(0, 3)):
        add(Click(_moment(chance, plan), chance.choice(["acknowledge", "acknowledge", "call_back"])))
    plan.by_mqtt = random.Random(f"mqtt {seed}").random() < BY_MQTT
    plan.on_sqlite = random.Random(f"sqlite {seed}").random() < ON_SQLITE
    quiet = chance.random() < QUIET
    _add_radios(plan, quiet=quiet)
    _add_deeds(plan)
    _add_alert_deeds(plan)
    if quiet:
        return plan
    for _ in range(chance.randint(0, 4)):
        add(_crash(chance, plan))
    for _ in range(chance.randint(0, 2)):
        add(DiskTrouble(_moment(chance, plan), chance.choice([0.5, 3.0, 20.0, 60.0]), chance.choice(DISK_FAULTS)))
    for _ in range(chance.randint(0, 4)):
        receiver = chance.choice(["desk", "chief", "boss"])
        for_s = chance.choice([2.0, 15.0, 90.0, 400.0])
        add(ReceiverTrouble(_moment(chance, plan), for_s, receiver, chance.choice(RECEIVER_FAULTS)))
    for _ in range(chance.randint(0, 2)):
        for_s, half_open = chance.choice([1.0, 8.0, 45.0]), chance.random() < 0.5
        add(Cut(_moment(chance, plan), for_s, chance.choice([*CHANNELS, "ami"]), half_open))
    for _ in range(chance.randint(0, 2)):
        add(Noise(_moment(chance), chance.choice(CHANNELS), chance.randint(1, 600)))
    _add_changes(plan)
    return plan


def _add_radios(plan: Plan, *, quiet: bool) -> None:
    """A few of the other kinds of base stations, with what can go wrong on their media."""
    chance = random.Random(f"radios {plan.seed}")
    add = plan.happenings.append
    kinds = [chance.choice(STREAMS), chance.choice([*STREAMS, *DATAGRAMS]), *chance.choices(PUBLISHED, k=plan.by_mqtt)]
    for channel in dict.fromkeys(kinds):
        if channel in SIGNALS and chance.random() < 0.3:
            add(_signals(chance, channel))
        else:
            add(_talk(chance, channel))
        if quiet:
            continue
        at_s = plan.happenings[-1].at_s
        if chance.random() < 0.3:
            for_s = chance.choice([0.3, 1.0, 8.0, 45.0])
            add(Cut(_near(chance, at_s), for_s, channel, chance.random() < 0.5))
        if chance.random() < 0.4:
            add(Noise(_near(chance, at_s), channel, chance.randint(1, 600)))
        if channel not in (*PUBLISHED, "lines") and chance.random() < 0.3:
            what: LagKind = "shuffled" if channel in DATAGRAMS and chance.random() < 0.7 else "delayed"
            by_s = 0.04 if what == "shuffled" else chance.choice([0.05, 0.4, 2.0])
            add(Lag(_near(chance, at_s), chance.choice([5.0, 60.0]), channel, what, by_s))
    if plan.by_mqtt and not quiet:
        for _ in range(chance.randint(0, 3)):
            at_s = _near(chance, plan.happenings[-1].at_s) if chance.random() < 0.5 else _moment(chance, plan)
            add(BrokerTrouble(at_s, chance.choice([0.5, 5.0, 40.0]), chance.choice(BROKER_FAULTS)))
        for talk in [one for one in plan.happenings if isinstance(one, Talk) and one.channel in PUBLISHED]:
            if chance.random() < 0.5:  # what the broker is told just then was never kept
                add(Crash(_first_word(talk), "before", chance.choice([0.5, 3.0])))


def _first_word(talk: Talk) -> float:
    """A moment before it."""
    return round(max(0.5, talk.at_s + talk.said[0][1] - 0.05), 3)


def _near(chance: random.Random, at_s: float) -> float:
    return round(max(0.5, at_s + chance.uniform(-5.0, 40.0)), 3)


def _add_alert_deeds(plan: Plan) -> None:
    """People take notice, and then hand it on, put it off, act or forget it."""
    chance = random.Random(f"alerts {plan.seed}")
    kinds: list[Deed] = ["notice", "notice", "hand_over", "snooze", "snooze", "on_it", "done"]
    for _ in range(chance.choice([0, 2, 4, 8])):
        breached_s = chance.choice([20.0, 50.0, 910.0, 960.0])  # a hold's; a missed caller's
        at_s = round(_moment(chance, plan) + breached_s + chance.uniform(0.0, 250.0), 3)
        plan.happenings.append(Click(at_s, chance.choice(kinds)))


def _add_deeds(plan: Plan) -> None:
    """What the desk does about those who wait; drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"deeds {plan.seed}")
    callers = [one.caller for one in plan.happenings if isinstance(one, Call)]
    for nth in range(chance.choice([0, 0, 1, 2])):
        source: Literal["main", "plain"] = chance.choice(["main", "plain"])
        by = chance.choice(["801", "801", INBOUND_LINE])
        to = chance.choice(callers) or "13700137000"
        at_s, wait_s = _moment(chance, plan) + chance.choice([30.0, 300.0, 950.0]), round(chance.uniform(1.0, 20.0), 3)
        plan.happenings.append(CallOut(round(at_s, 3), f"o{nth}", source, by, to, wait_s, chance.random() < 0.7))
    talks = [one.at_s for one in plan.happenings if isinstance(one, Talk)]
    for at_s in talks:
        if chance.random() < 0.4:
            given_s = round(at_s + chance.uniform(5.0, 90.0), 3)
            kept_s = round(given_s + chance.choice([60.0, 590.0, 610.0]) + chance.uniform(-5.0, 5.0), 3)
            plan.happenings += [Click(given_s, "promise"), Click(kept_s, "keep")][: chance.choice([1, 2, 2])]


def _add_changes(plan: Plan) -> None:
    """Of what is drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"changes {plan.seed}")
    for _ in range(chance.choice([0, 0, 1, 2])):
        by_s = chance.choice([HOUR_S, -HOUR_S, 10 * YEAR_S, -57 * YEAR_S, 0.5, -0.5, 30.0])
        plan.happenings.append(ClockSet(_moment(chance, plan), by_s))
    for _ in range(chance.choice([0, 0, 1, 2])):
        plan.happenings.append(RulesEdited(_moment(chance, plan), chance.choice([0, 1])))
    plan.happenings = [
        replace(one, reboots=chance.random() < 0.3) if isinstance(one, Crash) and one.when != "stop" else one
        for one in plan.happenings
    ]


def _moment(chance: random.Random, plan: Plan | None = None) -> float:
    """Anywhere; of a plan more often while one of its calls waits, where it hurts."""
    calls = [one for one in plan.happenings if isinstance(one, Call)] if plan is not None else []
    if not calls or chance.random() < 0.3:
        return round(chance.uniform(0.5, STRETCH_S), 3)
    call = chance.choice(calls)
    return round(max(0.5, call.at_s + chance.choice([0.0, 5.0, 15.0, call.wait_s]) + chance.uniform(-1.0, 1.0)), 3)


def _call(chance: random.Random, nth: int) -> Call:
    wait_s = chance.choice([chance.uniform(0.2, 30.0), chance.uniform(0.2, 12.0), 4.999, 14.999, 15.0, 15.001])
    answered = chance.random() < 0.7
    holds: list[tuple[float, float]] = []
    checkins: list[float] = []
    if answered and chance.random() < 0.5:
        for _ in range(chance.randint(1, 3)):
            length_s = chance.choice([chance.uniform(1.0, 95.0), 29.999, 30.0, 60.001])
            holds.append((round(chance.uniform(1.0, 20.0), 3), round(length_s, 3)))
        if chance.random() < 0.4:
            checkins = [round(chance.uniform(0.5, holds[0][1]), 3)]
    ways: list[tuple[Way, float]] = []
    if chance.random() < 0.5:
        for _ in range(2 + 2 * len(holds) + 1):
            ways.append((chance.choice(WAYS), round(chance.uniform(0.01, 1.2), 3)))  # noqa: PERF401 - draws in order
    return Call(
        at_s=_moment(chance),
        name=f"c{nth}",
        source=chance.choice(["main", "main", "plain", "ami", "ami"]),
        caller=chance.choice(["13800138000", "13900139000", "02161234567", ""]),
        wait_s=round(wait_s, 3),
        answered=answered,
        devices=chance.choice([1, 1, 1, 2]),
        holds=tuple(holds),
        checkins=tuple(checkins),
        ways=tuple(ways),
    )


def _talk(chance: random.Random, channel: Channel) -> Talk:
    said = []
    for who in chance.choices(["", "A", "A", "A", "B"], k=chance.randint(1, 10)):
        silence_s = chance.choice([0.301, 0.999, 1.5, 2.0, 2.5, 3.0, 9.5, 10.0, 10.5, 31.0, chance.uniform(0.1, 12.0)])
        length_s = chance.choice([0.2, 0.3, 0.499, 0.5, 0.501, 1.0, 4.0, chance.uniform(0.1, 5.0)])
        said.append((who, round(silence_s, 3), round(length_s, 3)))
    return Talk(_moment(chance), channel, tuple(said))


def _signals(chance: random.Random, channel: Channel) -> Signals:
    said = [
        (chance.choice(SIGNALS[channel]), chance.choice("AB"), round(chance.uniform(0.2, 90.0), 3))
        for _ in range(chance.randint(1, 5))
    ]
    return Signals(_moment(chance), channel, tuple(said))


def _crash(chance: random.Random, plan: Plan) -> Crash:
    jumps = chance.random() < 0.25
    return Crash(
        _moment(chance, plan),
        chance.choice(["now", "before", "after", "after", "stop"]),
        chance.choice([0.05, 0.5, 3.0, 12.0, 45.0]),
        chance.choice([-HOUR_S, -2.0, 0.5, 30.0, HOUR_S]) if jumps else 0.0,
        chance.choice([0, 0, 0, 1]),
    )
