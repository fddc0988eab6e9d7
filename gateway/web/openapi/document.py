"""The OpenAPI 3.1 document, served and, by `python -m gateway.web.openapi.document`, written to docs/.

Each operation names the right that its route asks for, as the route itself says it: none is told that does not hold.
"""

import json
import sys
from collections.abc import Mapping

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web import api
from gateway.web.access import accounts_api, audit_api, own_account
from gateway.web.access.needs import Need, needs
from gateway.web.openapi import access, alerts, desk, hearing, records, reports
from gateway.web.openapi.operations import refusals
from gateway.web.openapi.shapes import TEXT, WHOLE, Schema, record
from gateway.web.recordings import Recordings

VERSION = "1.0.0"  # of the contract: grows by adding
PREFIX = "/api/v1/"
_PATH = "/api/v1/openapi.json"
_PARTS = (records, reports, alerts, hearing, desk, access)
_PROBLEM: Schema = record(
    "A refusal (RFC 9457): `field` names what was wrong with the request, `cure` what to do.",
    {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "field": TEXT, "cure": TEXT},
    optional=("detail", "field", "cure"),
)
_ITSELF: Schema = {
    "get": {
        "summary": "This document",
        "operationId": "openapi",
        "responses": {
            "200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}},
            **refusals(401, 403, 429),
        },
    }
}


def routes() -> list[web.RouteDef]:
    body = msgspec.json.encode(document())

    @needs(Right.SEE)
    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return [web.get(_PATH, show)]


def document() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hotline gateway",
            "version": VERSION,
            "description": "Reception records, obligations and alerts of one site. Times: RFC 3339, UTC, milliseconds. "
            "Beside an operation's security stands the right that it needs: docs/ACCESS.md tells which roles have it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A line of api_token_file, which has all rights; or a token with scopes.",
                },
                "session": {"type": "apiKey", "in": "cookie", "name": "hotline_session"},
            },
            "schemas": {"Problem": _PROBLEM} | {name: shape for part in _PARTS for name, shape in part.SCHEMAS.items()},
        },
    }


def _paths() -> Schema:
    asked = _needs()
    told: Schema = {path: operations for part in _PARTS for path, operations in part.paths().items()}
    told[_PATH] = _ITSELF
    return {
        path: {method: operation | _security(asked[method.upper(), path]) for method, operation in operations.items()}
        for path, operations in told.items()
    }


def _needs() -> Mapping[tuple[str, str], Need]:
    """What each route of the API asks for."""
    parts = [api, accounts_api, audit_api, own_account, Recordings(())]
    found = {(route.method, route.path): route.handler.need for part in parts for route in part.routes()}  # type: ignore[attr-defined]  # check_routes has seen to it
    return found | {("GET", _PATH): Right.SEE}


def _security(need: Need) -> Schema:
    """OpenAPI 3.1 lets a requirement name roles, for schemes that know no scopes: here the right."""
    rights = [need.value] if isinstance(need, Right) else []
    return {"security": [{"token": rights}, {"session": rights}]}


def text() -> str:
    """The document as docs/openapi.json holds it."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
