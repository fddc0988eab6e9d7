"""One TCP connection to the manager interface: login, actions and their answers, pings. It lives once."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Container
from hashlib import md5
from types import TracebackType
from typing import Self

from adapters.errors import PeerRefused, PeerUnavailable
from adapters.pbx.asterisk.codec import GREETING, Codec, Message, Oversized, encode_action
from adapters.pbx.asterisk.login import Login

READ_BYTES = 64 * 1024
PINGS_MISSED_MAX = 2
# FullyBooted comes at once, but only to users who may read the class `system`.
FULLY_BOOTED_WITHIN_S = 2.0

# What names a start of the PBX: its own text, or (s since 1970) reckoned from its uptime, or nothing.
Start = str | int | None
Heard = Callable[[int, Message | Oversized], None]


class Connection:
    """Use as `async with`; every method raises PeerUnavailable once the connection is lost."""

    def __init__(self, settings: Login, now_us: Callable[[], int], heard: Heard, wanted: Container[str]) -> None:
        """`heard` takes each `wanted` event with the moment its last byte was read; it must not wait."""
        self._settings = settings
        self._now_us = now_us
        self._heard = heard
        self._wanted = wanted
        self._codec = Codec(settings.encoding)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, list[Message]] = {}
        self._actions = 0
        self._booted: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                context = ssl.create_default_context(cafile=settings.tls_ca_file) if settings.tls else None
                reader, self._writer = await asyncio.open_connection(settings.host, settings.port, ssl=context)
        except ssl.SSLCertVerificationError as error:
            raise PeerRefused(f"the PBX's certificate is not trusted: {error.verify_message}") from error
        except TimeoutError as error:
            raise PeerUnavailable(f"no connection within {settings.connect_timeout_s:g} s") from error
        except OSError as error:
            raise PeerUnavailable(f"cannot connect: {error.strerror or error}") from error
        self._reading = asyncio.create_task(self._read(reader), name=f"ami-reader-{settings.name}")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.abort("closed by us")
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._writer:
            self._writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.wait_closed()
        if self._reading and not self._reading.cancelled():
            self._reading.result()  # a bug in the reader is not to be swallowed

    def abort(self, reason: str) -> None:
        """Give the connection up; whoever waits on it hears `reason`."""
        if self._lost.done():
            return
        self._lost.set_result(reason)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(PeerUnavailable(reason))

    async def action(self, name: str, **fields: str) -> Message:
        """Send an action and wait for its response."""
        return (await self._ask(name, fields, listing=False))[0]

    def tell(self, name: str, **fields: str) -> None:
        """Send an action whose response nobody waits for; nothing, where the connection is lost."""
        if self._writer is not None and not self._lost.done():
            self._writer.write(encode_action(name, **fields))

    async def listing(self, name: str, **fields: str) -> tuple[Message, list[Message]]:
        """Ask for a list: the response, and the list's events ([] where the response is an error)."""
        first, *events = await self._ask(name, fields, listing=True)
        return first, events

    async def login(self) -> None:
        """Log in by challenge, so that the secret itself is never sent. Raises PeerRefused."""
        challenge = await self.action("Challenge", AuthType="MD5")
        greeting = self._codec.greeting or b""
        if not greeting.startswith(GREETING):
            raise PeerRefused(f"this is no manager interface; it greets with {greeting[:60]!r}")
        if challenge.get("response").lower() != "success":
            raise PeerRefused(f"the PBX gave no challenge: {challenge.get('message')}")
        try:
            secret = self._settings.secret()
        except (OSError, KeyError, ValueError) as error:  # it was good at the start: somebody changed it
            raise PeerRefused(f"our secret cannot be read any more: {error}") from error
        key = md5((challenge.get("challenge") + secret).encode(), usedforsecurity=False).hexdigest()
        answer = await self.action("Login", AuthType="MD5", Username=self._settings.username, Key=key, Events="on")
        if answer.get("response").lower() != "success":
            raise PeerRefused(f"the PBX refused the login: {answer.get('message')}")

    async def booted(self) -> Start:
        """Wait until the PBX is ready; return what names its start, to notice a restart."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FULLY_BOOTED_WITHIN_S):
                await asyncio.shield(self._booted)
        status = await self.action("CoreStatus")
        if status.get("response").lower() == "success":
            return f"{status.get('corestartupdate')} {status.get('corestartuptime')}"
        uptime = self._booted.result().get("uptime") if self._booted.done() else ""
        return self._now_us() // 1_000_000 - int(uptime) if uptime.isdecimal() else None

    async def keep_alive(self, stale: Callable[[bool], None]) -> None:
        """Ping until the connection is lost, then raise. `stale(True)` at a missed ping, `stale(False)` when well."""
        missed = 0
        while True:
            await asyncio.wait([self._lost], timeout=self._settings.ping_s)
            try:
                async with asyncio.timeout(self._settings.ping_s):
                    await self.action("Ping")
            except TimeoutError:
                missed += 1
                stale(True)
            else:
                if missed:
                    stale(False)
                missed = 0
            if missed >= PINGS_MISSED_MAX:
                raise PeerUnavailable(f"dead: no answer to {missed} pings in {missed * self._settings.ping_s:g} s")

    async def _ask(self, name: str, fields: dict[str, str], *, listing: bool) -> list[Message]:
        if self._writer is None or self._lost.done():
            raise PeerUnavailable(self._lost.result() if self._lost.done() else "not connected")
        self._actions += 1
        action_id = str(self._actions)
        answer = self._answers[action_id] = asyncio.get_running_loop().create_future()
        if listing:
            self._lists[action_id] = []
        try:
            self._writer.write(encode_action(name, ActionID=action_id, **fields))
            first = await answer
            return [first, *self._lists.get(action_id, ())]
        finally:
            self._answers.pop(action_id, None)
            self._lists.pop(action_id, None)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(READ_BYTES):
                at_us = self._now_us()
                for message in self._codec.feed(data):
                    self._take(at_us, message)
        except OSError as error:
            self.abort(f"connection lost: {error.strerror or error}")
        finally:
            self.abort("the PBX closed the connection")

    def _take(self, at_us: int, message: Message | Oversized) -> None:
        if isinstance(message, Oversized):
            self._heard(at_us, message)
            return
        event = message.event
        if not event and message.get("response"):
            self._take_response(message)
        elif self._lists and (listed := self._lists.get(message.get("actionid"))) is not None:
            self._take_listed(message, listed)
        elif event == "fullybooted" and not self._booted.done():
            self._booted.set_result(message)
        elif event in self._wanted or not event:
            self._heard(at_us, message)

    def _take_response(self, message: Message) -> None:
        action_id = message.get("actionid")
        answer = self._answers.get(action_id)
        if answer is None or answer.done():
            return
        if action_id in self._lists and message.get("response").lower() == "success":
            self._lists[action_id].append(message)  # the answer is whole when its list is
        else:
            answer.set_result(message)

    def _take_listed(self, message: Message, listed: list[Message]) -> None:
        """One event of a list. `EventList: Complete` ends it; its first message is the response."""
        if message.get("eventlist").lower() != "complete":
            listed.append(message)
            return
        answer = self._answers[message.get("actionid")]
        if listed and not answer.done():
            answer.set_result(listed.pop(0))
