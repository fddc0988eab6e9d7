"""A base station heard through a real MQTT broker; what needs one that marks repeats is in tests/peers."""

from collections.abc import AsyncIterator

import aiomqtt
import pytest

from gateway.broker import EmbeddedBroker
from rules.events import LinkChanged, TransmissionStarted
from tests.contract.radio.conftest import linked, table_settings
from tests.contract.radio.table_kinds import OVER_MQTT
from tests.fixtures.front_door import FrontDoor


@pytest.fixture
async def publisher(own_broker: EmbeddedBroker) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client("127.0.0.1", own_broker.port) as client:
        yield client


def ids(door: FrontDoor) -> list[str]:
    """Each once: the broker repeats what it does not know to be acknowledged, after half a minute."""
    return list(dict.fromkeys(event.id for event in door.of(TransmissionStarted)))


async def until_heard(door: FrontDoor, last: int) -> None:
    """All from 0 to `last`, in whatever order and number."""
    await door.until(lambda: {str(turn) for turn in range(last + 1)} <= set(ids(door)), within_s=120)


async def test_messages_come_in_order_and_what_was_published_while_we_were_away_too(
    own_broker: EmbeddedBroker, publisher: aiomqtt.Client, door: FrontDoor
) -> None:
    port = f"{own_broker.url}/radio/+/json"
    async with linked(table_settings(port), door, OVER_MQTT):
        await door.until(lambda: door.states == ["connecting", "online"])
        for turn in range(5):
            await publisher.publish("radio/a/json", f"ON 7 {turn}", qos=1)
        await until_heard(door, 4)
    for turn in range(5, 10):
        await publisher.publish("radio/b/json", f"ON 7 {turn}", qos=1)
    async with linked(table_settings(port), door, OVER_MQTT):
        await until_heard(door, 9)
        await publisher.publish("radio/b/json", "ON 7 10", qos=1)
        await until_heard(door, 10)
    heard = [int(number) for number in ids(door)]
    # What the broker had begun to send as we left, it sends again later than the others.
    assert [*heard[:5], *sorted(heard[5:10]), heard[10]] == list(range(11))


async def test_a_broker_that_is_killed_and_comes_back_loses_nothing(
    own_broker: EmbeddedBroker, door: FrontDoor
) -> None:
    port = f"{own_broker.url}/radio/+/json"
    async with linked(table_settings(port), door, OVER_MQTT):
        for turn in range(3):
            online = door.states.count("online")
            await door.until(lambda: door.state == "online")
            async with aiomqtt.Client("127.0.0.1", own_broker.port) as publisher:
                await publisher.publish("radio/a/json", f"ON 7 {turn}", qos=1)
            await until_heard(door, turn)
            own_broker.kill()
            await door.until(lambda: door.state == "offline")
            assert door.of(LinkChanged)[-1].reason == "the broker ended the connection"
            own_broker.start()
            await door.until(lambda online=online: door.states.count("online") > online)  # type: ignore[misc]
    assert set(ids(door)) == {"0", "1", "2"}


async def test_a_retained_message_is_no_news(
    own_broker: EmbeddedBroker, publisher: aiomqtt.Client, door: FrontDoor
) -> None:
    await publisher.publish("radio/a/json", "ON 7 1", qos=1, retain=True)
    async with linked(table_settings(f"{own_broker.url}/radio/+/json"), door, OVER_MQTT):
        await door.until(lambda: door.state == "online")
        await publisher.publish("radio/a/json", "ON 7 2", qos=1)
        await door.until(lambda: "2" in ids(door))
    assert ids(door) == ["2"]


async def test_no_broker_is_offline(free_broker: EmbeddedBroker, door: FrontDoor) -> None:
    async with linked(table_settings(f"{free_broker.url}/radio/+/json"), door, OVER_MQTT):
        await door.until(lambda: door.states == ["connecting", "offline"])
    assert "refused" in door.of(LinkChanged)[-1].reason.lower()
