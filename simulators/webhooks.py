"""A hotline's PBX that posts its calls: signed canonical JSON, or sipgate's forms, with the retries of real senders."""

import argparse
import asyncio
import base64
import hmac
import json
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from simulators.faults import Post, duplicated, lost_ends, posts_of, reordered
from simulators.traffic import Story, day, steady, storm

TIMEOUT_S = 5.0  # the shortest that a sender of call events was seen to have
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
OPEN_MAX = 2000  # calls told at the same time
_SIPGATE = {"delivered": "newCall", "established": "answer", "cleared": "hangup"}
_SIPGATE_CAUSES = {"normal": "normalClearing", "cancelled": "cancel", "no_answer": "noAnswer"}


class Sender:
    """Signs and posts one event at a time. `told` is called with every call's event and the answer's status."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        secret: str,
        *,
        dialect: str = "canonical",
        told: Callable[[Post, int], None] | None = None,
    ) -> None:
        """`secret`: whsec_… signs; anything else goes out as a bearer token; "" proves nothing."""
        self._http = http
        self._url = url
        self._secret = secret
        self._dialect = dialect
        self._told = told or (lambda _post, _status: None)
        self.sent = self.given_up = 0

    async def post(self, post: Post, happened: datetime) -> int:
        """The last status; 0 when nobody ever answered. Only 5xx, time-outs and broken connections are tried again."""
        body, content_type = self._body(post, happened)
        if not body:
            return 0
        status = 0
        for wait_s in (*WAITS_S, None):
            status = await self._try(post.id, body, content_type)
            if 0 < status < 500 or wait_s is None:
                break
            await asyncio.sleep(wait_s)
        self.sent += 200 <= status < 300
        self.given_up += not 200 <= status < 300
        self._told(post, status)
        return status

    async def _try(self, message_id: str, body: bytes, content_type: str) -> int:
        headers = {"content-type": content_type, **_proof(self._secret, message_id, body)}
        try:
            async with self._http.post(self._url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _body(self, post: Post, happened: datetime) -> tuple[bytes, str]:
        if self._dialect == "sipgate":
            event = _SIPGATE.get(post.event)
            if event is None or (event == "hangup" and "leg" in post.fields):
                return b"", ""
            cause = _SIPGATE_CAUSES.get(post.fields.get("cause", ""), "")
            form = {"event": event, "callId": post.call, "direction": "out" if post.call.endswith("-back") else "in"}
            form |= {name: post.fields[name] for name in ("from", "to") if name in post.fields}
            form |= {"cause": cause} if cause else {}
            return urlencode(form).encode(), "application/x-www-form-urlencoded"
        at = happened.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event_json = {"id": post.id, "event": post.event, "call": post.call, "at": at, **post.fields}
        return json.dumps(event_json, ensure_ascii=False).encode(), "application/json"


def _proof(secret: str, message_id: str, body: bytes) -> dict[str, str]:
    """Standard Webhooks, written from its text: HMAC-SHA256 over id.timestamp.body."""
    if not secret.startswith("whsec_"):
        return {"authorization": f"Bearer {secret}"} if secret else {}
    stamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, "sha256").digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


async def run_hotline(
    url: str,
    secret: str,
    seed: int = 0,
    factor: float = 1.0,
    *,
    stories: Iterable[Story] | None = None,
    faults: bool = False,
    dialect: str = "canonical",
    told: Callable[[Post, int], None] | None = None,
) -> Sender:
    """Ring `url` until the stories end (by default they never do) or the task is cancelled.

    With `factor` 2 everything takes half its time, rings too. Each run gives its calls new ids, so that a second
    run with the same seed is new traffic and not a repetition.
    """
    run = secrets.token_hex(3)
    chance = random.Random(f"faults {seed}")
    began_s, began_utc = time.monotonic(), time.time()
    limit = asyncio.Semaphore(OPEN_MAX)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http, asyncio.TaskGroup() as calls:
        sender = Sender(http, url, secret, dialect=dialect, told=told)

        async def until(at_s: float) -> None:
            await asyncio.sleep(max(0.0, began_s + at_s / factor - time.monotonic()))

        async def tell(posts: list[Post]) -> None:
            async with limit:
                for post in posts:
                    await until(post.sent_s)
                    happened = datetime.fromtimestamp(began_utc + post.happened_s / factor, UTC)
                    await sender.post(post, happened)

        for story in steady(seed) if stories is None else stories:
            if story.kind != "called_back":  # told after the call it follows, but it may begin much later
                await until(story.starts_s)
            posts = posts_of([replace(story, call=f"{run}-{story.call}")])
            if faults:
                posts = lost_ends(posts, chance, share=0.05)
                posts = reordered(duplicated(posts, chance, share=0.1), chance, share=0.05)
            calls.create_task(tell(posts))
    return sender


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.webhooks", description=__doc__)
    parser.add_argument("url", help="the hook, such as http://127.0.0.1:8470/hooks/pbx/main")
    parser.add_argument("--secret-file", type=Path, help="whsec_… to sign with, or a bearer token")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--factor", type=float, default=1.0, help="how many times faster than life")
    parser.add_argument("--traffic", choices=["steady", "day", "storm"], default="steady")
    parser.add_argument("--calls", type=int, default=1000, help="of the day or the storm")
    parser.add_argument("--dialect", choices=["canonical", "sipgate"], default="canonical")
    parser.add_argument("--faults", action="store_true", help="duplicates, late events, lost ends")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    arguments = _arguments(argv)
    secret = arguments.secret_file.read_text().split()[0] if arguments.secret_file else ""
    traffic: dict[str, Iterable[Story] | None] = {"steady": None, "day": None, "storm": None}
    if arguments.traffic == "day":
        traffic["day"] = day(arguments.seed, calls=arguments.calls)
    elif arguments.traffic == "storm":
        traffic["storm"] = storm(arguments.seed, calls=arguments.calls, within_s=10.0)

    def told(post: Post, status: int) -> None:
        sys.stdout.write(f"{post.call} {post.event} {status or 'no answer'}\n")

    run = run_hotline(
        arguments.url,
        secret,
        arguments.seed,
        arguments.factor,
        stories=traffic[arguments.traffic],
        faults=arguments.faults,
        dialect=arguments.dialect,
        told=told,
    )
    try:
        sender = asyncio.run(run)
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{sender.sent} accepted, {sender.given_up} not\n")
    return 1 if sender.given_up else 0


if __name__ == "__main__":
    sys.exit(main())
