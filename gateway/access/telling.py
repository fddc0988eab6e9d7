"""What the gateway itself tells the audit, and of it: rules taken, a chain that is broken."""

from collections.abc import Sequence

import structlog

from adapters.errors import StoreError
from gateway.access.audit import Note, verify
from gateway.access.register import Register

_CHANGES_MAX = 50
GATEWAY = "gateway"  # who, where nobody is

log = structlog.get_logger()


async def tell_rules(register: Register, before: str, now: str, changes: Sequence[str]) -> None:
    detail = {"before": before, "changes": list(changes[:_CHANGES_MAX])}
    await register.audit.write_done(Note(GATEWAY, "rules_taken", now, detail=detail))


async def tell_chain(register: Register) -> None:
    """Whether the audit is as it was written."""
    try:
        found = await verify(register.store)
    except StoreError as error:
        log.warning("the audit could not be verified", reason=str(error))
        return
    if found.broken is None:
        log.info("audit verified", entries=found.entries, hash=found.hash.hex())
        return
    register.chain_broken = found.broken.why
    cure = "keep a copy of the store; `hotline-gateway audit verify` tells where; compare with the last backup"
    log.error("THE AUDIT WAS CHANGED", why=found.broken.why, seq=found.broken.seq, cure=cure)
