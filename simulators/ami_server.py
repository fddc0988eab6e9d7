"""The manager interface of a pretend Asterisk: logins, answers, lists, events; and every way to misbehave."""

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable

GREETING = b"Asterisk Call Manager/5.0.4\r\n"
Fields = dict[str, str]
Lister = Callable[[], Iterable[tuple[str, Fields]]]


class AmiServer:
    """Listens on loopback. What goes wrong is set by plain attributes, at any time."""

    def __init__(self, username: str, secret: str, *, port: int = 0, now_s: Callable[[], float] = time.time) -> None:
        self.port = port
        self.now_s = now_s
        self.refuses_logins = False
        self.silent = False  # half open: it takes everything and answers nothing
        self.denied: set[str] = set()  # actions the user lacks the class for
        self.unanswered: set[str] = set()  # actions that it takes, and says nothing to
        self.fully_booted = True
        self.piece_bytes = 0  # write in pieces of so many bytes, each a packet of its own
        self.started = now_s()
        self.actions: list[str] = []  # every action heard, in order
        self.lists: dict[str, Lister] = {}
        self._username, self._secret = username, secret
        self._server: asyncio.Server | None = None
        self._logged_in: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Like a PBX that dies: nothing is said any more."""
        if self._server:
            self._server.close()
        self.cut()
        if self._server:
            await self._server.wait_closed()
            self._server = None

    async def restart(self) -> None:
        """A new process on the same port, with a new start time."""
        await self.stop()
        self.started = max(self.now_s(), self.started + 6)
        await self.start()

    def cut(self) -> None:
        """Break every connection, as a firewall would."""
        for writer in list(self._connections):
            writer.transport.abort()

    async def until(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait until something that a client does has happened."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(condition)

    @property
    def listeners(self) -> int:
        return len(self._logged_in)

    def send(self, data: bytes) -> None:
        """Raw bytes to whoever is logged in: half messages, rubbish, anything."""
        if self.silent:
            return
        for writer in self._logged_in:
            self._write(writer, data)

    def event(self, name: str, fields: Fields) -> None:
        now = self.now_s()
        self.send(message({"Event": name, "Privilege": "call,all", "Timestamp": f"{now:.6f}", **fields}))

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self.piece_bytes:
            writer.write(data)
            return
        for start in range(0, len(data), self.piece_bytes):
            writer.write(data[start : start + self.piece_bytes])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        challenge = secrets.token_hex(5)
        try:
            writer.write(GREETING)
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                await self._act(writer, _parse(raw), challenge)
                await self._tell()
                if writer.is_closing():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._connections.discard(writer)
            self._logged_in.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            await self._tell()

    async def _act(self, writer: asyncio.StreamWriter, asked: Fields, challenge: str) -> None:
        action = asked.get("action", "").lower()
        self.actions.append(action)
        await self._tell()
        if self.silent or action in self.unanswered:
            return
        same = {"ActionID": asked["actionid"]} if "actionid" in asked else {}
        if action == "challenge":
            self._write(writer, message({"Response": "Success", **same, "Challenge": challenge}))
        elif action == "login":
            await self._login(writer, asked, same, challenge)
        elif writer not in self._logged_in or action in self.denied:
            self._write(writer, message({"Response": "Error", **same, "Message": "Permission denied"}))
        elif action in self.lists:
            self._list(writer, action, same)
        else:
            refusal = self.does(action, asked)
            done = {"Response": "Error", "Message": refusal} if refusal else {"Response": "Success"}
            self._write(writer, message({**done, **same, **self._answer(action)}))

    def does(self, action: str, asked: Fields) -> str:  # noqa: ARG002 - for those that can do more
        """What else an action does; the words of a refusal, or ""."""
        return ""

    async def _login(self, writer: asyncio.StreamWriter, asked: Fields, same: Fields, challenge: str) -> None:
        key = hashlib.md5((challenge + self._secret).encode(), usedforsecurity=False).hexdigest()
        right = asked.get("username") == self._username and asked.get("key") == key
        if not right or self.refuses_logins:
            self._write(writer, message({"Response": "Error", **same, "Message": "Authentication failed"}))
            await writer.drain()
            writer.close()
            return
        self._write(writer, message({"Response": "Success", **same, "Message": "Authentication accepted"}))
        self._logged_in.add(writer)
        if self.fully_booted:
            uptime = str(int(self.now_s() - self.started))
            booted = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": uptime, "LastReload": uptime}
            self._write(writer, message({**booted, "Status": "Fully Booted"}))
        await self._tell()

    def _list(self, writer: asyncio.StreamWriter, action: str, same: Fields) -> None:
        self._write(writer, message({"Response": "Success", **same, "EventList": "start", "Message": "List follows"}))
        items = 0
        for name, fields in self.lists[action]():
            self._write(writer, message({"Event": name, **same, **fields}))
            items += 1
        end = {"Event": f"{action}Complete", **same, "EventList": "Complete", "ListItems": str(items)}
        self._write(writer, message(end))

    def _answer(self, action: str) -> Fields:
        if action == "ping":
            return {"Ping": "Pong", "Timestamp": f"{self.now_s():.6f}"}
        if action == "corestatus":
            started = time.gmtime(self.started)
            return {
                "CoreStartupDate": time.strftime("%Y-%m-%d", started),
                "CoreStartupTime": time.strftime("%H:%M:%S", started),
            }
        return {}

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def message(fields: Fields) -> bytes:
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


def _parse(raw: bytes) -> Fields:
    lines = (line.partition(":") for line in raw.decode(errors="replace").split("\r\n"))
    return {key.strip().lower(): value.strip() for key, colon, value in lines if colon}
