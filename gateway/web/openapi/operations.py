"""How a route's operation is written: what it asks for, what it answers, how it refuses."""

from gateway.web.asking import MAY_BE_EMPTY
from gateway.web.openapi.shapes import TEXT, WHOLE, Schema, ref

_REFUSALS = {
    400: "A broken request",
    401: "No token, or a wrong one",
    403: "You may not: `right` names the right, `cure` the roles that have it; or a foreign Origin",
    404: "No such thing",
    409: "Not now: see `cure`",
    413: "The body is too large",
    422: "Unusable value: see `field` and `cure`",
    423: "Locked: nobody sat here for a while",
    429: "Too many wrong tokens from this address",
    503: "Not now: come again after Retry-After",
}


def get(
    summary: str, schema: str, parameters: list[Schema] | None = None, *, may_lack: bool = False, conflict: bool = False
) -> Schema:
    parameters = parameters or []
    missing = (404,) if may_lack or any(p["in"] == "path" for p in parameters) else ()
    also = (409,) if conflict else ()
    return {
        "get": {
            "summary": summary,
            "operationId": f"get{schema}",
            "parameters": parameters,
            "responses": {"200": told("Found", schema), **refusals(401, 403, *missing, *also, 422, 423, 429, 503)},
        }
    }


def post(
    summary: str,
    parameters: list[Schema] | None = None,
    *,
    body: str = "StaffNote",
    needed: bool | None = None,
    answer: str = "Done",
) -> Schema:
    """`body` "": nothing is sent. A StaffNote may be left out."""
    return {"post": _change(summary, parameters or [], body, needed, answer)}


def put(summary: str, *, body: str, answer: str) -> Schema:
    return {"put": _change(summary, [], body, True, answer) | {"operationId": f"put{answer}"}}


def delete(summary: str, parameters: list[Schema], *, answer: str) -> Schema:
    return {"delete": _change(summary, parameters, "", None, answer)}


def _change(summary: str, parameters: list[Schema], body: str, needed: bool | None, answer: str) -> Schema:
    sent = (
        {
            "required": body != "StaffNote" if needed is None else needed,
            "content": {"application/json": {"schema": ref(body)}},
        }
        if body
        else None
    )
    return {
        "summary": summary,
        "parameters": parameters,
        **({} if sent is None else {"requestBody": sent}),
        "responses": {"200": told("On disk", answer), **refusals(401, 403, 404, 409, 413, 422, 423, 429, 503)},
    }


def told(description: str, schema: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def refusals(*statuses: int) -> Schema:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {str(status): {"description": _REFUSALS[status], "content": content} for status in statuses}


def query(name: str, schema: Schema, description: str) -> Schema:
    parameter = {"name": name, "in": "query", "description": description, "schema": schema}
    return parameter | {"allowEmptyValue": True} if name in MAY_BE_EMPTY else parameter


def limit() -> Schema:
    return query("limit", WHOLE | {"minimum": 1, "maximum": 500, "default": 50}, "How many at most")


def cursor(form: str) -> Schema:
    return query("cursor", TEXT | {"pattern": f"^({form})?$"}, "`next` of the page before, as it is")


def in_path(name: str, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": TEXT | {"minLength": 1}}


def repeat() -> Schema:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key again is the same deed, told twice",
        "schema": TEXT | {"maxLength": 200},
    }
