"""What the gateway itself tells the audit, and of it: rules and secrets taken, a store put back, a broken chain."""

from collections.abc import Sequence

import structlog

from adapters.errors import StoreError
from gateway.access.audit import Note, verify
from gateway.access.register import Register
from rules.moments import SECOND_US

_CHANGES_MAX = 50
GATEWAY = "gateway"  # who, where nobody is

log = structlog.get_logger()


async def tell_rules(register: Register, before: str, now: str, changes: Sequence[str]) -> None:
    detail = {"before": before, "changes": list(changes[:_CHANGES_MAX])}
    await register.audit.write_done(Note(GATEWAY, "rules_taken", now, detail=detail))


async def tell_secrets(register: Register, exchanged: Sequence[str]) -> None:
    for name in exchanged:
        await register.audit.write_done(Note(GATEWAY, "secrets_exchanged", name))


async def tell_start(register: Register, rules: str, lost_us: int) -> None:
    """What changed while no gateway ran: other rules in the configuration, a store put back from a copy."""
    try:
        known = (await register.store.audit(limit=1, what="rules_taken")).items
    except StoreError as error:
        log.warning("the audit could not be read", reason=str(error))
        return
    if lost_us:
        detail = {"lost_s": lost_us // SECOND_US}
        await register.audit.write_done(Note(GATEWAY, "store_restored", detail=detail))
    before = known[0]["target"] if known else ""
    if before != rules:
        await tell_rules(register, before, rules, ["by a start"])


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
    cure = "keep a copy of the store; `hotline-gateway audit verify` tells where; compare with the last backup"
    log.error("THE AUDIT WAS CHANGED", why=found.broken.why, seq=found.broken.seq, cure=cure)
