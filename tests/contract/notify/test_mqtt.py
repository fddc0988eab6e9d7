"""The MQTT notifier against a real broker: topics, payload, availability, and a broker that dies and comes back."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.notify.mqtt import KIND, Settings, check, make
from adapters.notify.mqtt.notifier import MqttNotifier
from adapters.notify.mqtt.topics import alert_topic, level
from adapters.ports import Delivered, Retry
from gateway.broker import EmbeddedBroker
from tests.fixtures.alert_desk import AlertDesk

ALERT = {"rule": "three_rings", "key": "k1", "text": {"zh": "三声未接", "en": "not answered"}}


class Link:
    """What a notifier says of its connection, to be waited for."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.reasons: list[str] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, state: str, reason: str) -> None:
        self.states.append(state)
        self.reasons.append(reason)
        task = asyncio.get_running_loop().create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def reaches(self, state: str, within_s: float = 60.0) -> None:
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(lambda: bool(self.states) and self.states[-1] == state)

    async def tells(self, times: int) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.states) >= times)


@asynccontextmanager
async def notifying(
    broker: EmbeddedBroker, site: str, desk: AlertDesk | None = None, **settings: Any
) -> AsyncIterator[tuple[MqttNotifier, Link]]:
    made = make(Settings(name="desk", kind="mqtt", url=broker.url, **settings), site, Path())
    if desk is not None:
        made.answer_to(desk)
    link = Link()
    task = asyncio.create_task(made.run(link))
    try:
        yield made, link
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def watching(broker: EmbeddedBroker, topic: str) -> AsyncIterator[aiomqtt.Client]:
    async with asyncio.timeout(60), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe(topic, qos=1)
        yield client


async def test_an_alert_arrives_on_the_topic_of_its_rule(broker: EmbeddedBroker) -> None:
    async with notifying(broker, "riverside") as (notifier, link), watching(broker, "hotline/riverside/#") as watcher:
        await link.reaches("online")
        assert await notifier.send(ALERT, "k1") == Delivered()
        async for message in watcher.messages:
            if str(message.topic) == "hotline/riverside/alerts/three_rings":
                assert json.loads(message.payload) == ALERT
                assert message.qos == 1
                break


async def test_whoever_the_broker_lets_acknowledges_and_nothing_else_is_believed(broker: EmbeddedBroker) -> None:
    desk = AlertDesk()
    topic = "hotline/acknowledged/commands/acknowledge"
    right = {"alert": "a1", "by": "王芳", "note": "已派人", "colour": "red"}
    wrong = [b"", b"{", b"[]", b'{"alert":"a1"}', b'{"alert":"","by":"x"}', b'{"alert":1,"by":"x"}', b'{"by":"\xff"}']
    wrong.append(json.dumps(right)[:-1].encode() + b',"x":' + b"[" * 3000)
    wrong += [json.dumps(right | {"note": "x" * length}).encode() for length in (501, 9000)]
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.publish(topic, json.dumps(right | {"by": "of yesterday"}), qos=1, retain=True)
        async with notifying(broker, "acknowledged", desk, acknowledges=True) as (_, link):
            await link.reaches("online")
            for payload in wrong:
                await client.publish(topic, payload, qos=1)
            await client.publish(topic, json.dumps(right), qos=1)
            await client.publish(topic, json.dumps({"alert": "gone", "by": "李强"}), qos=1)
            await desk.until(2)
        await client.publish(topic, b"", qos=1, retain=True)
    assert desk.acknowledged == [("a1", "王芳", "mqtt", "已派人"), ("gone", "李强", "mqtt", "")]


async def test_nobody_acknowledges_by_mqtt_where_it_is_not_configured(broker: EmbeddedBroker) -> None:
    desk = AlertDesk()
    async with aiomqtt.Client("127.0.0.1", broker.port) as client, notifying(broker, "deaf", desk) as (notifier, link):
        await link.reaches("online")
        await client.publish("hotline/deaf/commands/acknowledge", b'{"alert":"a1","by":"x"}', qos=1)
        assert await notifier.send(ALERT, "k1") == Delivered()
    assert desk.acknowledged == []


async def test_availability_is_unknown_before_online_and_offline_after_an_orderly_end(broker: EmbeddedBroker) -> None:
    topic = "hotline/orderly/gateway/availability"
    async with watching(broker, topic) as watcher:
        async with notifying(broker, "orderly") as (_, link):
            await link.reaches("online")
        seen = []
        async for message in watcher.messages:
            seen.append(message.payload)
            if message.payload == b"offline":
                break
        assert seen == [b"unknown", b"online", b"offline"]
    async with watching(broker, topic) as late:
        async for message in late.messages:
            assert (message.payload, message.retain) == (b"offline", True)
            break


GATEWAY = """
import asyncio, sys
from pathlib import Path
from adapters.notify.mqtt import Settings, make
notifier = make(Settings(name="desk", kind="mqtt", url=sys.argv[1]), "vanishes", Path())
asyncio.run(notifier.run(lambda state, reason: print(state, flush=True)))
"""


async def test_the_last_will_says_offline_when_the_gateway_vanishes(broker: EmbeddedBroker) -> None:
    async with watching(broker, "hotline/vanishes/gateway/availability") as watcher:
        gateway = await asyncio.create_subprocess_exec(
            sys.executable, "-c", GATEWAY, broker.url, stdout=asyncio.subprocess.PIPE
        )
        assert gateway.stdout is not None
        while (await gateway.stdout.readline()).strip() != b"online":
            pass
        gateway.kill()
        await gateway.wait()
        async for message in watcher.messages:
            if message.payload == b"offline":
                break


