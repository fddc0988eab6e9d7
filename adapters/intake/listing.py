"""The few kinds of journal entries that pages list: rule sets taken and approved, shifts handed over, plans."""

from typing import Any

import msgspec
from sqlalchemy import Select, select

from adapters.intake.documents import Document
from adapters.intake.loading import Ask
from adapters.intake.schema import LISTED, journal
from rules.moments import rfc3339


def listed(ask: Ask, kind: str, limit: int, before: int | None) -> list[Document]:
    """The newest first; `before`: only entries older than that one."""
    return [
        {"seq": seq, "at": rfc3339(at_us), "event": msgspec.json.decode(body)}
        for seq, at_us, body in ask(listing_query(kind, limit, before))
    ]


def listing_query(kind: str, limit: int, before: int | None) -> Select[Any]:
    query = select(journal.c.seq, journal.c.at_us, journal.c.body).where(LISTED, journal.c.kind == kind)
    if before is not None:
        query = query.where(journal.c.seq < before)
    return query.order_by(journal.c.seq.desc()).limit(limit)
