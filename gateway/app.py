"""The one file that knows all the parts: builds them from the configuration, runs them, ends them in order."""

import asyncio
import errno
import signal
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from adapters.backoff import Backoff
from adapters.errors import ConfigError, GatewayError, StoreError
from adapters.intake import open_store
from adapters.pbx.webhook import HookSource
from adapters.ports import HearsAnswers, HoldsSecrets, Rescues, UsesSources
from adapters.recordings import Recorder
from gateway.access.oidc_settings import CALLBACK, client_secret
from gateway.access.telling import tell_chain, tell_rules, tell_secrets, tell_start
from gateway.answers import Answers
from gateway.clock import AnchoredClock
from gateway.config import Config, load
from gateway.delivery import Delivery
from gateway.desk_settings import Desk
from gateway.garbage import collect_seldom, collect_where_memory_grew
from gateway.heartbeat import beat
from gateway.links import AcknowledgeLinks
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.radio_metrics import RadioTraffic
from gateway.rule_changes import check_reload, rule_changes
from gateway.secrets_again import ApiTokens, read_again
from gateway.source_states import show_sources
from gateway.web.access.auth import Auth, ensure_token_file
from gateway.web.access.ways_in import make_signing_in
from gateway.web.door.doorway import DoorCounts, Doorway
from gateway.web.server import HOOKS, make_app
from gateway.web.services import Services

if TYPE_CHECKING:
    from gateway.access.oidc import Provider

_GOODBYE_S = 3.0  # so long a request under way may take to end
_LINGER_S = 2.0  # so long a refused body is read away, that its sender hears the refusal

log = structlog.get_logger()


class CannotListen(GatewayError):
    """The HTTP address is not to be had; the message names the cure."""


