"""Whether a notifier delivers: as its link says, or its tries where it keeps none. Each change enters as an event."""

from adapters.ports import Delivered, Delivery, Rejected, Retry
from gateway.pipeline import Pipeline
from rules.events import NotifierChanged
from rules.events.system import LinkState
from rules.moments import SECOND_US

_SURE_US = 10 * SECOND_US  # tries in vain for so long: one that a receiver misses is nothing yet
_LOST: frozenset[LinkState] = frozenset({"offline", "refused", "stale"})


class NotifierHealth:
    """Of one notifier."""

    def __init__(self, name: str, pipeline: Pipeline) -> None:
        self._name = name
        self._pipeline = pipeline
        self._told: LinkState = "unknown"  # by this process
        self._keeps_link = False
        self._in_vain_us: int | None = None  # since when

    @property
    def since_us(self) -> int | None:
        """Nothing is delivered since then; None: as far as is known it delivers."""
        trouble = self._pipeline.state.quiet.get(f"notifier/{self._name}")
        return getattr(trouble, "since_us", None)

    def link_changed(self, state: str, reason: str) -> None:
        self._keeps_link = True
        if state == "online":
            self._well()
        elif state in _LOST:
            self._note("refused" if state == "refused" else "offline", self._pipeline.now_us(), reason)

    def tried(self, outcome: Delivery, *, for_person: bool) -> None:
        """`for_person`: at an address of their own, which may be the wrong one."""
        if self._keeps_link:
            return
        if isinstance(outcome, Delivered):
            self._well()
        elif _in_vain(outcome, for_person=for_person):
            now_us = self._pipeline.now_us()
            self._in_vain_us = now_us if self._in_vain_us is None else self._in_vain_us
            if now_us - self._in_vain_us >= _SURE_US:
                self._note("offline", self._in_vain_us, outcome.reason)

    def _well(self) -> None:
        self._in_vain_us = None
        # Before the state is read nobody knows what the last process has told.
        if self._told in _LOST or self._pipeline.ready or (self._told == "unknown" and self.since_us is not None):
            self._note("online", self._pipeline.now_us(), "")
        self._told = "online"

    def _note(self, state: LinkState, since_us: int, reason: str) -> None:
        if state == self._told or self._name not in self._pipeline.rules.notifiers:
            return
        self._told = state
        self._pipeline.note(NotifierChanged(notifier=self._name, state=state, since_us=since_us, reason=reason))


def _in_vain(outcome: Retry | Rejected, *, for_person: bool) -> bool:
    """Who asks us to be slower has answered; who refuses one alert or one address may take the next."""
    if isinstance(outcome, Retry):
        return outcome.reason != "throttled"
    return outcome.reason in {"refused", "blocked_address"} and not for_person
