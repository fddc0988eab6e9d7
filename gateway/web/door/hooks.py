"""Where PBXs post: `/hooks/pbx/{source}`. Prove, read, submit; the answer leaves after the commit."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Final, Protocol

import msgspec
import structlog
from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from adapters.errors import GatewayError, Overloaded, StoreError
from adapters.pbx.webhook import HookSource
from adapters.pbx.webhook.body import BODY_BYTES_MAX, inflate, is_gzip
from adapters.pbx.webhook.proof import BY_VENDOR, COVERS_THE_BODY, Proven, Refused
from adapters.pbx.webhook.source import Reading
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.ports import KNOWN, Admitted, Incoming
from gateway.web.access.needs import Door, needs
from gateway.web.door.failures import Failures
from gateway.web.door.handed_over import at_work
from gateway.web.door.handshake import handshake
from gateway.web.door.seldom import Seldom
from gateway.web.problems import Answer, Problem, problem_answer, problem_response, response

PREFIX: Final = "/hooks/pbx/"
BODY_TIMEOUT_S: Final = 10.0
_ARRIVING_BYTES_MAX: Final = 16 << 20  # of all bodies that are not whole yet: none of them is proven
RETRY_AFTER_S: Final = 1.0
_ERRORS_TOLD_MAX: Final = 20
_TITLES: Final = {413: "The body is too large", 415: "This form of body is not read", 422: "Not a readable event"}

log = structlog.get_logger()


class Entrance(Protocol):
    """The pipeline, as far as hooks know it."""

    def now_us(self) -> int: ...
    def hear(self, events: Sequence[Incoming], told: Callable[[list[Admitted] | StoreError], None]) -> None:
        """As `Intake.submit`; refuses at once, or calls `told` once, when all is committed or cannot be."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a sender told, whoever read it from the wire; header names are case-blind or in lower case."""

    headers: Mapping[str, str]
    body: bytes | None  # None: a GET, which tells it by its query
    query: bytes = b""
    token: str = ""  # of the path
    address: str = ""


