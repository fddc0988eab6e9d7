"""POSTs alerts, signed by Standard Webhooks; a receiver knows a repeated alert by its webhook-id, the alert's key."""

import asyncio
import hmac
import socket
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from adapters.notify.webhook.addresses import is_public
from adapters.ports import Delivered, Delivery, Rejected, Retry

ANSWER_S = 10.0
RETRY_AFTER_MAX_S = 900.0  # a receiver may ask for more; a quarter of an hour is long for an alert
_BLOCKED = "the address is not public (allow_private = true allows it)"


class BlockedAddress(OSError):
    """The name leads into a private network."""


def signature(keys: Sequence[bytes], message_id: str, stamp: int, body: bytes) -> str:
    """One `v1,…` for each live secret, newest first (Standard Webhooks: symmetric signatures)."""
    signed = f"{message_id}.{stamp}.".encode() + body
    return " ".join("v1," + b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)


class WebhookNotifier:
    """Implements adapters.ports.Notifier and CarriesLinks."""

    carries_links = True

    def __init__(
        self,
        name: str,
        url: str,
        read_keys: Callable[[], Sequence[bytes]],
        *,
        allow_private: bool,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """`read_keys`: asked now and when they may have been exchanged. `resolver`: None asks as the system does."""
        self.name = name
        self._url = url
        self._read_keys = read_keys
        self._keys = read_keys()
        self._allow_private = allow_private
        self._resolver = resolver
        self.answer_s = ANSWER_S
        self._session: aiohttp.ClientSession | None = None

    def read_secrets_again(self) -> bool:
        before, self._keys = self._keys, self._read_keys()
        return self._keys != before

    async def run(self, link_changed: Callable[[str, str], None]) -> None:  # noqa: ARG002 - it keeps no connection
        connector = aiohttp.TCPConnector(
            socket_factory=self._socket, resolver=self._resolver, limit=32, use_dns_cache=False
        )
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            self._session = session
            try:
                await asyncio.get_running_loop().create_future()  # until cancelled
            finally:
                self._session = None

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        if self._session is None:
            return Retry("unreachable")
        body = msgspec.json.encode(alert)
        stamp = int(time())
        headers = {
            "content-type": "application/json",
            "user-agent": "hotline-gateway",
            "webhook-id": key,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(self._keys, key, stamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=self.answer_s)
        try:
            # The body of the answer is never read: leaving closes the connection if there is more of it.
            async with self._session.post(
                self._url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return verdict(answer.status, answer.headers)
        except TimeoutError:
            return Retry("timeout")
        except aiohttp.ClientConnectorError as error:
            return Rejected("blocked_address") if isinstance(error.os_error, BlockedAddress) else Retry("unreachable")
        except (aiohttp.ClientError, OSError):
            return Retry("unreachable")

    def _socket(self, found: aiohttp.connector.AddrInfoType) -> socket.socket:
        """The last word before connecting: whatever the URL and the name server said, it is this address we go to."""
        family, kind, protocol, _, where = found
        if not self._allow_private and not is_public(str(where[0])):
            raise BlockedAddress(_BLOCKED)
        return socket.socket(family, kind, protocol)


def verdict(status: int, headers: Mapping[str, str]) -> Delivery:
    """What an answer means. 3xx is a failure: we do not follow, an alert goes to whom the configuration names."""
    if 200 <= status < 300:
        return Delivered()
    if status in {429, 503}:
        return Retry("throttled" if status == 429 else "server_error", retry_after_s(headers.get("retry-after", "")))
    if status >= 500 or status in {408, 425}:
        return Retry("server_error")
    if status >= 400:
        return Rejected("too_large" if status == 413 else "refused")
    return Retry("refused")


def retry_after_s(value: str) -> float | None:
    """RFC 9110 clause 10.2.3: seconds, or a date. None for anything else."""
    if value.isascii() and value.isdigit():
        return min(float(value), RETRY_AFTER_MAX_S)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), RETRY_AFTER_MAX_S)
