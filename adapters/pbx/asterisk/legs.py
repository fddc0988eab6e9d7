"""What one AMI connection must remember of living legs, because AMI's events do not repeat it."""

from typing import NamedTuple

import msgspec

from rules.events.call import Cause, Direction, Role

# A PBX with more living channels than this is none we serve; it bounds memory when hang-ups go missing.
LEGS_MAX = 50_000


class KnownLeg(msgspec.Struct):
    """One real channel. Local/ legs are never remembered."""

    call: str  # its Linkedid when last seen: it changes in transfers and pick-ups, and nothing announces that
    role: Role = ""
    ringing: bool = False
    up: bool = False
    held: bool = False
    parked: bool = False
    ended: bool = False  # why it ends was told already (failed, transferred …); the hang-up follows
    had_caller: bool = False  # the caller's number was told
    had_called: bool = False  # the number called was told
    left_queue_at: str = ""  # the step of the dial plan at which it left a queue without an agent
    direction: Direction = ""


class Origin(NamedTuple):
    """What a Local/ pipe that began a call says of it: no real leg does."""

    called: str
    direction: Direction


class Legs:
    """Legs by Uniqueid. Hang-ups remove them."""

    def __init__(self) -> None:
        self._legs: dict[str, KnownLeg] = {}
        self.changed: dict[str, str] = {}  # former Linkedid by leg: the message at hand must tell it
        self.origins: dict[str, Origin] = {}  # by Linkedid
        self._pipe_ends: dict[str, Cause] = {}  # why a Local/ pipe was given up, by its name

    def __len__(self) -> int:
        return len(self._legs)

    def get(self, leg: str) -> KnownLeg | None:
        return self._legs.get(leg)

    def touch(self, leg: str, call: str) -> KnownLeg:
        """The leg, made known if it is new. A changed Linkedid is noted in `changed` until the message is done."""
        known = self._legs.get(leg)
        if known is None:
            if len(self._legs) >= LEGS_MAX:
                del self._legs[next(iter(self._legs))]
            known = self._legs[leg] = KnownLeg(call=call)
        elif call and known.call != call:
            if known.call:
                self.changed[leg] = known.call
                known.direction = ""  # that of the call it was
            known.call = call
        return known

    def call_of(self, leg: str) -> str:
        """Of a PBX or a proxy that tells no Linkedid the first leg's own id stands for it."""
        known = self._legs.get(leg)
        return (known.call if known else "") or leg

    def forget(self, leg: str) -> KnownLeg | None:
        return self._legs.pop(leg, None)

    def answered(self, call: str) -> bool:
        """Whether a called device of this call is connected."""
        return any(leg.up and leg.role == "agent" and leg.call == call for leg in self._legs.values())

    def begun_by_pipe(self, call: str, origin: Origin) -> None:
        if len(self.origins) >= LEGS_MAX:
            del self.origins[next(iter(self.origins))]
        self.origins[call] = origin

    def pipe_given_up(self, name: str, cause: Cause) -> None:
        """Whoever dialled the Local/ pipe `name` gave it up; the first reason is the true one."""
        if len(self._pipe_ends) >= LEGS_MAX:
            del self._pipe_ends[next(iter(self._pipe_ends))]
        self._pipe_ends.setdefault(name, cause)

    def pipe_end(self, name: str) -> Cause:
        """Why whoever dials from inside the pipe stops dialling; "cancelled" unless its own end told better."""
        return self._pipe_ends.get(name, "cancelled")

    def forget_pipe(self, name: str) -> None:
        self._pipe_ends.pop(name, None)

    def answering_device(self, call: str) -> str:
        """The device that joined the call last and is connected; "" if there is none."""
        for leg, known in reversed(self._legs.items()):
            if known.up and known.role == "agent" and known.call == call:
                return leg
        return ""

    def newest_device(self, call: str, *, but: str) -> str:
        """The called device that joined the call last, other than `but`; "" if there is none."""
        for leg, known in reversed(self._legs.items()):
            if known.role == "agent" and known.call == call and leg != but:
                return leg
        return ""

    def on_hold(self) -> dict[str, bool]:
        """Whether it is parked, by each leg on hold."""
        return {leg: known.parked for leg, known in self._legs.items() if known.held}

    def direction(self, call: str) -> Direction:
        """What the call's first leg said of its direction: Linkedid is that leg's Uniqueid."""
        first = self._legs.get(call) or self.origins.get(call)
        return first.direction if first else ""


def refused_by_hand(known: KnownLeg, cause: Cause) -> Cause:
    """A telephone that rang is not busy: somebody pressed reject, which many telephones call busy."""
    return "rejected" if cause == "busy" and known.role == "agent" and known.ringing else cause
