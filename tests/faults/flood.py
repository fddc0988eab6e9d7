"""Signed posts in great number, over plain connections and many at a time: `python -m tests.faults.flood FOLDER URL S`.

The events are of calls that nobody else tells; each is signed once and may be sent again and again.
"""

import asyncio
import base64
import hmac
import json
import sys
import time
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.fixtures.gateway import RunningGateway

_AT_ONCE = 16  # requests on a connection before their answers are read


class Sent(NamedTuple):
    posts: int
    refused: int
    seconds: float


class Flood:
    def __init__(
        self, gateway: RunningGateway | None = None, *, connections: int, url: str = "", secret: str = ""
    ) -> None:
        self._url = gateway.url if gateway is not None else url
        self._key = base64.b64decode((gateway.hook_secret if gateway is not None else secret).removeprefix("whsec_"))
        self._connections = connections

    async def tell(self, events: int, *, times: int) -> Sent:
        """Each event `times` over, spread over all connections."""
        posts = [self._post(f"storm-{number}") for number in range(events)]
        shares = [(posts * times)[n :: self._connections] for n in range(self._connections)]
        began_s = time.monotonic()
        done = await asyncio.gather(*(self._send(share) for share in shares))
        return Sent(events * times, sum(done), time.monotonic() - began_s)

    async def run(self, seconds: float) -> Sent:
        numbers = count()
        end_s = time.monotonic() + seconds
        sent = 0

        def fresh() -> Iterable[bytes]:
            nonlocal sent
            while time.monotonic() < end_s:
                sent += 1
                yield self._post(f"flood-{next(numbers)}")

        began_s = time.monotonic()
        done = await asyncio.gather(*(self._send(fresh()) for _ in range(self._connections)))
        return Sent(sent, sum(done), time.monotonic() - began_s)

    async def _send(self, posts: Iterable[bytes]) -> int:
        """How many were not acknowledged."""
        host, port = self._url.removeprefix("http://").split(":")
        refused = 0
        remaining = iter(posts)
        reader, writer = await asyncio.open_connection(host, int(port))
        while some := [post for post, _ in zip(remaining, range(_AT_ONCE), strict=False)]:
            writer.write(b"".join(some))
            for _ in some:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                await reader.readexactly(length)
                refused += not head.startswith(b"HTTP/1.1 200")
        writer.close()
        return refused

    def _post(self, call: str) -> bytes:
        """An answered call told in one event: it opens nothing that stays."""
        body = json.dumps({"event": "cleared", "call": call, "from": "13800138000", "to": "4001"}).encode()
        name, stamp = f"msg_{call}", str(int(time.time()))
        digest = hmac.new(self._key, f"{name}.{stamp}.".encode() + body, "sha256").digest()
        head = (
            "POST /hooks/pbx/main HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nwebhook-id: {name}\r\nwebhook-timestamp: {stamp}\r\n"
            f"webhook-signature: v1,{base64.b64encode(digest).decode()}\r\n\r\n"
        )
        return head.encode() + body


def main() -> None:
    folder, url, seconds = sys.argv[1:]
    secret = (Path(folder) / "hook-secret.txt").read_text().strip()
    sent = asyncio.run(Flood(connections=64, url=url, secret=secret).run(float(seconds)))
    sys.stdout.write(f"{sent.posts} {sent.refused} {sent.seconds}\n")


if __name__ == "__main__":
    main()
