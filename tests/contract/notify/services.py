"""Pretend services for the apprise notifier, on real sockets: web, mail, and one that hangs or hangs up."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


class WebService:
    """Answers with what it is told to; keeps what it got."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 200
        self.answer: Any = {}
        self.got: list[tuple[str, dict[str, Any]]] = []  # path and query; JSON
        self.meanwhile: Callable[[web.Request], Awaitable[None]] | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.path_qs, json.loads(await request.read())))
        if self.meanwhile is not None:
            await self.meanwhile(request)
        headers = {"location": "/elsewhere"} if 300 <= self.status < 400 else {}
        return web.Response(status=self.status, text=json.dumps(self.answer), headers=headers)


@asynccontextmanager
async def web_service() -> AsyncIterator[WebService]:
    service = WebService()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", service.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.port = runner.addresses[0][1]
    try:
        yield service
    finally:
        await runner.cleanup()


class Mailbox:
    """What a mail server took, and what it says to the next recipient and message."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.to_recipient = "250 OK"
        self.to_message = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_message.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.rcpt_tos, mail))
        return self.to_message


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@asynccontextmanager
async def raw_server(answer: bytes | None) -> AsyncIterator[int]:
    """Says `answer` once it heard anything, and closes; None: takes everything in and keeps silent."""
    released = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await released.wait()
        else:
            await reader.read(1_000)
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        released.set()
        server.close()
