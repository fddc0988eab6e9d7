"""Publishes alerts by MQTT, QoS 1, over one connection that it keeps up; a retained topic says whether we are there."""

import asyncio
import contextlib
import math
import ssl
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import aiomqtt
import msgspec

from adapters.backoff import Backoff
from adapters.mqtt_client import Client
from adapters.notify.mqtt.acknowledging import Acknowledging
from adapters.notify.mqtt.topics import alert_topic, availability_topic, heartbeat_topic, level, source_topic
from adapters.ports import AlertDesk, Delivered, Delivery, Retry
from rules.moments import rfc3339

ANSWER_S = 10.0  # for a PUBACK
KEEP_ALIVE_S = 15
GOODBYE_S = 2.0
_DROPPED = 128  # MQTT 5: unspecified error; all that MQTT 3.1.1 can say of a connection that just ends
BACK_WITHIN_S = 5.0  # a broker that is there again: alerts wait for it
# A shorter connection is no good one: some brokers let us in and throw us out at each alert (a right that is missing).
STEADY_S = 10.0
IN_FLIGHT_MAX = 64  # unacknowledged publishes; delivery itself has fewer under way
INCOMING_MAX = 100  # acknowledgements that wait for the store
# So many in a row: what was never acknowledged stays in flight as long as the connection, until no more may leave.
UNANSWERED_MAX = 8


class Broker(NamedTuple):
    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None


