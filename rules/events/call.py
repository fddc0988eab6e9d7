"""What a PBX can tell of a call, in CSTA's words (ECMA-269 clause 17), past tense.

The rules of this file:
* `call` is the source's own id of the call. It may change on the way (Asterisk's Linkedid does);
  `same_call` names other ids now known to mean this call. The tracker keeps our own id.
* `leg` is the source's id of one party's connection; "" speaks of the call as a whole.
* `role` says whose connection the leg is where the source can tell: the caller's, or that of a
  device that is being called (`agent`). Established on a caller's leg is the PBX answering (a queue,
  an IVR): not a person.
* A source without a field leaves it empty; a late event may fill what an earlier one left out.
* Legs inside the PBX (Asterisk's Local/…) never become events: the normaliser drops them.
"""

from typing import Literal

import msgspec

Role = Literal["", "caller", "agent"]
Direction = Literal["", "inbound", "outbound", "internal"]
Cause = Literal[
    "",  # none given
    "normal",  # somebody hung up
    "busy",
    "no_answer",  # the device rang until the PBX gave up
    "rejected",
    "answered_elsewhere",  # this leg lost a ring group; Q.850 cause 26
    "cancelled",  # the caller gave up while it rang
    "congestion",
    "unavailable",
    "transferred",
    "failed",
]


class CallEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True, gc=False):
    """What every event of a call may carry; `occurred_us` is the source's own clock, None where it has none."""

    source: str
    call: str
    leg: str = ""
    role: Role = ""
    same_call: tuple[str, ...] = ()
    occurred_us: int | None = None
    source_seq: int | None = None
    direction: Direction = ""
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    device: str = ""
    agent: str = ""
    trunk: str = ""
    queue: str = ""
    cause: Cause = ""
    uncertain: bool = False  # inferred (resync, missing ring event): the moment is an upper or lower bound
    shows_hold: bool = True  # False: this shape of message could never show a hold


class Originated(CallEvent, frozen=True):
    """The caller's leg exists: the call has reached us. No device rings yet."""


class Offered(CallEvent, frozen=True):
    """A device was chosen for the call; it may not ring yet."""


class Delivered(CallEvent, frozen=True):
    """A person's device rings."""


class Established(CallEvent, frozen=True):
    """The leg was answered."""


class Held(CallEvent, frozen=True):
    """The other party waits: `leg` is the connection that pressed hold, or that was parked."""

    parked: bool = False


class Retrieved(CallEvent, frozen=True):
    """Back from hold or park."""


class Queued(CallEvent, frozen=True):
    """The caller waits in `queue` for an agent."""


class Dequeued(CallEvent, frozen=True):
    """The caller left `queue` without an agent; `cause` "cancelled" if they gave up."""


class Diverted(CallEvent, frozen=True):
    """A ringing leg was taken over (pick-up) or sent on (forward) to `to_leg` or `called`."""

    to_leg: str = ""


class Transferred(CallEvent, frozen=True):
    """The answered call goes to another party; what rings next has its own three rings."""

    attended: bool = False
    to_leg: str = ""


class Failed(CallEvent, frozen=True):
    """A leg (or with leg "" the call) cannot be completed, or rang in vain: see `cause`."""


class ConnectionCleared(CallEvent, frozen=True):
    """A leg is gone; with leg "" the whole call is over."""