class Gateway:
    """One site's service. Made from a checked configuration; nothing is opened before `run`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.started = asyncio.Event()  # the port is open; `pipeline.ready` tells the rest
        tokens, self.token_made = _api_tokens(config)
        self.auth = Auth(tokens, config.auth, time.monotonic)
        self.store = open_store(config.gateway.store, config.folder)
        self.desk = Desk(config.desk)
        self.metrics = Metrics()
        clock = AnchoredClock()
        self.pipeline = Pipeline(self.store, config.rules, clock, metrics=self.metrics, anchor_us=clock.anchor_us)
        notifiers = [
            notifier.kind.make(notifier.settings, config.gateway.site, config.folder) for notifier in config.notifiers
        ]
        self.signing_in = make_signing_in(self.store, self.auth, self.pipeline)
        self.provider = _provider(config)
        self.links = _links(config)
        self.sources = [source.kind.make(source.settings) for source in config.sources if source.kind.make is not None]
        rescuers = [source.rescuer() for source in self.sources if isinstance(source, Rescues)]
        carriers = [*notifiers, *filter(None, rescuers)]
        self.delivery = Delivery(carriers, self.pipeline, links=self.links)
        self._notifiers = notifiers
        answers = Answers(self.pipeline, self.signing_in.register.audit)
        for notifier in notifiers:
            if isinstance(notifier, HearsAnswers):
                notifier.answer_to(answers)
            if isinstance(notifier, UsesSources):
                notifier.attach(self.sources)
        self.metrics.registry.register(RadioTraffic(self.sources))
        self._hooks = {
            source.settings.name: HookSource(source.settings, config.gateway.timezone)
            for source in config.sources
            if source.kind.make is None
        }
        self.store_ours = asyncio.Event()
        self._stop = asyncio.Event()

    @property
    def sign_in_link(self) -> str:
        """Signs its first visitor in, once, within ten minutes."""
        return f"{self.config.board_url}/login?code={self.auth.one_time_code()}"

    async def run(self) -> None:
        """Serve until `stop`. Raises CannotListen; an ExceptionGroup is a bug in one of the parts."""
        server = await self._listen()
        self.started.set()
        collect_seldom()
        try:
            async with asyncio.TaskGroup() as tasks:
                records = tasks.create_task(self._keep_records(), name="pipeline")
                delivery = tasks.create_task(self._deliver(), name="delivery")
                shown = tasks.create_task(show_sources(self.pipeline, self._notifiers), name="source states")
                heart = tasks.create_task(beat(self.pipeline, self.config.heartbeat, self._notifiers), name="heartbeat")
                garbage = tasks.create_task(collect_where_memory_grew(), name="garbage")
                audit = tasks.create_task(self._keep_audit(), name="audit")
                sources = [
                    tasks.create_task(source.run(self.pipeline), name=f"source {source.name}")
                    for source in self.sources
                ]
                await self._stop.wait()
                await server.cleanup()  # who was promised an answer gets it, while there is still a pipeline
                await _end(*sources)
                await _end(delivery)
                await self._last_notes()
                for task in (shown, heart, garbage, audit, records):
                    task.cancel()
        finally:
            await server.cleanup()
            await self.store.close()
        log.info("stopped")

    def stop(self) -> None:
        self._stop.set()

    async def reload_rules(self) -> None:
        """Read the configuration again: its rules and secrets hold from now on; on any error the old ones go on."""
        try:
            fresh = load(self.config.path)
            check_reload(self.config.rules, fresh.rules)
        except ConfigError as error:
            for key, value, cure in error.problems:
                log.warning("configuration not taken", key=key, value=value, cure=cure)
            return
        parts = [*self._hooks.values(), *self.sources, *self._notifiers]
        tokens = ApiTokens(self.auth, self.config.token_file)
        exchanged = read_again([tokens, *(part for part in parts if isinstance(part, HoldsSecrets))])
        await tell_secrets(self.signing_in.register, exchanged)
        try:
            await self.pipeline.take_rules(fresh.rules)
        except GatewayError as error:
            log.warning(
                "configuration not taken", reason=str(error), cure="send SIGHUP again once the gateway is ready"
            )
            return
        self.desk.take(fresh.desk)
        changes = list(rule_changes(self.config.rules, fresh.rules))
        for change in changes:
            log.info("rule changed", change=change)
        if fresh.desk != self.config.desk:
            changes.append("tables of the desk")
        await tell_rules(self.signing_in.register, self.config.rules.version, fresh.rules.version, changes)
        if (self.config.gateway, self.config.auth) != (fresh.gateway, fresh.auth) or _parts(self.config) != _parts(
            fresh
        ):
            log.warning("a change outside the rules waits for a restart")
        log.info("rules in force", rule_set=fresh.rules.version, before=self.config.rules.version)
        self.config = self.config._replace(rules=fresh.rules, desk=fresh.desk)

    async def _last_notes(self) -> None:
        """What delivery noted last is committed too, or the next start would send those alerts again."""
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self.pipeline.flush()
                await self.signing_in.register.audit.pay()
        except (StoreError, TimeoutError) as error:
            log.warning("the last notes were not kept", reason=str(error) or "timeout")

    async def _keep_records(self) -> None:
        backoff = Backoff(first_s=0.2, longest_s=5.0)
        said = ""
        while True:
            try:
                await self.store.open()
                await self.signing_in.register.load()
                break
            except StoreError as error:
                self.pipeline.ready = f"the store cannot be opened: {error}"
                if said != self.pipeline.ready:
                    log.warning("not ready", reason=self.pipeline.ready)
                    said = self.pipeline.ready
                await asyncio.sleep(backoff.next_s())
        self.store_ours.set()
        await self.pipeline.run()

    async def _keep_audit(self) -> None:
        """At each start, beside the work: a chain that is broken is told, and goes on from its last entry."""
        await self.pipeline.begun.wait()
        register = self.signing_in.register
        await tell_chain(register)
        await tell_start(register, self.config.rules.version, self.pipeline.lost_us)
        await register.audit.pay_when_owing()

    async def _deliver(self) -> None:
        """Not before the store is ours: a second gateway started by mistake would push the first off its broker."""
        await self.store_ours.wait()
        await self.delivery.run()

    async def _listen(self) -> web.AppRunner:
        services = Services(
            site=self.config.gateway.site,
            version=version("hotline-gateway"),
            pipeline=self.pipeline,
            store=self.store,
            notifiers=self.delivery,
            auth=self.auth,
            desk=self.desk,
            signing_in=self.signing_in,
            provider=self.provider,
            source_kinds={source.settings.name: source.kind.name for source in self.config.sources},
            hook_sources=self._hooks,
            recorders=[source for source in self.sources if isinstance(source, Recorder)],
            links=self.links,
            metrics=self.metrics.registry,
            identify_staff=self.config.reports.identify_staff,
            store_silent_s=lambda: self.store.writer.silent_s,
        )
        app = make_app(services)
        # Bodies stay as they came: a signature over the compressed bytes must hold (gateway.web.door.hooks inflates).
        server = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_GOODBYE_S,
            auto_decompress=False,
            lingering_time=_LINGER_S,
        )
        await server.setup()
        host, port = self.config.address
        door = Doorway(server, app[HOOKS], host, port, goodbye_s=_GOODBYE_S)
        self.metrics.registry.register(DoorCounts(door))
        try:
            await door.start()
        except OSError as error:
            await server.cleanup()
            raise CannotListen(_cure(self.config.gateway.http, error)) from error
        return server


async def _end(*tasks: asyncio.Task[None]) -> None:
    """An error of theirs is raised by their TaskGroup."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


