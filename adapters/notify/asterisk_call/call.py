"""One telephone call with an alert: it rings, somebody answers, it is spoken, a key is pressed. By AsyncAGI."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from adapters.errors import PeerUnavailable
from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.connection import Connection
from adapters.pbx.asterisk.words import hangup_cause
from adapters.ports import DeliveryReason

WANTED = frozenset({"asyncagistart", "asyncagiexec", "originateresponse", "dtmfend", "hanguprequest", "hangup"})
KEYS = "0123456789*#"
DIGITS = "digits"  # Asterisk's own sounds of them, a package apart
_RESULT = re.compile(r"\s*200 result=(-?\d{1,6})\b")
_WORDS_MAX = 200  # of what Asterisk says, for the record
_AGI_WITHIN_S = 5.0  # of the answer
_RESPONSE_WITHIN_S = 10.0  # to an action: Asterisk gives it before it has done what was asked
_MARGIN_S = 10.0  # a PBX tells the end of the ringing a little later than it was asked to
_CAUSE_S = 2.0  # a busy PBX ends the order with reason 0 and tells the channel's own cause after it
_COMMAND_S = 130.0  # the longest sound, and a little
_REASONS: dict[str, DeliveryReason] = {  # control frames, as Asterisk's frame.h numbers them
    "1": "no_answer",
    "3": "no_answer",
    "5": "busy",
    "8": "congestion",
}
_CAUSES: dict[str, DeliveryReason] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "rejected": "declined",
    "congestion": "congestion",
    "unavailable": "unavailable",
}


class Sound(NamedTuple):
    """A file, as Asterisk names it."""

    name: str


class Digits(NamedTuple):
    """Spoken one by one, with Asterisk's own sounds."""

    digits: str


Piece = Sound | Digits
Pressed = Callable[[str], Awaitable[Sequence[Piece]]]  # takes a key, gives what is said before the end


class Order(NamedTuple):
    """Whom to call and how."""

    dial: str  # PJSIP/8001
    caller_id: str
    context: str  # of the dial plan, where AGI(agi:async) stands; "": none is needed, but the class `system`
    variables: str
    ring_s: float
    times: int  # it is spoken so often
    keys: str  # that end it; any other begins anew
    key_within_s: float  # after each time


class Result(NamedTuple):
    """`cause`: why nobody answered. `words`: what Asterisk said. `unplayable`: a sound that it cannot play."""

    answered: bool = False
    heard: bool = False  # spoken once to the end, or a key came
    key: str = ""
    cause: DeliveryReason = ""
    words: str = ""
    unplayable: str = ""


class Unanswered(PeerUnavailable):
    """The PBX takes what it is asked, and says nothing to it."""


class _Over(Exception):
    """The channel is gone."""


