"""What the web needs of the rest of the gateway; app.py makes one of these and `make_app` serves it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry

from adapters.errors import StoreError
from adapters.ports import Admitted, Batch, Incoming
from adapters.record_store import RecordStore
from adapters.recordings import Recorder
from gateway.access.oidc_settings import OidcSettings
from gateway.access.signing_in import SigningIn
from gateway.desk_settings import Desk
from gateway.emergency.settings import Emergency
from gateway.links import AcknowledgeLinks
from gateway.reports.settings import IdentifyStaff
from gateway.web.access.auth import Auth
from rules.engine import State


class BatchFeed(Protocol):
    """Committed batches as they happen; ends with `lagged` True for a reader that was too slow."""

    @property
    def lagged(self) -> bool: ...

    def __aiter__(self) -> AsyncIterator[Batch]: ...


class LivePipeline(Protocol):
    """What the web asks of gateway.pipeline.Pipeline."""

    @property
    def ready(self) -> str: ...

    @property
    def state(self) -> State: ...

    def now_us(self) -> int: ...

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]: ...

    def hear(self, events: Sequence[Incoming], told: Callable[[list[Admitted] | StoreError], None]) -> None: ...

    async def has_decided(self, key: bytes) -> bool: ...

    def subscribe(self) -> AbstractAsyncContextManager[BatchFeed]: ...


class IdentityProvider(Protocol):
    """What the web asks of gateway.access.oidc.Provider, which is not imported where nobody configures it."""

    @property
    def settings(self) -> OidcSettings: ...
    @property
    def not_proven(self) -> type[Exception]: ...

    async def begin(self) -> Any: ...
    async def finish(self, answer: Mapping[str, str], browser: str) -> Any: ...
    def roles_of(self, claims: Mapping[str, Any]) -> tuple[str, ...]: ...


class NotifierStates(Protocol):
    """What the web asks of gateway.delivery.Delivery."""

    def status(self) -> Sequence[Mapping[str, Any]]: ...


def _in_time() -> float:
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Services:
    """`source_kinds`: every configured source's name and kind; `hook_sources`: those that the web itself
    serves, as gateway.web.door.hooks wants them; `store_silent_s`: how long the store has owed an answer.
    """

    site: str
    version: str
    pipeline: LivePipeline
    store: RecordStore
    notifiers: NotifierStates
    auth: Auth
    signing_in: SigningIn
    provider: IdentityProvider | None = None
    source_kinds: Mapping[str, str] = field(default_factory=dict)
    hook_sources: Mapping[str, Any] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    recorders: Sequence[Recorder] = ()
    links: AcknowledgeLinks | None = None  # None: messages carry none
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    identify_staff: IdentifyStaff = "number"
    store_silent_s: Callable[[], float] = _in_time

    @property
    def emergency(self) -> Emergency:
        """As it is now: a SIGHUP may change it, and no plan that runs."""
        return self.desk.tables.emergency


SERVICES = web.AppKey("services", Services)
