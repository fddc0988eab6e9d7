"""Commands about the audit: verify, show, export. They read the store, also while the gateway runs."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from adapters.errors import GatewayError
from adapters.intake.store import IntakeStore
from adapters.ports import Page
from gateway.access.audit import rows_of, verify
from gateway.cli import machine
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.config import load
from gateway.terminal import terminal
from rules.moments import rfc3339

audit = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@audit.callback()
def _audit() -> None:
    """Who saw or changed what: verify the chain, show it, export it."""


@audit.command("verify")
def audit_verify(
    *,
    noted: Annotated[str, typer.Option(metavar="SEQ:HASH", help="An end of the chain that was noted elsewhere.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Say whether each entry is as it was written, and none is missing. Exit code 1 if not."""
    end = _end(noted)

    async def read(store: IntakeStore) -> str:
        found = await verify(store, end)
        if found.broken is not None:
            raise GatewayError(f"the audit was changed: {found.broken.why}")
        return f"{found.entries} entries, unbroken; the end to note elsewhere: {found.seq}:{found.hash.hex()}"

    typer.echo(machine.on_store(load(config), read))


@audit.command("show")
def audit_show(
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    who: Annotated[str | None, typer.Option(help="Only what they did.")] = None,
    what: Annotated[str | None, typer.Option(help="Only this, such as sign_in_failed.")] = None,
    target: Annotated[str | None, typer.Option(help="Only about this record, account or token.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """The newest entries."""

    async def read(store: IntakeStore) -> Page:
        return await store.audit(limit=limit, who=who, what=what, target=target)

    table = Table("at", "who", "what", "target", "from", "detail")
    for one in machine.on_store(load(config), read).items:
        detail = msgspec.json.encode(one["detail"]).decode() if one["detail"] else ""
        table.add_row(one["at"], one["who"], one["what"], one["target"], one["address"], detail)
    terminal().print(table)


@audit.command("export")
def audit_export(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")],
    *,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """All entries with their hashes as JSON lines, oldest first."""

    async def read(store: IntakeStore) -> int:
        count = 0
        with target.open("xb") as file:
            async for row in rows_of(store):
                entry = row._asdict() | {"at": rfc3339(row.at_us), "hash": row.hash.hex()}
                file.write(msgspec.json.encode(entry) + b"\n")
                count += 1
        return count

    try:
        typer.echo(f"{target}: {machine.on_store(load(config), read)} entries")
    except OSError as error:
        raise GatewayError(f"{target}: {error.strerror}") from error


def _end(noted: str) -> tuple[int, bytes] | None:
    if not noted:
        return None
    seq, _, digest = noted.partition(":")
    try:
        return int(seq), bytes.fromhex(digest)
    except ValueError:
        raise GatewayError("--noted: write it as `audit verify` printed it, SEQ:HASH") from None
