"""Sends an alert's text to units through a base station, each unit until it has it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

from adapters.errors import ConfigError
from adapters.ports import Delivered, Delivery, Rejected, Retry, Source, TextSender

_REMEMBERED_MAX = 1_000  # alerts whose units are not all served yet


class RadioTextNotifier:
    """Implements adapters.ports.Notifier and UsesSources."""

    def __init__(
        self, name: str, source: str, units: tuple[str, ...], *, language: str, chars_max: int, ack_within_s: float
    ) -> None:
        self.name = name
        self._source = source
        self._units = units
        self._language = language
        self._chars_max = chars_max
        self._ack_within_s = ack_within_s
        self._sender: TextSender | None = None
        self._served: OrderedDict[str, set[str]] = OrderedDict()  # by the alert's key

    def attach(self, sources: Iterable[Source]) -> None:
        """Raises ConfigError where the source is none that can send."""
        where = f"notifier.{self.name}"
        named = {source.name: source for source in sources}
        source = named.get(self._source)
        if source is None:
            there = ", ".join(named) or "none that we listen to"
            raise ConfigError([(f"{where}.source", self._source, f"no [[source]] has this name; there are: {there}")])
        if not isinstance(source, TextSender):
            raise ConfigError([(f"{where}.source", self._source, "this kind of source cannot send texts to radios")])
        longest = ("长" if self._language == "zh" else "x") * self._chars_max
        for unit in self._units:
            if why := source.why_not(unit, longest):
                raise ConfigError([(f"{where}.units", unit, f"{why}; see chars_max, language and the source's page")])
        self._sender = source

    async def run(self, link_changed: Callable[[str, str], None]) -> None:  # noqa: ARG002 - the source keeps the link
        await asyncio.get_running_loop().create_future()  # until cancelled

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        if self._sender is None:
            return Retry("unreachable")
        text = self._words(alert)
        to = alert.get("to")
        units = self._units if to is None else (to["address"],)
        served = self._served.setdefault(key, set())
        while len(self._served) > _REMEMBERED_MAX:
            self._served.popitem(last=False)
        outcomes = []
        for unit in units:
            if unit not in served:
                outcome = await self._sender.send_text(unit, text, _id(key, unit), ack_within_s=self._ack_within_s)
                outcomes.append(outcome)
                if not isinstance(outcome, Retry):
                    served.add(unit)
        for outcome in outcomes:
            if isinstance(outcome, Retry):
                return outcome
        del self._served[key]
        if outcomes and all(isinstance(outcome, Rejected) for outcome in outcomes):
            return outcomes[0]
        return Delivered()

    def _words(self, alert: Mapping[str, Any]) -> str:
        """Short: without the record's number, which nobody looks up on a handset; English is pure ASCII."""
        text, number = str(alert["text"][self._language]), alert.get("incident", "")
        text = text.removeprefix(f"[{number}] ").removeprefix(f"【{number}】")
        if self._language == "en":  # names of units and places may be Chinese
            text = " ".join(text.encode("ascii", "ignore").decode().split())
        return text[: self._chars_max]


def _id(key: str, unit: str) -> str:
    """The same again for each try: a radio that had the text already knows it."""
    return blake2b(f"{key}\0{unit}".encode(), digest_size=4).hexdigest()