class Call:
    """Made for one call. `heard` is given what the PBX tells of it; `lost` that it can tell no more."""

    def __init__(self, connection: Connection, id_: str) -> None:
        """`id_`: the channel's Uniqueid, ours to choose."""
        self.id = id_
        self._connection = connection
        loop = asyncio.get_running_loop()
        self._begun: asyncio.Future[None] = loop.create_future()  # AsyncAGI has it
        self._over: asyncio.Future[None] = loop.create_future()
        self._result: asyncio.Future[int] = loop.create_future()  # of the command under way
        self._commands = 0
        self._keys = ""  # those that end it
        self._key = ""  # the first of them, where the PBX tells us of keys itself
        self._cause: DeliveryReason = ""
        self._hung_up_by_them = False
        self._failing = False  # nobody answered, and why is not told yet
        self._answered: asyncio.Future[None] = loop.create_future()

    def heard(self, message: Message) -> None:
        event = message.event
        if event == "asyncagistart":
            if not self._begun.done():
                self._begun.set_result(None)
        elif event == "asyncagiexec":
            self._executed(message)
        elif event == "dtmfend":
            self._pressed(message)
        elif event == "originateresponse":
            self._ordered(message)
        elif event == "hanguprequest":
            self._hung_up_by_them = True
        elif event == "hangup" and message.get("uniqueid") == self.id:
            self._cause = _CAUSES.get(hangup_cause(message.get("cause")), "")
            if self._begun.done() or self._answered.done() or self._failing:  # else the end of the order says more
                self._end("unavailable" if self._failing else "")

    def lost(self) -> None:
        self._end("unreachable")

    async def place(self, order: Order, pieces: Sequence[Piece], pressed: Pressed) -> Result:
        """The whole call. Raises PeerUnavailable where the link is lost before anything is answered; or Unanswered."""
        self._keys = order.keys
        try:
            refused = await self._dial(order)
        except Unanswered:
            self._hang_up()  # it may ring all the same
            raise
        if refused is not None:
            return refused
        await _first_of(self._begun, self._over, self._answered, within_s=order.ring_s + _MARGIN_S)
        if self._answered.done():
            await _first_of(self._begun, self._over, within_s=_AGI_WITHIN_S)
        if not self._begun.done():
            self._hang_up()
            if not self._answered.done() or self._cause == "unreachable":
                return Result(cause=self._cause or "no_answer")
            words = "answered, but AsyncAGI did not begin: res_agi, the dial plan's context, or read = agi is missing"
            return Result(answered=True, cause="refused", words=words)
        try:
            return await self._speak(order, pieces, pressed)
        finally:
            self._hang_up()

    async def _dial(self, order: Order) -> Result | None:
        where = (
            {"Context": order.context, "Exten": "s", "Priority": "1"}
            if order.context
            else {"Application": "AGI", "Data": "agi:async"}
        )
        answer = await self._ask(
            "Originate",
            Channel=order.dial,
            Async="true",
            Timeout=str(int(order.ring_s * 1000)),
            CallerID=order.caller_id,
            ChannelId=self.id,
            Variable=order.variables,
            **where,
        )
        if answer.get("response").lower() == "success":
            return None
        return Result(cause="refused", words=answer.get("message")[:_WORDS_MAX])

    async def _speak(self, order: Order, pieces: Sequence[Piece], pressed: Pressed) -> Result:
        heard = False
        try:
            for _ in range(order.times):
                key = await self._say(pieces)
                if not key:
                    heard = True
                    key = await self._command(f"WAIT FOR DIGIT {int(order.key_within_s * 1000)}")
                if key and key in order.keys:
                    return await self._take_leave(key, pressed)
        except _Unplayable as error:
            return Result(answered=True, heard=heard, cause="refused", words=str(error), unplayable=error.sound)
        except _Over:
            lost = self._cause == "unreachable"
            return Result(answered=True, heard=heard, cause="unreachable" if lost else "")
        return Result(answered=True, heard=True)

    async def _take_leave(self, key: str, pressed: Pressed) -> Result:
        """What the key means is done; that it is said, too, is a courtesy."""
        self._keys = self._key = ""  # pressed again it says nothing new
        with contextlib.suppress(_Unplayable, _Over, PeerUnavailable):
            await self._say(await pressed(key))
        return Result(answered=True, heard=True, key=key)

    async def _say(self, pieces: Sequence[Piece]) -> str:
        """The key that interrupted it; "" if none did."""
        for piece in pieces:
            if isinstance(piece, Sound):
                key = await self._command(f'STREAM FILE {piece.name} "{KEYS}"', piece.name)
            else:
                key = await self._command(f'SAY DIGITS {piece.digits} "{KEYS}"', DIGITS)
            if key:
                return key
        return ""

    async def _command(self, command: str, sound: str = "") -> str:
        """The key pressed meanwhile or before, "" for none. Raises _Over, and _Unplayable for a `sound`."""
        if self._key:
            return self._key
        if self._over.done():
            raise _Over
        self._commands += 1
        result = self._result = asyncio.get_running_loop().create_future()
        try:
            asked = await self._ask("AGI", Channel=self.id, Command=command, CommandID=f"{self.id}-{self._commands}")
        except Unanswered:
            self._cause = self._cause or "unreachable"
            raise _Over from None
        if asked.get("response").lower() == "success":
            await _first_of(result, self._over, within_s=_COMMAND_S)
        if not result.done():
            raise _Over
        code = result.result()
        if code < 0:
            await _first_of(self._over, within_s=_AGI_WITHIN_S)  # either way the channel ends now
            if sound and not self._hung_up_by_them and self._cause != "unreachable":
                raise _Unplayable(sound)
            raise _Over
        return chr(code) if 0 < code < 128 else ""

    async def _ask(self, action: str, **fields: str) -> Message:
        try:
            async with asyncio.timeout(_RESPONSE_WITHIN_S):
                return await self._connection.action(action, **fields)
        except TimeoutError:
            raise Unanswered(f"no answer to {action} within {_RESPONSE_WITHIN_S:g} s") from None

    def _executed(self, message: Message) -> None:
        mine = message.get("commandid") == f"{self.id}-{self._commands}"
        if mine and not self._result.done():
            found = _RESULT.match(unquote(message.get("result")))
            self._result.set_result(int(found[1]) if found else -1)

    def _ordered(self, message: Message) -> None:
        """How the order to call ended."""
        if message.get("response").lower() != "success":
            self._failed(_REASONS.get(message.get("reason"), ""))
        elif not self._answered.done():
            self._answered.set_result(None)

    def _pressed(self, message: Message) -> None:
        """Told of each key where the user may read the class dtmf: AGI hears only those of its command's time."""
        key = message.get("digit")
        answered = self._begun.done() or self._answered.done()  # before it, an announcement may sound like keys
        if answered and not self._key and key and key in self._keys and message.get("direction").lower() == "received":
            self._key = key
            if not self._result.done():
                self._result.set_result(ord(key))

    def _failed(self, cause: DeliveryReason) -> None:
        if cause or self._cause:
            self._end(cause)
        else:
            self._failing = True
            asyncio.get_running_loop().call_later(_CAUSE_S, self._end, "unavailable")

    def _end(self, cause: DeliveryReason) -> None:
        self._cause = self._cause or cause
        if not self._over.done():
            self._over.set_result(None)

    def _hang_up(self) -> None:
        if not self._over.done():
            self._connection.tell("Hangup", Channel=self.id)  # it knows channels by their Uniqueid too


class _Unplayable(Exception):
    """Asterisk ends a call whose sound it does not find."""

    def __init__(self, sound: str) -> None:
        self.sound = sound
        super().__init__(f"Asterisk cannot play {sound}: is it there, for its user, in a format that it has?")


async def _first_of(*futures: "asyncio.Future[Any]", within_s: float) -> None:
    await asyncio.wait(futures, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