def _links(config: Config) -> AcknowledgeLinks | None:
    gateway = config.gateway
    if not gateway.public_url:
        return None
    try:
        [key, *_], _ = ensure_token_file(config.link_key_file)
    except (OSError, ValueError) as error:
        cure = f"{error}: the gateway's user must be able to read it, or to make it; an empty one is of no use"
        raise ConfigError([("gateway.link_key_file", str(config.link_key_file), cure)]) from error
    return AcknowledgeLinks(key, gateway.site, gateway.public_url, gateway.link_life_s)


def _api_tokens(config: Config) -> tuple[list[str], bool]:
    try:
        return ensure_token_file(config.token_file)
    except OSError as error:
        cure = f"{error.strerror}: the gateway's user must be able to read it, or to make it"
        raise ConfigError([("gateway.api_token_file", str(config.token_file), cure)]) from error


def _provider(config: Config) -> "Provider | None":
    if config.oidc is None:
        return None
    from gateway.access.oidc import Provider  # noqa: PLC0415 - costs a start a tenth of a second: only if used

    secret = client_secret(config.oidc, config.folder)
    return Provider(config.oidc, secret, config.gateway.public_url.rstrip("/") + CALLBACK)


def _parts(config: Config) -> list[Any]:
    return [source.settings for source in config.sources] + [notifier.settings for notifier in config.notifiers]


def _cure(address: str, error: OSError) -> str:
    port = address.rpartition(":")[2]
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is taken: another program listens on {address}. "
            f"Stop it (ss -ltnp 'sport = :{port}' tells which), or set another port: [gateway] http"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs a privilege this user does not have: use one above 1023 in [gateway] http"
    return f"cannot listen on {address}: {error.strerror or error}; see [gateway] http"


async def serve(config: Config, announce: Callable[[Gateway], None]) -> None:
    """`hotline-gateway run`: until SIGTERM or SIGINT; SIGHUP reads again. `announce` once it listens."""
    gateway = Gateway(config)
    for source in gateway.config.sources:
        log.info("watching", source=source.settings.name, kind=source.kind.name, country=source.settings.country)
    for remark in gateway.config.remarks:
        log.warning("note", remark=remark)
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(gateway.reload_rules(), name="reload")
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, gateway.stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
    running = loop.create_task(gateway.run(), name="gateway")
    started = loop.create_task(gateway.started.wait(), name="started")
    await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    if gateway.started.is_set():
        announce(gateway)
    await running
