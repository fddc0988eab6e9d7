"""For handlers: an entry of the audit about who asks. On disk on return, so before the answer."""

from typing import Any

from aiohttp import web

from gateway.access.audit import Note
from gateway.web.access.guard import WHO, address
from gateway.web.services import SERVICES


async def note(request: web.Request, what: str, target: str = "", *, once: bool = False, **detail: Any) -> None:
    """`once`: the same again within the hour is not told again. Raises StoreError: then nothing may be shown."""
    register, by = request.app[SERVICES].signing_in.register, request[WHO].by
    shown = f"{what} {target}"
    if once and not register.first_shown(by, shown):
        return
    await register.audit.write(Note(by, what, target, address(request), detail))
    register.was_shown(by, shown)
