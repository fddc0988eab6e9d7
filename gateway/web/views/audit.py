"""The page of the audit: who saw or changed what, and whether the chain of its entries holds."""

from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from gateway.access.audit import verify
from gateway.access.rights import Right
from gateway.web.access.needs import page
from gateway.web.asking import DATED, read_cursor
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.texts import TEXTS
from gateway.web.services import SERVICES

_SHOWN: Final = 25  # some three screens of a telephone
_FILTERS: Final = ("who", "what", "target")
_DID: Final = "audit.did_"


def routes() -> list[web.RouteDef]:
    return [web.get("/audit", show)]


@page(Right.AUDIT)
async def show(request: web.Request) -> web.Response:
    store = request.app[SERVICES].signing_in.register.store
    filters = {name: request.query[name] for name in _FILTERS if request.query.get(name)}
    cursor = read_cursor(dict(request.query), DATED)
    found = await store.audit(limit=_SHOWN, cursor=cursor, since_us=None, **{n: filters.get(n) for n in _FILTERS})
    w = words_of(request)
    values: dict[str, Any] = {
        "deeds": {key.removeprefix(_DID): w(key) for key in TEXTS if key.startswith(_DID)},
        "query": dict.fromkeys(_FILTERS, "") | filters,
        "items": found.items,
        "next_link": None if found.next is None else "?" + urlencode(filters | {"cursor": found.next}),
        "chain": await verify(store) if request.query.get("chain") else None,
    }
    return render(request, "audit.html", **values)
