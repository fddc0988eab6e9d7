"""Asterisk's events → ours. One `Normaliser` a connection: it remembers only what AMI does not repeat (legs.py).

Which event gives what, and why, stands in docs/adapters/asterisk.md. No message may make this raise.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import KnownLeg, Origin, refused_by_hand
from adapters.pbx.asterisk.rooms import Place, RoomTeller
from adapters.pbx.asterisk.settings import Settings
from adapters.pbx.asterisk.telling import CallEvents, also, place
from adapters.pbx.asterisk.words import (
    OUR_CALLS,
    dial_failure,
    dialled,
    hangup_cause,
    is_local,
    member,
    number,
    pipe,
    step,
    went_on,
)
from rules.events import (
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Held,
    Offered,
    Originated,
    Queued,
    Retrieved,
    SeenLeg,
    Transferred,
)
from rules.events.call import Cause

# ChannelState, as Asterisk's channelstate.h numbers it.
_RING = "4"  # the caller's side: it dials, and hears ringback
_RINGING = "5"  # a telephone rings
_UP = "6"
_OURS = f"edid: {OUR_CALLS}".encode()  # Linkedid, DestLinkedid


class Normaliser(RoomTeller):
    """Reads messages in the order of the connection."""

    def __init__(
        self, settings: Settings, seen: Iterable[SeenLeg] = (), places: Mapping[str, Place] = MappingProxyType({})
    ) -> None:
        """`seen`: the legs that lived when the connection began; `places`: who of them was in which room."""
        super().__init__(settings, places)
        for leg in seen:
            known = self._legs.touch(leg.leg, leg.call)
            known.role = leg.role
            known.ringing = leg.state == "alerting"
            known.up = leg.state in {"connected", "held", "queued"}
            known.held = leg.state == "held"
            known.direction = leg.direction
            known.had_caller = bool(leg.caller)
            known.had_called = bool(leg.called)

    def on_hold(self) -> dict[str, bool]:
        """Legs on hold, and whether they are parked, for a resync whose lists cannot tell."""
        return self._legs.on_hold()

    def read(self, message: Message) -> CallEvents:
        """What the message tells of calls; [] for one that tells nothing."""
        handler = self._HANDLERS.get(message.event)
        if handler is None or _OURS in message.raw:
            return []
        out = handler(self, message)
        if self._legs.changed:
            out = [*out, *self._changed_calls(message, out)]
        return out

    def _changed_calls(self, m: Message, out: CallEvents) -> CallEvents:
        """Two calls became one and no event of `out` says so: say again what is known, with both ids."""
        told = {event.leg for event in out}
        again: CallEvents = []
        for leg in self._legs.changed:
            known = self._legs.get(leg)
            if leg in told or known is None:
                continue
            facts = self._facts(m, leg, known) | {"device": ""}
            if known.up:
                again.append(Established(**facts))
            elif known.ringing:
                again.append(Delivered(**facts))
            else:
                again.append(Originated(**facts) if known.role == "caller" else Offered(**facts))
        self._legs.changed.clear()
        return again

    # -- one channel's life

    def _newchannel(self, m: Message) -> CallEvents:
        leg, channel, call = m.get("uniqueid"), m.get("channel"), m.get("linkedid")
        if is_local(channel) and leg == call:  # a call made inside the PBX, by Originate or a call file
            self._legs.begun_by_pipe(call, Origin(dialled(m.get("exten")), self._direction(m.get("context"), channel)))
        if not leg or is_local(channel):
            return []
        if m.get("channelstate") == _RING:
            return self._state(m)
        self._legs.touch(leg, m.get("linkedid"))
        return []

    def _state(self, m: Message) -> CallEvents:
        leg, channel, state = m.get("uniqueid"), m.get("channel"), m.get("channelstate")
        if not leg or is_local(channel):
            return []
        known = self._legs.touch(leg, m.get("linkedid"))
        facts = self._facts(m, leg, known)
        if state == _RING:
            return [] if known.role else [self._originated(m, known, facts)]
        if state == _RINGING and not known.role and leg == known.call:
            # Nobody dialled this leg and it began the call: click-to-dial rings the operator's own phone first.
            known.direction = "outbound"
            return [self._originated(m, known, facts)]
        if state == _RINGING:
            return self._delivered(known, facts | {"caller": number(m.get("connectedlinenum"))})
        if state == _UP and not known.up:
            known.role = known.role or ("caller" if leg == known.call else "agent")
            return self._established(known, facts | {"role": known.role})
        return []

    def _newcallerid(self, m: Message) -> CallEvents:
        """A caller's number that came after the channel; a number already told stays (the rest is cosmetics)."""
        leg = m.get("uniqueid")
        known = self._legs.get(leg)
        if known is None or known.role != "caller" or known.had_caller or not number(m.get("calleridnum")):
            return []
        return [self._originated(m, known, self._facts(m, leg, known))]

    def _hangup(self, m: Message) -> CallEvents:
        leg, channel = m.get("uniqueid"), m.get("channel")
        if is_local(channel) and channel.endswith(";2"):  # what it dialled has been told of
            self._legs.forget_pipe(pipe(channel))
        self._legs.origins.pop(leg, None)
        if not leg or is_local(channel):
            return []
        known = self._legs.touch(leg, m.get("linkedid"))
        self._legs.forget(leg)
        cause = refused_by_hand(known, hangup_cause(m.get("cause")))
        if known.left_queue_at and not went_on(known.left_queue_at, *place(m)):
            cause = "cancelled"
        return [*self._room_left(m, leg), ConnectionCleared(**self._facts(m, leg, known), cause=cause)]

    # -- dialling

    def _dialbegin(self, m: Message) -> CallEvents:
        leg, dialling = m.get("destuniqueid"), m.get("uniqueid")
        out: CallEvents = []
        caller = self._dialling_leg(m, out)
        if not leg or is_local(m.get("destchannel")):
            return out
        known = self._legs.touch(leg, m.get("linkedid") or m.get("destlinkedid") or self._legs.call_of(dialling))
        if not dialling and leg == known.call:  # originated by the PBX itself: the operator's own phone first
            known.direction = "outbound"
            return [*out, self._originated(m, known, self._dest(m, leg, known))]
        known.role = "agent"
        facts = self._dest(m, leg, known)
        trunk = self._trunk(m.get("destchannel"))
        if trunk:
            if caller and not caller.direction and not self._trunk(m.get("channel")):
                caller.direction = facts["direction"] = "outbound"
            facts["trunk"] = trunk
        origin = self._legs.origins.get(known.call)
        called = origin.called if origin else ""
        return [*out, Offered(**facts, caller=number(m.get("destconnectedlinenum")), called=called)]

    def _dialling_leg(self, m: Message, out: CallEvents) -> KnownLeg | None:
        """The leg that dials. If its own beginning was not heard it is made known here, by an event in `out`."""
        leg = m.get("uniqueid")
        if not leg or is_local(m.get("channel")):
            return self._legs.get(m.get("linkedid"))
        known = self._legs.touch(leg, m.get("linkedid"))
        beginning = not known.role and leg == known.call
        # a telephone that was rung first, or a line without a number, says only now what is dialled
        late = known.role == "caller" and not known.had_called and dialled(m.get("exten"))
        if beginning or late:
            out.append(self._originated(m, known, self._facts(m, leg, known)))
        return known

    def _dialstate(self, m: Message) -> CallEvents:
        """PROGRESS is early media: the far end plays the ringing itself, and may never say that it rings."""
        leg, status = m.get("destuniqueid"), m.get("dialstatus").upper()
        if status not in {"RINGING", "PROGRESS"} or not leg or is_local(m.get("destchannel")):
            return []
        known = self._legs.touch(leg, m.get("linkedid") or m.get("destlinkedid"))
        if known.role == "caller":
            return []
        return self._delivered(known, self._dest(m, leg, known) | {"uncertain": status == "PROGRESS"})

    def _dialend(self, m: Message) -> CallEvents:
        leg, status = m.get("destuniqueid"), m.get("dialstatus").upper()
        cause = dial_failure(status)
        if cause == "cancelled":
            cause = self._why_cancelled(m)
        if is_local(m.get("destchannel")) and cause:
            self._legs.pipe_given_up(pipe(m.get("destchannel")), cause)
        if not leg or is_local(m.get("destchannel")):
            return []
        known = self._legs.touch(leg, m.get("linkedid") or m.get("destlinkedid"))
        if known.role == "caller":
            return []
        known.role = "agent"
        facts = self._dest(m, leg, known)
        if m.get("forward"):
            known.ended = True
            return [Diverted(**facts, called=m.get("forward").partition("/")[2].partition("@")[0])]
        if status == "ANSWER":
            return self._established(known, facts)
        return self._failed(known, facts, refused_by_hand(known, cause)) if cause else []

    def _why_cancelled(self, m: Message) -> Cause:
        """The caller gave up; or a colleague answered; or the queue or Dial before the pipe gave the pipe up."""
        if self._legs.answered(m.get("linkedid") or m.get("destlinkedid")):
            return "answered_elsewhere"
        return self._legs.pipe_end(pipe(m.get("channel")))

    # -- queues

    def _queuecallerjoin(self, m: Message) -> CallEvents:
        return self._waiting(m, Queued)

    def _queuecallerabandon(self, m: Message) -> CallEvents:
        """Asterisk says so of a queue's time-out too: the caller gave up only if the dial plan ends here."""
        told = self._waiting(m, Dequeued, cause="no_answer")
        known = self._legs.get(m.get("uniqueid"))
        if told and known is not None:
            known.ended, known.left_queue_at = True, step(*place(m))  # the leave that follows says nothing new
        return told

    def _queuecallerleave(self, m: Message) -> CallEvents:
        """Both outcomes show this; only a caller whom no agent has (answer comes first) left without one."""
        known = self._legs.get(m.get("uniqueid"))
        if known is None or known.ended or self._legs.answered(known.call):
            return []
        return self._waiting(m, Dequeued, cause="no_answer")

    def _waiting(self, m: Message, kind: type[Queued | Dequeued], cause: Cause = "") -> CallEvents:
        leg = m.get("uniqueid")
        if not leg or is_local(m.get("channel")):
            return []
        known = self._legs.touch(leg, m.get("linkedid"))
        known.role = known.role or "caller"
        known.ended, known.left_queue_at = False, ""
        facts = self._facts(m, leg, known)
        return [kind(**facts, caller=number(m.get("calleridnum")), queue=m.get("queue"), cause=cause)]

    def _agentcalled(self, m: Message) -> CallEvents:
        return self._agent(m, lambda known, facts: [] if known.up else [Offered(**facts)])

    def _agentconnect(self, m: Message) -> CallEvents:
        return self._agent(m, self._established)

    def _agentringnoanswer(self, m: Message) -> CallEvents:
        return self._agent(m, lambda known, facts: self._failed(known, facts, "no_answer"))

    def _agent(self, m: Message, tell: Callable[[KnownLeg, dict[str, Any]], CallEvents]) -> CallEvents:
        leg, call = m.get("destuniqueid"), m.get("linkedid") or m.get("destlinkedid")
        behind_pipe = is_local(m.get("destchannel"))
        if behind_pipe and m.event == "agentconnect":
            leg = self._legs.answering_device(call)
        elif behind_pipe:
            return []
        if self._legs.get(leg) is None:
            # Its hang-up has passed (AgentRingNoAnswer comes after it): told already, nothing to remember.
            return []
        known = self._legs.touch(leg, call)
        known.role = "agent"
        facts = self._dest(m, leg, known) | ({"device": ""} if behind_pipe else {})
        return tell(known, facts | {"agent": member(m.get("membername")), "queue": m.get("queue")})

    # -- hold, park

    def _on_leg(self, m: Message, kind: type[Held | Retrieved]) -> CallEvents:
        leg = m.get("uniqueid")
        if not leg or is_local(m.get("channel")):
            return []
        known = self._legs.touch(leg, m.get("linkedid"))
        known.held = kind is Held
        return [kind(**self._facts(m, leg, known))]

    def _parkedcall(self, m: Message) -> CallEvents:
        return self._parked(m, lambda facts: [Held(**facts, parked=True)], held=True)

    def _unparkedcall(self, m: Message) -> CallEvents:
        """Whoever fetches the call dialled its place in the car park, so looked a caller."""
        other = m.get("retrieverlinkedid")
        out = self._parked(m, lambda facts: [Retrieved(**facts | also(facts, other))])
        leg, call = m.get("retrieveruniqueid"), m.get("parkeelinkedid")
        if not out or not leg or not call or is_local(m.get("retrieverchannel")):
            return out
        known = self._legs.touch(leg, call)
        known.role, known.up = "agent", True
        facts = self._facts(m, leg, known, "retriever")
        return [*out, Established(**facts | also(facts, other))]

    def _parkedcalltimeout(self, m: Message) -> CallEvents:
        """Nobody fetched the call: it leaves the lot and rings anew, as after a transfer."""
        return self._parked(m, lambda facts: [Retrieved(**facts), Transferred(**facts)])

    def _parked(self, m: Message, tell: Callable[[dict[str, Any]], CallEvents], *, held: bool = False) -> CallEvents:
        leg = m.get("parkeeuniqueid")
        if not leg or is_local(m.get("parkeechannel")):
            return []
        known = self._legs.touch(leg, m.get("parkeelinkedid"))
        known.held = known.parked = held
        return tell(self._facts(m, leg, known, "parkee"))

    # -- transfer, pick-up, bridges

    def _blindtransfer(self, m: Message) -> CallEvents:
        leg = m.get("transfereruniqueid")
        if not leg or m.get("result").lower() != "success":
            return []
        known = self._legs.touch(leg, m.get("transfereelinkedid") or m.get("transfererlinkedid"))
        if known.ended:
            return []
        known.ended = True
        facts = self._facts(m, leg, known, "transferer")
        return [Transferred(**facts | also(facts, m.get("transfererlinkedid")), called=dialled(m.get("extension")))]

    def _attendedtransfer(self, m: Message) -> CallEvents:
        leg = m.get("origtransfereruniqueid")
        if not leg or m.get("result").lower() != "success":
            return []
        known = self._legs.touch(leg, m.get("transfereelinkedid") or m.get("origtransfererlinkedid"))
        if known.ended:
            return []
        known.ended = True
        facts = self._facts(m, leg, known, "origtransferer")
        for key in ("origtransfererlinkedid", "secondtransfererlinkedid", "transfertargetlinkedid"):
            facts |= also(facts, m.get(key))
        to_leg = m.get("transfertargetuniqueid")
        if not to_leg or is_local(m.get("transfertargetchannel")):  # *2 consults through a Local/ leg
            # or the telephone that is consulted rings yet, and no target is named
            asked = m.get("secondtransfererlinkedid") or known.call
            to_leg = self._legs.newest_device(asked, but=leg) or self._legs.newest_device(known.call, but=leg)
        return [Transferred(**facts, attended=True, to_leg=to_leg)]

    def _pickup(self, m: Message) -> CallEvents:
        """`Channel` takes the call that rang at `Target`. The picker dialled a feature code, so it looked a caller."""
        picker, target = m.get("uniqueid"), m.get("targetuniqueid")
        call = m.get("targetlinkedid")
        if not picker or not target or not call:
            return []
        taken = self._legs.touch(target, call)
        taken.ended = True
        facts = self._facts(m, target, taken, "target")
        known = self._legs.touch(picker, call)
        known.role, known.up = "agent", True
        answered = self._facts(m, picker, known)
        answered |= also(answered, m.get("linkedid")) | {"direction": self._legs.direction(call)}
        return [Diverted(**facts, to_leg=picker), Established(**answered)]

    def _bridgeenter(self, m: Message) -> CallEvents:
        """Says nothing new, but that the call's id may have changed (see _changed_calls)."""
        leg = m.get("uniqueid")
        if self._legs.get(leg):
            self._legs.touch(leg, m.get("linkedid"))
        return []

    _HANDLERS: ClassVar[dict[str, Callable[["Normaliser", Message], CallEvents]]] = {
        "newchannel": _newchannel,
        "newstate": _state,
        "newcallerid": _newcallerid,
        "hangup": _hangup,
        "dialbegin": _dialbegin,
        "dialstate": _dialstate,
        "dialend": _dialend,
        "queuecallerjoin": _queuecallerjoin,
        "queuecallerabandon": _queuecallerabandon,
        "queuecallerleave": _queuecallerleave,
        "agentcalled": _agentcalled,
        "agentconnect": _agentconnect,
        "agentringnoanswer": _agentringnoanswer,
        "hold": lambda self, m: self._on_leg(m, Held),
        "unhold": lambda self, m: self._on_leg(m, Retrieved),
        "parkedcall": _parkedcall,
        "unparkedcall": _unparkedcall,
        "parkedcalltimeout": _parkedcalltimeout,
        "blindtransfer": _blindtransfer,
        "attendedtransfer": _attendedtransfer,
        "pickup": _pickup,
        "bridgeenter": _bridgeenter,
        "confbridgejoin": RoomTeller.joins_room,
        "confbridgeleave": RoomTeller.leaves_room,
    }


WANTED = frozenset(Normaliser._HANDLERS)  # noqa: SLF001 (the table is this file's own)
