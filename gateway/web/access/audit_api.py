"""The API of the audit, for auditors: who saw or changed what; and whether the chain holds."""

from aiohttp import web

from gateway.access.audit import verify
from gateway.access.rights import Right
from gateway.web.access.needs import needs
from gateway.web.asking import DATED, json_answer, read_cursor, read_limit, read_moment, read_query
from gateway.web.services import SERVICES


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/audit", list_audit), web.get("/api/v1/audit/chain", show_chain)]


@needs(Right.AUDIT)
async def list_audit(request: web.Request) -> web.Response:
    query = read_query(request, "limit", "cursor", "since", "who", "what", "target")
    page = await request.app[SERVICES].signing_in.register.store.audit(
        limit=read_limit(query),
        cursor=read_cursor(query, DATED),
        since_us=read_moment(query, "since"),
        who=query.get("who"),
        what=query.get("what"),
        target=query.get("target"),
    )
    return json_answer({"items": page.items, "next": page.next})


@needs(Right.AUDIT)
async def show_chain(request: web.Request) -> web.Response:
    """Reads all of it. Note `seq` and `hash` elsewhere: who cut off the end could not hide it then."""
    read_query(request)
    found = await verify(request.app[SERVICES].signing_in.register.store)
    broken = None if found.broken is None else {"seq": found.broken.seq, "why": found.broken.why}
    return json_answer({"entries": found.entries, "seq": found.seq, "hash": found.hash.hex(), "broken": broken})
