"""What the desk of a site sees: alerts on a real MQTT subscriber, records and sources through the API."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt

from tests.fixtures.gateway import RunningGateway

WITHIN_S = 60.0
LOOK_S = 0.1  # between two questions to the API
Document = dict[str, Any]


class Desk:
    def __init__(self, gateway: RunningGateway) -> None:
        self.gateway = gateway
        self.alerts: list[Document] = []
        self._heard = asyncio.Condition()

    async def until_alert(self, **wanted: Any) -> Document:
        """The first that has all `wanted` values, heard already or to come."""

        def found() -> Document | None:
            return next((one for one in self.alerts if wanted.items() <= one.items()), None)

        async with asyncio.timeout(WITHIN_S), self._heard:
            await self._heard.wait_for(lambda: found() is not None)
        return found() or {}

    async def until_source(self, name: str, state: str) -> None:
        async with asyncio.timeout(WITHIN_S):
            while True:
                page = await self.gateway.api("sources")
                if any((one["name"], one["state"]) == (name, state) for one in page["items"]):
                    return
                await asyncio.sleep(LOOK_S)

    async def incidents(self, **wanted: Any) -> list[Document]:
        """Those records that have all `wanted` values."""
        page = await self.gateway.api("incidents", limit="100")
        return [dict(item) for item in page["items"] if wanted.items() <= item.items()]

    async def until_incidents(self, holds: Callable[[list[Document]], object], **wanted: Any) -> list[Document]:
        """Those records that have all `wanted` values, once they are as `holds` says."""
        async with asyncio.timeout(WITHIN_S):
            while not holds(found := await self.incidents(**wanted)):  # noqa: ASYNC110 - the API tells when asked
                await asyncio.sleep(LOOK_S)
        return found

    async def until_units(self, *units: str) -> list[Document]:
        """All radio records, once there is one of each of `units`."""
        return await self.until_incidents(lambda found: {*units} <= {item["unit"] for item in found}, medium="radio")

    async def listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.alerts.append(json.loads(message.payload))
            async with self._heard:
                self._heard.notify_all()


@asynccontextmanager
async def listening(desk: Desk, mqtt_port: int) -> AsyncIterator[None]:
    async with aiomqtt.Client("127.0.0.1", mqtt_port) as client:
        await client.subscribe("hotline/riverside/alerts/#", qos=1)
        task = asyncio.create_task(desk.listen(client))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
