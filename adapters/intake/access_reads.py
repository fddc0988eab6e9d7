"""What is read of accounts and of the audit, on the store's readers."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select

from adapters.intake.documents import Document
from adapters.intake.loading import Ask
from adapters.intake.reads import Reader, page_of, page_query
from adapters.intake.schema import access, audit
from adapters.ports import AuditRow, Page
from rules.moments import rfc3339


def kept(reader: Reader) -> dict[str, str]:
    return reader.run(lambda ask: {str(key): str(body) for key, body in ask(select(access.c.key, access.c.body))})


def audit_page(
    reader: Reader, limit: int, cursor: str | None, *, since_us: int | None = None, **equal: str | None
) -> Page:
    """`equal`: what must stand in the columns of these names."""
    where: list[ColumnElement[bool]] = [audit.c[name] == value for name, value in equal.items() if value is not None]
    if since_us is not None:
        where.append(audit.c.at_us >= since_us)
    query = page_query(audit, ("at_us", "seq"), limit, cursor, where)

    def ask_all(ask: Ask) -> Page:
        found, following = page_of(ask(query), limit, audit, ("at_us", "seq"))
        return Page([_document(row_of(row)) for row in found], following)

    return reader.run(ask_all)


def audit_rows(reader: Reader, after_seq: int, limit: int) -> list[AuditRow]:
    query = select(audit).where(audit.c.seq > after_seq).order_by(audit.c.seq).limit(limit)
    return reader.run(lambda ask: [row_of(row) for row in ask(query)])


def last_audit_row(reader: Reader) -> AuditRow | None:
    query = select(audit).order_by(audit.c.seq.desc()).limit(1)
    found = reader.run(lambda ask: [row_of(row) for row in ask(query)])
    return found[0] if found else None


def row_of(row: Sequence[Any]) -> AuditRow:
    *values, digest = row
    return AuditRow._make([*values, bytes(digest)])


def _document(row: AuditRow) -> Document:
    return {
        "seq": row.seq,
        "at": rfc3339(row.at_us),
        "who": row.who,
        "what": row.what,
        "target": row.target,
        "address": row.address,
        "detail": msgspec.json.decode(row.detail),
        "hash": row.hash.hex(),
    }
