"""Sends a caller whom nobody answers to another extension: looks, marks the channel, redirects. Never twice.

The mark is a variable of the caller's own channel, so it lives as long as the call and outlives us: an order that comes
again after a restart finds it. Nothing is asked of the PBX that could end a call: where the extension is not there, or
the caller is not alone any more, nothing is done.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from adapters.errors import PeerUnavailable
from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.connection import Connection
from adapters.ports import Delivered, Delivery, Rejected, Retry

MARK = "HOTLINE_RESCUE"
_ASKED, _DONE = "asked", "done"
_WORDS_MAX = 200
_NEEDED = ("redirect", "setvar", "status", "showdialplan")  # AMI actions
_AGAIN_S = 1.0  # a caller waits


class Rescuer:
    """Implements adapters.ports.Notifier for the orders of rules.rescue; the source's link keeps the connection."""

    def __init__(self, source: str, to: str) -> None:
        """`to`: EXTENSION@CONTEXT."""
        self.name = f"rescue:{source}"
        self._exten, _, self._context = to.partition("@")
        self._connection: Connection | None = None
        self._link_changed: Callable[[str, str], None] = lambda _state, _reason: None
        self._state = ("connecting", "")

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        self._link_changed = link_changed
        link_changed(*self._state)
        await asyncio.get_running_loop().create_future()  # until cancelled

    async def attach(self, connection: Connection) -> None:
        """From now on orders go through `connection`. Says at once what would stop them."""
        commands = await connection.action("ListCommands")
        lacking = [name for name in _NEEDED if not commands.get(name)]
        why = f"the PBX's user may not {', '.join(lacking)}: give it write = reporting,call" if lacking else ""
        why = why or await self._why_not(connection)
        self._connection = connection
        self._tell("refused" if why else "online", why)

    def detach(self) -> None:
        self._connection = None
        self._tell("offline", "the PBX is out of reach")

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:  # noqa: ARG002 - the channel's mark is the key
        connection = self._connection
        if connection is None:
            return Retry("unreachable", _AGAIN_S)
        try:
            return await self._rescue(connection, str(alert["to"]["id"]))
        except PeerUnavailable:
            return Retry("unreachable", _AGAIN_S)

    async def _rescue(self, connection: Connection, channel: str) -> Delivery:
        answer, seen = await connection.listing("Status", Channel=channel, Variables=MARK)
        if answer.get("response").lower() != "success" or not seen:
            return Rejected("over", _words(answer))
        mark = _mark(seen[0])
        if mark:
            return Delivered() if mark == _DONE else Rejected("over", "asked before, and what came of it is not known")
        if seen[0].get("bridgeid"):
            return Rejected("over", "answered meanwhile")
        if why := await self._why_not(connection):
            return Rejected("refused", why)
        if not await self._marked(connection, channel, _ASKED):
            return Rejected("over", "the channel is gone")
        done = await connection.action(
            "Redirect", Channel=channel, Exten=self._exten, Context=self._context, Priority="1"
        )
        if done.get("response").lower() != "success":
            return Rejected("refused", _words(done))
        await self._marked(connection, channel, _DONE)
        return Delivered()

    async def _why_not(self, connection: Connection) -> str:
        """Asterisk redirects to an extension that is not there, too, and then hangs up: look first."""
        plan, _ = await connection.listing("ShowDialPlan", Context=self._context, Extension=self._exten)
        return "" if plan.get("response").lower() == "success" else f"{self._exten}@{self._context}: {_words(plan)}"

    @staticmethod
    async def _marked(connection: Connection, channel: str, value: str) -> bool:
        answer = await connection.action("Setvar", Channel=channel, Variable=MARK, Value=value)
        return answer.get("response").lower() == "success"

    def _tell(self, state: str, reason: str) -> None:
        self._state = (state, reason)
        self._link_changed(state, reason)


def _mark(status: Message) -> str:
    """A variable that is not set is told, too, by one word or another of Asterisk's."""
    told = status.get_all("variable")
    return next((value for value in (_ASKED, _DONE) if f"{MARK}={value}" in told), "")


def _words(answer: Message) -> str:
    return answer.get("message")[:_WORDS_MAX]