class MqttNotifier:
    """Implements adapters.ports.Notifier, ShowsSources and HearsAnswers."""

    def __init__(self, name: str, site: str, broker: Broker, *, acknowledges: bool = False) -> None:
        self.name = name
        self._site = site
        self._broker = broker
        self._acknowledges = acknowledges
        self._acknowledging: Acknowledging | None = None
        self._client: aiomqtt.Client | None = None  # while connected
        self._in_flight: dict[asyncio.Timeout, None] = {}  # in the order of sending, as they are let go
        self._unanswered = 0
        self._in_doubt = ""  # why: the broker lets us in, and acknowledged no alert when it was asked last
        self._link_changed: Callable[[str, str], None] = lambda _state, _reason: None
        self._connection = asyncio.Timeout(None)  # the present one; it is rescheduled to end it
        self._shown: dict[str, bytes] = {}  # by topic: what is retained there
        self._untold: dict[str, None] = {}
        self._source_news = asyncio.Event()

    def answer_to(self, desk: AlertDesk) -> None:
        if self._acknowledges:
            self._acknowledging = Acknowledging(self.name, self._site, desk)

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        self._link_changed = link_changed
        backoff, after_refusal = Backoff(first_s=0.25, longest_s=BACK_WITHIN_S), Backoff(first_s=15.0, longest_s=30.0)
        link_changed("connecting", "")  # later tries are not told: offline stays offline until it is online again
        while True:
            state, wait_s = "offline", None
            try:
                await self._stay_connected(backoff)
            except aiomqtt.exceptions.MqttConnectError as error:  # the broker answered, and said no
                state, reason, wait_s = "refused", str(error), after_refusal.longest()
            except TimeoutError:
                reason = self._in_doubt = f"the broker acknowledged none of {UNANSWERED_MAX} messages"
                state = "stale"  # until it acknowledges one: that it lets us in again proves nothing
            except aiomqtt.MqttError as error:
                reason = _why(error)
                if isinstance(error.__context__, ssl.SSLCertVerificationError):  # not whom we were told to talk to
                    state, wait_s = "refused", after_refusal.longest()
            link_changed(state, reason)
            await asyncio.sleep(backoff.next_s() if wait_s is None else wait_s)

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:  # noqa: ARG002 - the payload holds the key
        client = self._client
        if client is None:
            return Retry("unreachable")
        topic = alert_topic(self._site, str(alert["rule"]))
        try:
            async with asyncio.timeout(ANSWER_S) as patience:
                self._in_flight[patience] = None
                try:
                    # A time-out of its own would cost a task and a timer each; `patience` ends it.
                    await client.publish(topic, msgspec.json.encode(alert), qos=1, timeout=math.inf)
                finally:
                    del self._in_flight[patience]
        except TimeoutError:
            if self._client is not client:
                return Retry("unreachable")
            self._count_unanswered()
            return Retry("timeout")
        except aiomqtt.MqttError:
            return Retry("unreachable")
        self._unanswered = 0
        if self._in_doubt and self._client is client:
            self._in_doubt = ""
            self._link_changed("online", "")
        return Delivered()

    def source_changed(self, name: str, state: str, reason: str, since_us: int | None) -> None:
        since = None if since_us is None else rfc3339(since_us)
        told = {"source": name, "state": state, "reason": reason, "since": since}
        self._show(source_topic(self._site, name), msgspec.json.encode(told))

    def beat(self, at_us: int) -> None:
        self._show(heartbeat_topic(self._site), msgspec.json.encode({"at": rfc3339(at_us)}))

    def _show(self, topic: str, payload: bytes) -> None:
        self._shown[topic] = payload
        self._untold[topic] = None
        self._source_news.set()

    async def _tell_sources(self, client: aiomqtt.Client) -> None:
        """Until the connection breaks; what it then has not told yet, the next one does."""
        with contextlib.suppress(aiomqtt.MqttError):
            while True:
                self._source_news.clear()
                while self._untold:
                    topic, _ = self._untold.popitem()
                    await client.publish(topic, self._shown[topic], qos=1, retain=True)
                await self._source_news.wait()

    async def _stay_connected(self, backoff: Backoff) -> None:
        """Until the connection breaks: raises MqttError; or TimeoutError where it is no good any more."""
        client = self._make_client()
        topic = availability_topic(self._site)
        async with client:
            # A watcher who sees "unknown" knows that an "online" from before is not ours of now.
            await client.publish(topic, "unknown", qos=1, retain=True)
            await client.publish(topic, "online", qos=1, retain=True)
            if self._acknowledging is not None:
                await self._acknowledging.begin(client)
            self._client, self._unanswered = client, 0
            began_s = asyncio.get_running_loop().time()
            self._link_changed("stale" if self._in_doubt else "online", self._in_doubt)
            self._untold |= dict.fromkeys(self._shown)
            sources = asyncio.create_task(self._tell_sources(client), name=f"mqtt-sources-{self.name}")
            try:
                async with asyncio.timeout(None) as self._connection:
                    async for message in client.messages:  # until the connection's end; as a rule there are none
                        if self._acknowledging is not None:
                            await self._acknowledging.take(message)
            except asyncio.CancelledError:
                await self._say_goodbye(client, topic)
                raise
            finally:
                sources.cancel()
                self._let_go()
                if asyncio.get_running_loop().time() - began_s >= STEADY_S:
                    backoff.reset()

    def _make_client(self) -> aiomqtt.Client:
        broker = self._broker
        client = Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            tls_context=broker.tls,
            identifier=f"hotline-gateway-{level(self._site)}-{level(self.name)}",
            keepalive=KEEP_ALIVE_S,
            timeout=ANSWER_S,
            max_inflight_messages=IN_FLIGHT_MAX,
            max_queued_incoming_messages=INCOMING_MAX,
            will=aiomqtt.Will(availability_topic(self._site), "offline", qos=1, retain=True),
        )
        client.pending_calls_threshold = IN_FLIGHT_MAX  # it warns of every publish beyond 10 otherwise
        return client

    async def _say_goodbye(self, client: aiomqtt.Client, topic: str) -> None:
        with contextlib.suppress(aiomqtt.MqttError):  # the broker's last will says it for us
            await client.publish(topic, "offline", qos=1, retain=True, timeout=GOODBYE_S)

    def _count_unanswered(self) -> None:
        self._unanswered += 1
        if self._unanswered == UNANSWERED_MAX:
            self._connection.reschedule(asyncio.get_running_loop().time())

    def _let_go(self) -> None:
        """Whoever waits for a PUBACK on the broken connection need not wait longer."""
        self._client = None
        now = asyncio.get_running_loop().time()
        for patience in self._in_flight:
            if not patience.expired():
                patience.reschedule(now)


def _why(error: aiomqtt.MqttError) -> str:
    told = error.__cause__ or error
    code = getattr(told, "rc", None)
    if getattr(code, "value", code) == _DROPPED:
        return (
            "the broker ended the connection; perhaps another gateway with the same site and notifier name took it over"
        )
    return str(error.__cause__ or error)
