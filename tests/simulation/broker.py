"""A pretend MQTT 3.1.1 broker in memory: sessions that outlive connections, repeats, restarts that lose what it took.

The gateway's own client library (paho, by aiomqtt) speaks to it through sockets of memory: see tests.simulation.loop.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.simulation.faults import ReceiverFault
from tests.simulation.sockets import Socket

NOT_AUTHORISED = 5
UNDER_WAY_MAX = 20
SLOW_S = 5.0
Listener = Callable[[str, bytes], None]


@dataclass
class Published:
    """A message that the broker took for its subscriber, and what became of it."""

    topic: str
    payload: bytes
    acknowledged: bool = False  # by the gateway
    lost: bool = False  # by the broker, or it was never taken
    repeated: int = 0  # so often it was sent again


@dataclass
class Session:
    filter: str = ""
    waiting: deque[Published] = field(default_factory=deque)
    under_way: dict[int, Published] = field(default_factory=dict)  # by packet id
    last_id: int = 0

    @property
    def backlog(self) -> list[Published]:
        return [*self.under_way.values(), *self.waiting]


class Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes


class Connection:
    def __init__(self, broker: "Broker", socket: Socket) -> None:
        self.client = ""
        self.will: tuple[str, bytes] | None = None
        self.clean = True  # its session ends with it
        self.socket = socket
        self._broker = broker
        self._bytes = b""
        socket.heard = self.hear

    def hear(self, data: bytes) -> None:
        self._bytes += data
        for packet in self._packets():
            self._broker.take(self, packet)

    def _packets(self) -> Iterator[Packet]:
        while len(self._bytes) >= 2:
            size = shift = 0
            for place in range(1, 5):
                if place >= len(self._bytes):
                    return
                size += (self._bytes[place] & 0x7F) << shift
                shift += 7
                if self._bytes[place] < 0x80:
                    break
            if len(self._bytes) < place + 1 + size:
                return
            head, body = self._bytes[0], self._bytes[place + 1 : place + 1 + size]
            self._bytes = self._bytes[place + 1 + size :]
            yield Packet(head >> 4, head & 0x0F, body)

    def say(self, head: int, body: bytes) -> None:
        size, length = len(body), b""
        while True:
            size, digit = divmod(size, 128)
            length += bytes([digit | (0x80 if size else 0)])
            if not size:
                break
        self.socket.arrive(bytes([head]) + length + body)


class Broker:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.reachable = True
        self.half_open = False  # bytes go nowhere
        self.repeats = False  # it sends each message twice, the second one marked so
        self.lag_s = 0.0
        self.published: list[Published] = []
        self.listeners: list[tuple[str, Listener]] = []  # other subscribers, who are always there
        self.trouble: Callable[[], ReceiverFault | None] = lambda: None  # with those who publish alerts
        self._sessions: dict[str, Session] = {}
        self._connections: dict[str, Connection] = {}
        self._loop = loop

    # What the world does with it.

    def connect(self, socket: Socket) -> None:
        if not self.reachable:
            raise ConnectionRefusedError(111, "Connection refused")
        socket.carries = lambda: not self.half_open
        Connection(self, socket)

    def publish(self, topic: str, payload: bytes) -> Published:
        """By one of its other clients, QoS 1; nobody may be there to take it."""
        message = Published(topic, payload)
        self.published.append(message)
        client = next((name for name, one in self._sessions.items() if _matches(one.filter, topic)), None)
        if not self.reachable or client is None:
            message.lost = True
            return message
        session = self._sessions[client]
        session.waiting.append(message)
        if self.lag_s:
            self._loop.call_later(self.lag_s, self._send_on, client)
        else:
            self._send_on(client)
        return message

    def hears_at_once(self, topic: str) -> bool:
        """A message published now would reach its subscriber now."""
        for client, session in self._sessions.items():
            if _matches(session.filter, topic):
                return client in self._connections and not session.backlog and not self.half_open and self.reachable
        return False

    def cut(self, *, half_open: bool) -> None:
        if half_open:
            self.half_open = True
        else:
            self.reachable = False
            self.drop_all()

    def mend(self) -> None:
        self.reachable = True
        if self.half_open:
            self.half_open = False
            self.drop_all()

    def forget(self) -> None:
        """As one that keeps all in memory: sessions, and what was acknowledged to publishers."""
        for session in self._sessions.values():
            for message in session.backlog:
                message.lost = True
        self._sessions.clear()

    def _end_session(self, client: str) -> None:
        if (session := self._sessions.pop(client, None)) is not None:
            for message in session.backlog:
                message.lost = True

    def drop_all(self) -> None:
        for connection in list(self._connections.values()):
            self._drop(connection)

    # What clients say.

    def take(self, connection: Connection, packet: Packet) -> None:
        body = packet.body
        match packet.kind:
            case 1:  # CONNECT
                self._take_connect(connection, body)
            case 3:  # PUBLISH
                self._take_publish(connection, packet)
            case 4:  # PUBACK
                self._take_ack(connection, int.from_bytes(body[:2]))
            case 8:  # SUBSCRIBE
                self._subscribe(connection, body)
            case 12:  # PINGREQ
                connection.say(0xD0, b"")
            case 14:  # DISCONNECT
                connection.will = None
                self._drop(connection)

    def _take_connect(self, connection: Connection, body: bytes) -> None:
        flags, at = body[7], 10
        fields = []
        for wanted in (1, flags & 0x04, flags & 0x04):  # client, will's topic, will's payload
            if wanted:
                size = int.from_bytes(body[at : at + 2])
                fields.append(body[at + 2 : at + 2 + size])
                at += 2 + size
        connection.client = fields[0].decode()
        if flags & 0x04:
            connection.will = fields[1].decode(), fields[2]
        trouble = self.trouble() if connection.will else None
        if trouble == "refused":
            connection.say(0x20, bytes([0, NOT_AUTHORISED]))
        if trouble in ("refused", "unreachable"):
            connection.socket.hang_up()
            return
        connection.clean = clean = bool(flags & 0x02)
        client = connection.client
        if (former := self._connections.get(client)) is not None:
            self._drop(former)
        if clean:
            self._end_session(client)
        present = not clean and client in self._sessions
        if not clean:
            self._sessions.setdefault(client, Session())
        self._connections[client] = connection
        connection.say(0x20, bytes([present, 0]))
        if present:
            for packet_id, message in self._sessions[client].under_way.items():
                self._send(connection, packet_id, message, again=True)
            self._send_on(client)

    def _subscribe(self, connection: Connection, body: bytes) -> None:
        size = int.from_bytes(body[2:4])
        self._sessions.setdefault(connection.client, Session()).filter = body[4 : 4 + size].decode()
        connection.say(0x90, body[:2] + b"\x01")

    def _take_publish(self, connection: Connection, packet: Packet) -> None:
        size = int.from_bytes(packet.body[:2])
        topic, rest = packet.body[2 : 2 + size].decode(), packet.body[2 + size :]
        packet_id, payload = rest[:2], rest[2:]
        trouble = self.trouble() if self._is_told(topic) else None
        if trouble in ("unreachable", "refused", "throttled"):
            self._drop(connection)
        elif trouble == "slow":
            self._loop.call_later(SLOW_S, self._tell, connection, topic, packet_id, payload)
        elif trouble == "hangs_after":
            self._told(topic, payload)
        elif trouble == "error_after":
            self._told(topic, payload)
            self._drop(connection)
        elif trouble != "hangs":
            self._tell(connection, topic, packet_id, payload)

    def _take_ack(self, connection: Connection, packet_id: int) -> None:
        session = self._sessions.get(connection.client)
        if session is not None and (message := session.under_way.pop(packet_id, None)) is not None:
            message.acknowledged = True
            self._send_on(connection.client)

    # What it says.

    def _tell(self, connection: Connection, topic: str, packet_id: bytes, payload: bytes) -> None:
        self._told(topic, payload)
        connection.say(0x40, packet_id)

    def _told(self, topic: str, payload: bytes) -> None:
        for wanted, listener in self.listeners:
            if _matches(wanted, topic):
                listener(topic, payload)

    def _is_told(self, topic: str) -> bool:
        return any(_matches(wanted, topic) for wanted, _ in self.listeners)

    def _send_on(self, client: str) -> None:
        session, connection = self._sessions.get(client), self._connections.get(client)
        while session and connection and session.waiting and len(session.under_way) < UNDER_WAY_MAX:
            session.last_id = session.last_id % 65_535 + 1
            message = session.under_way[session.last_id] = session.waiting.popleft()
            self._send(connection, session.last_id, message, again=False)
            if self.repeats:
                self._send(connection, session.last_id, message, again=True)

    def _send(self, connection: Connection, packet_id: int, message: Published, *, again: bool) -> None:
        message.repeated += again
        topic = message.topic.encode()
        body = struct.pack(">H", len(topic)) + topic + packet_id.to_bytes(2) + message.payload
        connection.say(0x3A if again else 0x32, body)

    def _drop(self, connection: Connection) -> None:
        if self._connections.get(connection.client) is connection:
            del self._connections[connection.client]
            if connection.clean:
                self._end_session(connection.client)
        connection.socket.hang_up()


def _matches(wanted: str, topic: str) -> bool:
    if not wanted:
        return False
    levels = topic.split("/")
    for place, level in enumerate(wanted.split("/")):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(levels) == len(wanted.split("/"))
