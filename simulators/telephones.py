"""A pretend Asterisk that places calls itself: telephones that answer, are busy, hang up; AsyncAGI on them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from simulators.ami_server import AmiServer, Fields

_RIGHTS = "originate,agi,hangup,setvar,getvar,redirect"
_LATE_S = 0.05
_REASONS = {"no_answer": ("3", "19"), "busy": ("5", "17"), "declined": ("5", "21"), "congestion": ("8", "34")}


@dataclass
class Habit:
    """What whoever has a telephone does. `answers`: "" or why not; `at`: the command a key is pressed in, 0: before."""

    answers: str = ""
    key: str = ""
    at: int = 1
    hangs_up_at: int = 0  # during this command; 0: never
    slowly: bool = False  # it rings until `let_go`
    reason_first: bool = False  # the order ends with reason 0 before the channel tells its cause: a busy Asterisk


@dataclass
class PlacedCall:
    id: str
    dialled: str
    asked: Fields
    commands: list[str] = field(default_factory=list)
    over: bool = False


class CallingPbx(AmiServer):
    """`habits` by what is dialled; whoever has none answers and presses nothing."""

    def __init__(self, username: str, secret: str, *, port: int = 0) -> None:
        super().__init__(username, secret, port=port)
        self.habits: dict[str, Habit] = {}
        self.calls: list[PlacedCall] = []
        self.rights = _RIGHTS
        self.sounds: Callable[[str], bool] = lambda _name: True  # which it can play
        self.has_agi = True
        self.tells_keys = True  # to a user who may read the class dtmf
        self._order = 0

    def does(self, action: str, asked: Fields) -> str:
        if action == "originate":
            return self._originate(asked)
        if action == "agi":
            return self._agi(asked)
        if action == "hangup":
            for call in self.calls:
                if call.id == asked["channel"] and not call.over:
                    self._end(call, "16")
        return ""

    def press(self, call: PlacedCall, key: str) -> None:
        if self.tells_keys:
            facts = {"Uniqueid": call.id, "Digit": key, "DurationMs": "100", "Direction": "Received"}
            self.event("DTMFEnd", {"Channel": call.dialled, **facts})

    def let_go(self, dialled: str) -> None:
        """Who let it ring does now what their habit is."""
        self.habits[dialled].slowly = False
        for call in self.calls:
            if call.dialled == dialled and not call.over and not call.commands:
                self._ring(call)

    def _answer(self, action: str) -> Fields:
        if action == "listcommands":
            return {name.title(): "…  (Priv: …)" for name in self.rights.split(",")}
        return super()._answer(action)

    def _originate(self, asked: Fields) -> str:
        if asked.get("context") == "nowhere":
            return "Extension does not exist."
        call = PlacedCall(asked["channelid"], asked["channel"], asked)
        self.calls.append(call)
        self.event("Newchannel", {"Channel": call.dialled, "Uniqueid": call.id, "Linkedid": call.id})
        if not self._habit(call).slowly:
            self._soon(self._ring, call)
        return ""

    def _ring(self, call: PlacedCall) -> None:
        why = self._habit(call).answers
        order = {"ActionID": call.asked["actionid"], "Uniqueid": call.id}
        if why:
            reason, cause = _REASONS[why]
            failure = {**order, "Response": "Failure"}
            if self._habit(call).reason_first:
                self.event("OriginateResponse", {**failure, "Reason": "0"})
                asyncio.get_running_loop().call_later(_LATE_S, self._end, call, cause)
            else:
                self._end(call, cause)
                self.event("OriginateResponse", {**failure, "Reason": reason})
            return
        if self.has_agi:
            self.event("AsyncAGIStart", {"Channel": f"{call.dialled}-00000001", "Uniqueid": call.id, "Env": ""})
        self.event("OriginateResponse", {**order, "Response": "Success", "Reason": "4"})
        if self._habit(call).at == 0:
            self.press(call, self._habit(call).key)

    def _agi(self, asked: Fields) -> str:
        call = next((call for call in self.calls if call.id == asked["channel"] and not call.over), None)
        if call is None:
            return f"Channel {asked['channel']} does not exist."
        call.commands.append(asked["command"])
        self._soon(self._run, call, asked)
        return ""

    def _run(self, call: PlacedCall, asked: Fields) -> None:
        if call.over:
            return
        habit, place, command = self._habit(call), len(call.commands), asked["command"]
        result = "0"
        if habit.hangs_up_at == place:
            self.event("HangupRequest", {"Channel": call.dialled, "Uniqueid": call.id})
            result = "-1"
        elif command.startswith("STREAM FILE") and not self.sounds(command.split()[2]):
            result = "-1"
        elif habit.key and habit.at == place:
            self.press(call, habit.key)
            result = str(ord(habit.key))
        told = {"Uniqueid": call.id, "CommandID": asked["commandid"]}
        self.event("AsyncAGIExec", {**told, "Result": quote(f"200 result={result} endpos=0\n")})
        if result == "-1":
            self._end(call, "16")

    def _end(self, call: PlacedCall, cause: str) -> None:
        call.over = True
        self.event("Hangup", {"Channel": call.dialled, "Uniqueid": call.id, "Linkedid": call.id, "Cause": cause})

    def _habit(self, call: PlacedCall) -> Habit:
        return self.habits.setdefault(call.dialled, Habit())

    @staticmethod
    def _soon(what: Callable[..., None], *given: object) -> None:
        """After the response to the action, as Asterisk does it."""
        asyncio.get_running_loop().call_soon(what, *given)