class Hooks:
    """`counts` by (source, outcome) is for the metrics; an unknown source counts as "".

    `wall_s`: the wall clock as it is now. A signature's time is held against it and not against the pipeline's
    clock: that one is anchored at the start, and where NTP set the time only later, it would refuse all senders.
    """

    def __init__(
        self, sources: Mapping[str, HookSource], pipeline: Entrance, wall_s: Callable[[], float] = time.time
    ) -> None:
        self._sources = sources
        self._by_path = {f"{PREFIX}{name}".encode(): source for name, source in sources.items()}
        self._pipeline = pipeline
        self._wall_s = wall_s
        self._failures = Failures()
        self._seldom = Seldom()
        self._arriving_bytes = 0
        self.counts: Counter[tuple[str, str]] = Counter()

    def source_at(self, path: bytes) -> HookSource | None:
        """Of the plain path, without a token."""
        return self._by_path.get(path)

    @needs(Door.OWN_PROOF)
    async def handle(self, request: web.Request) -> web.Response:
        """The way in by aiohttp: all that gateway.web.door.doorway does not take itself."""
        source = self._sources.get(request.match_info["source"])
        if source is None:
            self.counts["", "unknown_source"] += 1
            known = "check the name of the [[source]] in the address that the PBX posts to"
            return problem_response(Problem(404, "No such source", field="source", cure=known))
        try:
            body = None if request.method == hdrs.METH_GET else await self._body(request)
        except Problem as problem:
            return problem_response(problem)
        told = Told(
            request.headers,
            body,
            request.query_string.encode(),
            request.match_info.get("token", ""),
            request.remote or "",
        )
        at_work(request)
        return response(await self.take(source, told))

    async def _body(self, request: web.BaseRequest) -> bytes:
        """Read to the end, or to one byte over the bound: also when no length was announced."""
        if (request.content_length or 0) > BODY_BYTES_MAX:
            raise _too_large()
        stream, body = request.content, b""
        if stream.is_eof():  # the usual case: it came with the headers, nothing to wait for
            body = stream.read_nowait()
            if len(body) > BODY_BYTES_MAX:
                raise _too_large()
            return body
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                while chunk := await stream.readany():
                    body = body + chunk if body else chunk
                    self._arriving_bytes += len(chunk)
                    if len(body) > BODY_BYTES_MAX:
                        raise _too_large()
                    if self._arriving_bytes > _ARRIVING_BYTES_MAX:
                        raise Problem(503, "Too many bodies are half read", retry_after_s=RETRY_AFTER_S)
        except TimeoutError:
            cure = f"send the whole body within {BODY_TIMEOUT_S:.0f} s"
            raise Problem(408, "The body did not arrive", cure=cure, headers={"Connection": "close"}) from None
        except web.RequestPayloadError as error:
            raise Problem(400, "The body is broken", detail=str(error), headers={"Connection": "close"}) from None
        finally:
            self._arriving_bytes -= len(body)
        return body

    async def take(self, source: HookSource, told: Told) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.begin(source, told, partial(_unless_gone, answer))
        return await answer

    def begin(self, source: HookSource, told: Told, answered: Callable[[Answer], None]) -> None:
        """Calls `answered` once, at once or when all is committed: no task or future for each request."""
        try:
            proof, reading = self._read(source, told)
            if len(reading.errors) == len(reading.incoming):  # no event in it
                solved = source.verifier.solved(proof, told.headers, told.body) if told.body else None
                asked = handshake(told.headers, told.body, told.query, solved)
                if asked is not None:
                    answered(asked)
                    return
            self._pipeline.hear(reading.incoming, partial(self._settle, source, proof, reading, answered))
        except (Problem, GatewayError) as error:
            answered(self._refusal(source, error))

    def _settle(
        self,
        source: HookSource,
        proof: Proven,
        reading: Reading,
        answered: Callable[[Answer], None],
        outcome: list[Admitted] | StoreError,
    ) -> None:
        if isinstance(outcome, StoreError):
            answered(self._refusal(source, outcome))
        else:
            answered(self._answer(source, proof, reading, outcome))

    def _refusal(self, source: HookSource, error: Problem | GatewayError) -> Answer:
        if isinstance(error, Problem):
            return problem_answer(error)
        if isinstance(error, Unreadable):  # before any proof: no trace but the count
            self.counts[source.name, "refused"] += 1
            return problem_answer(_problem(error))
        if isinstance(error, Overloaded):
            self.counts[source.name, "overloaded"] += 1
            title = "Too much waits already: nothing was accepted"
        else:
            self.counts[source.name, "store_failed"] += 1
            title = "The event could not be committed: send it again"
        return problem_answer(Problem(503, title, detail=str(error), retry_after_s=RETRY_AFTER_S))

    def _read(self, source: HookSource, told: Told) -> tuple[Proven, Reading]:
        headers, body = told.headers, told.body
        at_us = self._pipeline.now_us()
        encoding = headers.get("content-encoding", "")
        now_us = int(self._wall_s() * 1_000_000)
        proof = source.verifier.verify(headers, body, told.token, now_us)
        if encoding and body is not None and isinstance(proof, Refused) and is_gzip(encoding, body):
            # Some senders sign first and compress then: the same proof, over the bytes before the compression.
            body, encoding = inflate(body), ""
            proof = source.verifier.verify(headers, body, told.token, now_us)
        if isinstance(proof, Refused):
            raise self._refuse(told.address, source, proof, at_us)
        # Only the standard's signature binds the id to the body; without any it is the sender's word, as the body is.
        message_id = "" if proof is BY_VENDOR else headers.get("webhook-id", "")
        if body is None:
            return proof, source.reader.read_query(told.query, message_id=message_id, at_us=at_us)
        return proof, source.reader.read(
            body,
            content_type=headers.get("content-type", ""),
            content_encoding=encoding,
            message_id=message_id,
            at_us=at_us,
            query=b"" if proof.by in COVERS_THE_BODY else told.query,
        )

    def _answer(self, source: HookSource, proof: Proven, reading: Reading, admitted: list[Admitted]) -> Answer:
        unreadable = len(reading.errors)
        duplicates = admitted.count(KNOWN)
        self.counts[source.name, "events"] += len(admitted) - unreadable
        self.counts[source.name, "duplicates"] += duplicates
        if not unreadable:
            return _ok(source.ok_body, len(admitted), duplicates)
        self.counts[source.name, "unparsed"] += unreadable
        log.warning(
            "unreadable_event", source=source.name, reason=str(reading.errors[0]), count=unreadable, by=proof.by
        )
        if source.sender_drops_on_4xx:
            return _ok(source.ok_body, len(admitted), duplicates, unreadable)
        return problem_answer(_of_reading(reading, admitted))

    def _refuse(self, address: str, source: HookSource, refused: Refused, at_us: int) -> Problem:
        self.counts[source.name, "unauthenticated"] += 1
        wait_s = self._failures.add(address, at_us)
        if wait_s > 0:
            cure = "stop sending what cannot be proven; a proven event is accepted at any time"
            return Problem(429, "Too many unproven requests from this address", cure=cure, retry_after_s=wait_s)
        self._seldom.warning(
            "unproven_request", source.name, address=address, field=refused.field, reason=refused.detail
        )
        return Problem(
            401,
            "Not proven to come from this source",
            detail=f"{refused.field} {refused.detail}" if refused.field != "path" else refused.detail,
            field=refused.field,
            cure=refused.cure,
            headers={"WWW-Authenticate": f'Bearer realm="{source.name}"'},
        )


