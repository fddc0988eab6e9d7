"""What became of sends, told to the pipeline: that of one turn of the loop as one event."""

import asyncio

from gateway.pipeline import Pipeline
from rules.effects import Send
from rules.events import DeliveriesSettled, DeliveriesTried, DeliverySettled, DeliveryTried


class Settlements:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._settled: list[DeliverySettled] = []
        self._tries: list[DeliveryTried] = []

    def tell(self, send: Send, *, delivered: bool, attempts: int, reason: str, words: str = "") -> None:
        self._note_soon()
        self._settled.append(
            DeliverySettled(
                alert=send.alert,
                notifier=send.notifier,
                delivered=delivered,
                attempts=attempts,
                reason=reason,
                words=words,
            )
        )

    def tried(self, send: Send, reason: str) -> None:
        self._note_soon()
        self._tries.append(DeliveryTried(send.alert, send.notifier, reason))

    def _note_soon(self) -> None:
        if not self._settled and not self._tries:
            asyncio.get_running_loop().call_soon(self._note)

    def _note(self) -> None:
        tries, self._tries = self._tries, []
        if tries:
            self._pipeline.note(DeliveriesTried(each=tuple(tries)))
        settled, self._settled = self._settled, []
        if settled:
            self._pipeline.note(settled[0] if len(settled) == 1 else DeliveriesSettled(each=tuple(settled)))
