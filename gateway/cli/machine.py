"""A gateway as its own machine reaches it: by HTTP with the installation's token while it runs, else by its store."""

import asyncio
import getpass
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from adapters.errors import NOT_JSON, GatewayError
from adapters.intake import open_store
from adapters.intake.store import IntakeStore
from gateway.access.administration import Administration, By
from gateway.access.audit import Audit, Note
from gateway.access.passwords import Passwords
from gateway.access.register import Register
from gateway.access.sessions import Sessions
from gateway.access.signing_in import SigningIn, Weak
from gateway.clock import AnchoredClock
from gateway.config import Config

_ANSWER_S = 30.0
T = TypeVar("T")
AtRest = Callable[[Administration, By], Awaitable[Any]]


class NotRunning(GatewayError):
    """Nobody listens at the gateway's address."""


class _Problem(msgspec.Struct):
    """Of a problem document (RFC 9457), what people are told."""

    title: str
    detail: str = ""
    cure: str = ""


def change(config: Config, method: str, path: str, body: Any, at_rest: AtRest) -> Any:
    """Through the gateway that runs, or, where none does, on the store itself."""
    try:
        return ask(config, method, path, body)
    except NotRunning:
        return asyncio.run(_on_store(config, at_rest))


def ask(config: Config, method: str, path: str, body: Any = None) -> Any:
    """Raises NotRunning, or GatewayError with what it says."""
    try:
        token = config.token_file.read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        raise NotRunning("there is no api_token_file yet: start the gateway, or name its --config") from None
    request = urllib.request.Request(  # noqa: S310 - our own address
        config.board_url + path,
        data=None if body is None else msgspec.json.encode(body),
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_ANSWER_S) as answer:
            return msgspec.json.decode(answer.read())
    except NOT_JSON:
        raise GatewayError(f"another program answers at {config.board_url}") from None
    except urllib.error.HTTPError as error:
        with error:
            raise GatewayError(said(error)) from None
    except OSError as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ConnectionRefusedError):
            raise NotRunning(f"no gateway runs at {config.board_url}: start it, or name its --config") from None
        raise GatewayError(f"{config.board_url} does not answer: {reason}") from None


def on_store(config: Config, work: Callable[[IntakeStore], Awaitable[T]]) -> T:
    """Only read: a gateway that runs may go on."""

    async def read() -> T:
        store = open_store(config.gateway.store, config.folder)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(read())


def said(error: urllib.error.HTTPError) -> str:
    try:
        problem = msgspec.json.decode(error.read(), type=_Problem)
        return ": ".join(filter(None, (problem.title, problem.detail, problem.cure)))
    except NOT_JSON:
        return f"another program answers at this address: HTTP {error.code}"


def tell_audit(config: Config, what: str, target: str = "", **detail: Any) -> None:
    """Of what a command did on the store at rest."""

    async def write() -> None:
        store = open_store(config.gateway.store, config.folder)
        try:
            await store.open()
            await Audit(store, AnchoredClock()).write(Note(_who(), what, target, detail=detail))
        finally:
            await store.close()

    asyncio.run(write())


def _who() -> str:
    return f"machine {getpass.getuser()}"


async def _on_store(config: Config, at_rest: AtRest) -> Any:
    store = open_store(config.gateway.store, config.folder)
    people = {one.id: one for one in config.rules.people}
    sessions = Sessions(config.auth.sessions_max, time.monotonic)
    register = Register(store, sessions, AnchoredClock(), people.get, lock_after_s=config.auth.lock_after_s)
    signing_in = SigningIn(register, Passwords(), time.monotonic, life_s=config.auth.session_s)
    try:
        await store.open()
        await register.load()
        return await at_rest(Administration(signing_in, people), By(_who()))
    except Weak as why:
        raise GatewayError(f"unusable password: {why}") from None
    finally:
        await store.close()
