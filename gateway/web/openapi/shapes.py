"""The words that the shapes of the API's documents are written in: JSON Schema 2020-12."""

from typing import Any, get_args

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-21T08:09:10.123Z"]}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(values: Any) -> Schema:
    return {"type": "string", "enum": list(get_args(values))}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(description: str, properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """Clients must pass over members they do not know: the contract grows by adding."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "description": description, "properties": properties, "required": required}


def page(name: str) -> Schema:
    cursor = maybe(TEXT | {"description": "give it as `cursor` to go on; null: this was the last page"})
    return record("One page, newest first.", {"items": many(ref(name)), "next": cursor})


def body(description: str, properties: Schema, *required: str) -> Schema:
    """What is sent to us: a member that is not known is refused. `by`: who did it, where a program speaks for them."""
    by = TEXT | {"default": "", "maxLength": 500, "description": "who did it, where a program speaks for them"}
    return only(description, {"by": by} | properties, *required)


def only(description: str, properties: Schema, *required: str) -> Schema:
    """These members and no other."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def listing(name: str) -> Schema:
    return record("All of them.", {"items": many(ref(name))})


def words(chars_max: int = 500) -> Schema:
    """Something must be said."""
    return TEXT | {"minLength": 1, "maxLength": chars_max, "pattern": r"\S"}


def maybe_words(chars_max: int = 500) -> Schema:
    return TEXT | {"default": "", "maxLength": chars_max}
