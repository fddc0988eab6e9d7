"""Messages of an MQTT broker (mqtt://host:port/topic), each acknowledged only once what was in it is committed.

QoS 1 in a session that outlives the connection: what is published while we are away is kept by the broker for us.
Bytes to write are `topic<TAB>payload`.
"""

import asyncio
import contextlib
import ssl
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, NoReturn

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import MQTTMessage

from adapters.errors import PeerRefused, PeerUnavailable
from adapters.mqtt_client import Client
from adapters.radio.transports.transport import OPEN_WITHIN_S, WRITE_WITHIN_S, Heard, Loss

KEEP_ALIVE_S = 15
_DONE_MAX = 256  # more than a broker has under way to one client
_REFUSALS = {4, 5, 134, 135}  # bad user or password, not authorised: MQTT 3.1.1 §3.2.2.3, and paho's own words
_NOT_GRANTED = 128  # in a SUBACK
_JUST_ENDED = 128  # MQTT 5: unspecified error; all that MQTT 3.1.1 can say of a connection that just ends

Letter = tuple[int, str, bytes]  # packet id, topic, payload: who has all three is the same message, sent again


class Unanswered:
    """Which messages were heard. It outlives connections: the next one is sent again what was not acknowledged."""

    def __init__(self) -> None:
        self._waiting: set[Letter] = set()  # for their commit
        self._done: OrderedDict[Letter, None] = OrderedDict()  # committed; the acknowledgement may have been lost
        self.acknowledge: Callable[[int], None] | None = None  # of the connection that is up

    def take(self, letter: Letter, *, again: bool) -> bool:
        """False: it is sent again, and was heard before."""
        if again and letter in self._waiting:
            return False
        if again and letter in self._done:
            self.committed(letter)
            return False
        self._waiting.add(letter)
        return True

    def committed(self, letter: Letter) -> None:
        self._waiting.discard(letter)
        self._done[letter] = None
        if len(self._done) > _DONE_MAX:
            self._done.popitem(last=False)
        if self.acknowledge is not None:
            self.acknowledge(letter[0])


class Subscription(NamedTuple):
    host: str
    port: int
    topic: str
    identifier: str
    username: str | None = None
    password: str | None = None
    tls: bool = False


class MqttMessages:
    """Implements Transport."""

    knows_peer = True

    def __init__(self, subscription: Subscription, unanswered: Unanswered) -> None:
        self._to = subscription
        self._unanswered = unanswered
        self._loss = Loss()
        self._client: aiomqtt.Client | None = None
        self._reading: asyncio.Task[None] | None = None
        self._sent_again: set[int] = set()  # packet ids that the broker marked so (DUP)

    async def open(self, heard: Heard) -> None:
        to = self._to
        client = Client(
            to.host,
            to.port,
            username=to.username,
            password=to.password,
            identifier=to.identifier,
            clean_session=False,
            keepalive=KEEP_ALIVE_S,
            timeout=OPEN_WITHIN_S,
            tls_context=ssl.create_default_context() if to.tls else None,
        )
        paho = client._client  # noqa: SLF001 - aiomqtt offers no other way to acknowledge later
        paho.manual_ack_set(on=True)
        paho.on_message = partial(self._note_repeats, paho.on_message)  # aiomqtt does not pass DUP on either
        try:
            await client.__aenter__()
            self._client = client
            granted = await client.subscribe(to.topic, qos=1)
        except aiomqtt.exceptions.MqttConnectError as error:
            if getattr(error.rc, "value", error.rc) in _REFUSALS:
                raise PeerRefused(f"the broker refuses us: {error}") from error
            raise PeerUnavailable(f"the broker takes no connection now: {error}") from error
        except aiomqtt.MqttError as error:
            if isinstance(error.__context__, ssl.SSLCertVerificationError):
                raise PeerRefused(str(error)) from error
            raise PeerUnavailable(str(error.__cause__ or error)) from error
        if any((code if isinstance(code, int) else code.value) >= _NOT_GRANTED for code in granted):
            raise PeerRefused(f"the broker does not let us listen to {to.topic}")
        self._unanswered.acknowledge = partial(_acknowledge, paho)
        self._reading = asyncio.create_task(self._read(client, heard), name=f"mqtt-reader-{to.identifier}")

    async def write(self, data: bytes) -> None:
        if self._client is None or self._loss:
            await self._loss.wait()
        topic, _, payload = data.partition(b"\t")
        try:
            await self._client.publish(topic.decode(), payload, qos=1, timeout=WRITE_WITHIN_S)
        except aiomqtt.MqttError as error:
            raise PeerUnavailable(str(error.__cause__ or error)) from error

    async def lost(self) -> NoReturn:
        await self._loss.wait()

    async def close(self) -> None:
        self._unanswered.acknowledge = None
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._client is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await self._client.__aexit__(None, None, None)
            self._client = None

    def _note_repeats(self, take: Any, paho: PahoClient, userdata: Any, message: MQTTMessage) -> None:
        (self._sent_again.add if message.dup else self._sent_again.discard)(message.mid)
        take(paho, userdata, message)

    async def _read(self, client: aiomqtt.Client, heard: Heard) -> None:
        """Retained messages are no news: the broker tells them at each subscription again."""
        unanswered = self._unanswered
        try:
            async for message in client.messages:
                payload, topic = message.payload, str(message.topic)
                if not message.qos:
                    if not message.retain:
                        heard(payload, topic, None)
                    continue
                letter = (message.mid, topic, payload)
                if not unanswered.take(letter, again=message.mid in self._sent_again):
                    continue
                committed = partial(unanswered.committed, letter)
                if message.retain:
                    committed()
                else:
                    heard(payload, topic, committed)
        except aiomqtt.MqttError as error:
            unanswered.acknowledge = None
            self._loss.tell(PeerUnavailable(_why(error)))


def _why(error: aiomqtt.MqttError) -> str:
    code = getattr(error.__cause__ or error, "rc", None)
    ended = getattr(code, "value", code) == _JUST_ENDED
    return "the broker ended the connection" if ended else str(error.__cause__ or error)


def _acknowledge(paho: PahoClient, packet: int) -> None:
    paho.ack(packet, 1)
