"""For handlers: an entry of the audit about who asks. On disk on return, so before the answer."""

from typing import Any

from aiohttp import web

from gateway.access.audit import Note
from gateway.web.access.guard import AUDIT_HEADER, AUDIT_OWED, WHO, address
from gateway.web.services import SERVICES


async def note(request: web.Request, what: str, target: str = "", *, once: bool = False, **detail: Any) -> None:
    """`once`: the same again within the hour is not told again. Raises StoreError: then nothing may be shown."""
    register, by = request.app[SERVICES].signing_in.register, request[WHO].by
    shown = f"{what} {target}"
    if once and not register.first_shown(by, shown):
        return
    await register.audit.write(Note(by, what, target, address(request), detail))
    register.was_shown(by, shown)


async def note_done(request: web.Request, answer: web.StreamResponse, what: str, target: str, **detail: Any) -> None:
    """Of what is done already: an entry that cannot be written now is owed, and the answer says so."""
    audit = request.app[SERVICES].signing_in.register.audit
    if not await audit.write_done(Note(request[WHO].by, what, target, address(request), detail)):
        answer.headers[AUDIT_HEADER] = AUDIT_OWED