async def test_each_source_s_state_is_retained_and_told_again_to_a_new_broker(own_broker: EmbeddedBroker) -> None:
    async with notifying(own_broker, "riverside") as (notifier, link):
        notifier.source_changed("tower", "connecting", "", 1_795_248_600_000_000)
        await link.reaches("online")
        notifier.source_changed("tower", "offline", "the device hung up", 1_795_248_600_000_000)
        expected = {
            "source": "tower", "state": "offline", "reason": "the device hung up", "since": "2026-11-21T08:10:00.000Z"
        }  # fmt: skip
        async with watching(own_broker, "hotline/riverside/sources/tower") as watcher:
            async for message in watcher.messages:
                if json.loads(message.payload) == expected:
                    break
        own_broker.kill()
        await link.reaches("offline")
        own_broker.start()
        async with watching(own_broker, "hotline/riverside/sources/tower") as watcher:
            async for message in watcher.messages:
                if json.loads(message.payload) == expected:
                    break


async def test_a_source_that_was_never_heard_has_no_moment_since_when(broker: EmbeddedBroker) -> None:
    async with notifying(broker, "unheard") as (notifier, link):
        await link.reaches("online")
        notifier.source_changed("tower", "unknown", "", None)
        async with watching(broker, "hotline/unheard/sources/tower") as watcher:
            async for message in watcher.messages:
                assert json.loads(message.payload)["since"] is None
                break


async def test_a_broker_that_is_killed_gets_the_alert_when_it_is_back(own_broker: EmbeddedBroker) -> None:
    async with notifying(own_broker, "killed") as (notifier, link):
        await link.reaches("online")
        await asyncio.to_thread(own_broker.kill)
        await link.reaches("offline")
        assert await notifier.send(ALERT, "k1") == Retry("unreachable")
        await link.tells(3)
        await asyncio.to_thread(own_broker.start)
        await link.reaches("online")
        async with watching(own_broker, "hotline/killed/alerts/+") as watcher:
            assert await notifier.send(ALERT, "k1") == Delivered()
            async for message in watcher.messages:
                assert json.loads(message.payload) == ALERT
                break


async def test_publishes_under_way_when_the_broker_dies_end_at_once(own_broker: EmbeddedBroker) -> None:
    async with notifying(own_broker, "midway") as (notifier, link):
        await link.reaches("online")
        async with asyncio.timeout(60):
            sends = [asyncio.create_task(notifier.send(ALERT, f"k{n}")) for n in range(40)]
            await asyncio.to_thread(own_broker.kill)
            outcomes = await asyncio.gather(*sends)
        assert set(outcomes) <= {Delivered(), Retry("unreachable")}


async def test_without_a_broker_it_says_offline_and_keeps_trying(free_broker: EmbeddedBroker) -> None:
    async with notifying(free_broker, "absent") as (notifier, link):
        await link.reaches("offline")
        assert await notifier.send(ALERT, "k1") == Retry("unreachable")
        await link.tells(3)
        await asyncio.to_thread(free_broker.start)
        await link.reaches("online")
        assert await notifier.send(ALERT, "k1") == Delivered()
        told = [state for state, _ in groupby(link.states)]
        assert told == ["connecting", "offline", "online"], "each change is told once, however often it tries"


async def test_a_gateway_pushed_off_by_its_double_is_told_why(broker: EmbeddedBroker) -> None:
    async with notifying(broker, "doubled") as (_, first):
        await first.reaches("online")
        async with notifying(broker, "doubled") as (_, second):
            await second.reaches("online")
            await first.reaches("offline")
            assert "another gateway" in first.reasons[-1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("riverside", "riverside"), ("滨江 花园", "滨江_花园"), ("a/b+c#", "a_b_c_"), ("", "_"), ("x.y-z_1", "x.y-z_1")],
)
def test_a_site_s_name_makes_one_level_of_a_topic(name: str, expected: str) -> None:
    assert level(name) == expected
    assert alert_topic(name, "three_rings") == f"hotline/{expected}/alerts/three_rings"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"url": "http://127.0.0.1"}, "url"),
        ({"url": "mqtt://"}, "url"),
        ({"url": "mqtt://user:secret@127.0.0.1"}, "url"),
        ({"url": "mqtt://127.0.0.1/topic"}, "url"),
        ({"url": "mqtt://127.0.0.1:notaport"}, "url"),
        ({"url": "mqtt://127.0.0.1", "password_env": "NO_SUCH_VARIABLE_HERE", "username": "u"}, "password_env"),
        ({"url": "mqtt://127.0.0.1", "password_file": "nowhere.txt", "username": "u"}, "password_file"),
        ({"url": "mqtts://127.0.0.1", "ca_file": "nowhere.pem"}, "ca_file"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(settings: dict[str, Any], key: str) -> None:
    problems = check(Settings(name="desk", kind="mqtt", **settings))
    assert [problem.key for problem in problems] == [key]
    assert "secret" not in problems[0].value


def test_good_settings_have_no_problem() -> None:
    assert KIND.check(Settings(name="desk", kind="mqtt", url="mqtt://127.0.0.1:1883")) == []