class HookCounts(Collector):
    """`Hooks.counts` for Prometheus, read when it asks: counting stays one dictionary's step."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def collect(self) -> Iterable[CounterMetricFamily]:
        told = CounterMetricFamily("hotline_hooks", "What webhooks brought", labels=["source", "outcome"])
        for labels, count in list(self._hooks.counts.items()):
            told.add_metric(labels, count)
        yield told


def add_hook_routes(
    app: web.Application,
    sources: Mapping[str, HookSource],
    pipeline: Entrance,
    *,
    metrics: CollectorRegistry | None = None,
    wall_s: Callable[[], float] = time.time,
) -> Hooks:
    hooks = Hooks(sources, pipeline, wall_s)
    for path in (f"{PREFIX}{{source}}", f"{PREFIX}{{source}}/{{token:[^/]*}}"):
        app.router.add_post(path, hooks.handle)
        app.router.add_get(path, hooks.handle, allow_head=False)
    if metrics is not None:
        metrics.register(HookCounts(hooks))
    return hooks


def _too_large() -> Problem:
    detail = f"it holds more than {BODY_BYTES_MAX} bytes"
    return Problem(413, _TITLES[413], detail=detail, field="body", cure="send fewer events at a time")


def _unless_gone(waiting: asyncio.Future[Answer], answer: Answer) -> None:
    if not waiting.done():
        waiting.set_result(answer)


@lru_cache(maxsize=64)
def _ok(ok_body: bytes, events: int, duplicates: int, unreadable: int = 0) -> Answer:
    """The same for nearly every request."""
    if ok_body:
        start = ok_body[:1]
        kind = "application/json" if start in (b"{", b"[") else "application/xml" if start == b"<" else "text/plain"
        return Answer(200, kind, ok_body)
    kept = f',"unreadable":{unreadable}' if unreadable else ""
    told = f'{{"status":"accepted","events":{events - unreadable},"duplicates":{duplicates}{kept}}}'
    return Answer(200, "application/json", told.encode())


def _problem(error: Unreadable) -> Problem:
    return Problem(error.status, _TITLES[error.status], detail=str(error), field=error.field, cure=error.cure)


def _of_reading(reading: Reading, admitted: list[Admitted]) -> Problem:
    """The first error in full; of an array all of them, and how many others were accepted."""
    problem = _problem(reading.errors[0])
    if len(admitted) > 1:
        told = [{"field": e.field, "detail": e.detail, "cure": e.cure} for e in reading.errors[:_ERRORS_TOLD_MAX]]
        problem.more = {"accepted": len(admitted) - len(reading.errors), "errors": told}
    return problem
