"""The one shape of every fault: a setting, a strike, and the same ledger for all of them.

    python -m tests.faults --only kill_nine

A fault lives in a file of its own under tests/faults/strikes, as a subclass; its class attributes say what it needs.
"""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from tests.faults.check import checked
from tests.faults.site import Setting, Site, site_of

SEED = 20261122


class Fault:
    """Subclass, name it, and write `strike`; `setting` where the gateway needs more than a folder."""

    name: ClassVar[str]
    shows: ClassVar[str]  # faults and invariants of docs/RELIABILITY.md
    needs: ClassVar[tuple[str, ...]] = ()  # programs
    per_s: ClassVar[float] = 60.0  # calls that begin in a second
    tampers: ClassVar[bool] = False  # it changes rows by hand: they are then not what the journal tells
    clocks_lie: ClassVar[bool] = False  # so much that nobody can say when what an outage hid has happened

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        yield Setting(folder)

    async def strike(self, site: Site) -> None:
        """Do the harm, within `site.trouble()`, and end it."""
        raise NotImplementedError

    async def settled(self, site: Site) -> None:
        """Look for oneself, while the gateway runs on and nothing happens any more."""

    async def after(self, site: Site) -> None:
        """Look for oneself, when the gateway has ended."""

    def missing(self) -> list[str]:
        """Programs it needs that are not here."""
        return [
            program for program in self.needs if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None
        ]


async def play(
    fault: Fault, *, short: bool, seed: int = SEED, folder: Path | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Its figures, and what was wrong."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"hotline-{fault.name}-") as made:
        async with fault.setting(folder or Path(made)) as setting:
            async with site_of(setting, seed, short=short, per_s=fault.per_s, clocks_lie=fault.clocks_lie) as site:
                await fault.strike(site)
                await site.at_rest()
                await fault.settled(site)
            await fault.after(site)
            figures, wrong = await checked(site, tampered=fault.tampers)
    return {"fault": fault.name, "seconds": round(time.monotonic() - began_s, 1), **figures}, wrong
