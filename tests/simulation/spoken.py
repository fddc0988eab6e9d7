"""What may be said in a stretch: calls that come and go, and words by radio."""

from dataclasses import dataclass
from typing import Literal

from tests.simulation.channels import Channel, SignalName

INBOUND_LINE = "88887777"
Way = Literal["", "again", "answer_lost", "late"]
CallSource = Literal["main", "plain", "ami"]


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
class Routed:
    """A caller who goes from one to the next: waits in a queue, rings at a desk, is sent on or fetched while it rings,
    is answered, and transferred to somebody whose telephone rings anew.
    """

    at_s: float
    name: str
    source: CallSource
    caller: str
    wait_s: float  # it rings
    answered: bool
    queue_s: float = 0.0  # before it rings; 0: no queue
    stays: bool = False  # in the queue, until the caller has enough
    moves_s: float = 0.0  # after so long it rings at another desk; 0: never
    fetched: bool = False  # who answers does so from a third telephone
    passed: tuple[float, float, bool] | None = None  # after how long, how long it rings then, whether it is answered
    ways: tuple[tuple[Way, float], ...] = ()

    def __str__(self) -> str:
        said = f"call {self.name} by {self.source} from {self.caller}: "
        said += f"in a queue for {self.queue_s:g} s, " if self.queue_s else ""
        if self.stays:
            return said + "gives up there"
        said += f"sent on after {self.moves_s:g} s, " if self.moves_s else ""
        said += (
            f"{('fetched' if self.fetched else 'answered') if self.answered else 'given up'} after {self.wait_s:g} s"
        )
        if self.passed is not None:
            talk_s, rings_s, answered = self.passed
            said += f", transferred after {talk_s:g} s, {'answered' if answered else 'given up'} after {rings_s:g} s"
        return said + "".join(f", event {nth}: {way} {s:g} s" for nth, (way, s) in enumerate(self.ways) if way)


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
class Taped:
    """A recorder keeps what is heard on a channel from then on, and tells of it `late_s` after its end."""

    at_s: float
    channel: Channel
    who: str  # "": it does not know
    for_s: float
    way: Literal["upload", "folder"]
    late_s: float = 0.0
    times: int = 1
    clock_off_s: float = 0.0  # of the recorder

    def __str__(self) -> str:
        said = f"recording of {self.who or 'anybody'} on {self.channel} for {self.for_s:g} s, by {self.way}"
        said += f" after {self.late_s:g} s" + (f", told {self.times} times" if self.times > 1 else "")
        return said + (f", the recorder's clock off by {self.clock_off_s:g} s" if self.clock_off_s else "")


@dataclass(frozen=True)
class Signals:
    """Radio traffic without a voice: (what, who, silence before)."""

    at_s: float
    channel: Channel
    said: tuple[tuple[SignalName, str, float], ...]

    def __str__(self) -> str:
        return f"radio {self.channel}: " + "; ".join(f"{what} of {who} after {s:g} s" for what, who, s in self.said)
