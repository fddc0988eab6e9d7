"""Whoever was sent an alert answers from where he is: by the link in it, or by the broker that brought it."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from gateway.web.desk.acknowledging import state_of, who_answers
from tests.simulation.broker import Broker, Published
from tests.simulation.doings import Answer
from tests.simulation.house import SITE
from tests.simulation.machine import Machine
from tests.simulation.receivers import Receipt, Receiver

TOPIC = f"hotline/{SITE}/commands/acknowledge"
BY_BROKER = "zhao"


class Opened(NamedTuple):
    """A link was opened, and its button pressed: what the page said. `counts`: None: nobody knows."""

    receiver: str
    receipt: Receipt
    at_us: int  # by the gateway's clock
    forged: bool
    page: str
    by: str = ""
    counts: bool | None = False


class Sent(NamedTuple):
    """An acknowledgement by the broker."""

    alert: str
    at_us: int | None  # by the gateway's clock, if it lives
    message: Published


class Answering:
    def __init__(self, machine: Machine, receivers: Mapping[str, Receiver], broker: Broker) -> None:
        self.opened: list[Opened] = []
        self.sent: list[Sent] = []
        self._machine = machine
        self._receivers = receivers
        self._broker = broker

    async def answer(self, answer: Answer) -> None:
        by_mqtt = answer.by == "mqtt"
        has = [(name, one) for name, receiver in self._receivers.items() for one in receiver.received]
        has = [(name, one) for name, one in has if (one.by_broker if by_mqtt else one.document["acknowledge_url"])]
        if not has:
            return
        receiver, receipt = (min if answer.how == "oldest" else max)(has, key=lambda one: one[1].at_us)
        for _ in range(2 if answer.how == "twice" else 1):
            if by_mqtt:
                self._publish(receipt.alert, forged=answer.how == "forged")
            else:
                await self._open(receiver, receipt, forged=answer.how == "forged")

    def _publish(self, alert: str, *, forged: bool) -> None:
        payload = json.dumps({"alert": alert, "by": BY_BROKER}).encode()
        message = self._broker.publish(TOPIC, payload[:-3] if forged else payload)
        self.sent.append(Sent("" if forged else alert, self._machine.heard_us(), message))

    async def _open(self, receiver: str, receipt: Receipt, *, forged: bool) -> None:
        service = self._machine.service
        if service is None or service.pipeline.ready:
            return
        token = str(receipt.document["acknowledge_url"]).rpartition("/")[2]
        if forged:
            token = ("B" if token[0] == "A" else "A") + token[1:]
        named, at_us = service.links_to.read(token), self._machine.gateway_us()
        page = state_of(service.pipeline, named)
        if page != "raised" or named is None:
            self.opened.append(Opened(receiver, receipt, at_us, forged, page))
            return
        by = who_answers(service.pipeline, named)
        counts = await self._machine.outlived(service, service.answers.acknowledge(named.alert, by, "link"))
        self.opened.append(Opened(receiver, receipt, at_us, forged, page, by, counts))
