"""Acknowledgements that come by MQTT: small JSON from whoever the broker lets publish it."""

import asyncio
from typing import Annotated

import aiomqtt
import msgspec
import structlog

from adapters.errors import NOT_JSON, Overloaded, StoreError
from adapters.notify.mqtt.topics import acknowledge_topic
from adapters.ports import AlertDesk

_BYTES_MAX = 4096
_KEPT_WITHIN_S = 10.0
_REFUSED = 128  # the least reason code of a SUBACK that says no


class Acknowledgement(msgspec.Struct, frozen=True):
    """The payload; further fields are passed over."""

    alert: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Acknowledging:
    def __init__(self, name: str, site: str, desk: AlertDesk) -> None:
        self._topic = acknowledge_topic(site)
        self._desk = desk
        self._log = structlog.get_logger().bind(notifier=name, topic=self._topic)

    async def begin(self, client: aiomqtt.Client) -> None:
        for code in await client.subscribe(self._topic, qos=1):
            if getattr(code, "value", code) >= _REFUSED:
                self._log.warning("the broker lets us hear no acknowledgements", cure="let our user read this topic")

    async def take(self, message: aiomqtt.Message) -> None:
        """Never raises for what it holds. A retained one speaks of another time; one told twice is told once."""
        payload = message.payload
        if message.retain or len(payload) > _BYTES_MAX:
            self._log.warning("acknowledgement passed over", reason="retained" if message.retain else "too long")
            return
        try:
            told = msgspec.json.decode(payload, type=Acknowledgement)
        except NOT_JSON as error:
            self._log.warning("acknowledgement passed over", reason=str(error))
            return
        try:
            async with asyncio.timeout(_KEPT_WITHIN_S):  # the connection's end is not seen meanwhile
                known = await self._desk.acknowledge(told.alert, told.by, "mqtt", told.note)
        except (StoreError, Overloaded, TimeoutError) as error:
            self._log.warning("an acknowledgement could not be kept", alert=told.alert, reason=str(error))
            return
        if not known:
            self._log.info("acknowledgement of no live alert", alert=told.alert)
