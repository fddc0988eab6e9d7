"""What the desk of a radio site sees: alerts on a real MQTT subscriber, records and sources through the API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt

from tests.fixtures.gateway import RunningGateway


class RadioDesk:
    def __init__(self, gateway: RunningGateway) -> None:
        self.gateway = gateway
        self.alerts: list[dict[str, Any]] = []
        self._heard = asyncio.Condition()

    async def until_alert(self, unit: str, kind: str, within_s: float = 20.0) -> dict[str, Any]:
        """The first such alert of two_calls, heard already or to come."""

        def found() -> dict[str, Any] | None:
            wanted = ("two_calls", unit, kind)
            return next((a for a in self.alerts if (a["rule"], a["unit"], a["kind"]) == wanted), None)

        async with asyncio.timeout(within_s), self._heard:
            await self._heard.wait_for(lambda: found() is not None)
        return found() or {}

    async def until_source(self, name: str, state: str, within_s: float = 20.0) -> None:
        async with asyncio.timeout(within_s):
            while True:
                page = await self.gateway.api("sources")
                if any((one["name"], one["state"]) == (name, state) for one in page["items"]):
                    return
                await asyncio.sleep(0.1)

    async def until_incidents(self, units: set[str], within_s: float = 20.0) -> list[dict[str, Any]]:
        """All radio records, once there is one of each of `units`."""
        async with asyncio.timeout(within_s):
            while True:
                page = await self.gateway.api("incidents", limit="100")
                found = [dict(item) for item in page["items"] if item["medium"] == "radio"]
                if units <= {item["unit"] for item in found}:
                    return found
                await asyncio.sleep(0.1)

    async def listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.alerts.append(json.loads(message.payload))
            async with self._heard:
                self._heard.notify_all()


@asynccontextmanager
async def radio_desk(gateway: RunningGateway, mqtt_port: int) -> AsyncIterator[RadioDesk]:
    desk = RadioDesk(gateway)
    async with aiomqtt.Client("127.0.0.1", mqtt_port) as client:
        await client.subscribe("hotline/riverside/alerts/#", qos=1)
        listening = asyncio.create_task(desk.listen(client))
        try:
            yield desk
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
