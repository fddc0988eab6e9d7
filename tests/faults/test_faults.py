"""The short form of the faults, for the suite: the ledger must hold. How fast, and how soon it was told, a loaded
machine cannot judge: `python -m tests.faults` does. HOTLINE_SEED repeats a run.
"""

import os
import signal
from pathlib import Path

import pytest

from tests.faults.fault import SEED, Fault, play
from tests.faults.site import Setting, site_of
from tests.faults.strikes.brokers import BrokerKilled
from tests.faults.strikes.clocks import ClockStep, LongUptime
from tests.faults.strikes.disks import DiskFull, FsyncError, ReadOnly
from tests.faults.strikes.kill_nine import KillNine
from tests.faults.strikes.limits import DescriptorsExhausted
from tests.faults.waiting import until
from tests.faults.watch import writer_of

ANYWHERE = (KillNine, DescriptorsExhausted, BrokerKilled)
AS_ROOT = (DiskFull, ReadOnly, FsyncError, ClockStep, LongUptime)  # they mount, trace, and make namespaces
_SEED = int(os.environ.get("HOTLINE_SEED", str(SEED)))


@pytest.mark.parametrize("fault", ANYWHERE, ids=lambda fault: fault.name)
async def test_what_is_acknowledged_is_kept_once_and_judged_rightly(fault: type[Fault], tmp_path: Path) -> None:
    await _holds(fault(), tmp_path)


@pytest.mark.peers
@pytest.mark.parametrize("fault", AS_ROOT, ids=lambda fault: fault.name)
async def test_the_same_where_the_machine_itself_fails(fault: type[Fault], tmp_path: Path) -> None:
    await _holds(fault(), tmp_path)


async def _holds(fault: Fault, folder: Path) -> None:
    assert not fault.missing(), f"make test-peers installs {fault.missing()}"
    figures, wrong = await play(fault, short=True, seed=_SEED, folder=folder)
    assert not wrong, (figures, (folder / "gateway.log").read_text()[-3000:])
    assert figures["acknowledged"] > 20, "too little load to mean anything"


async def test_readiness_says_when_the_store_hangs_and_when_it_answers_again(tmp_path: Path) -> None:
    async with site_of(Setting(tmp_path), _SEED, short=True, per_s=20.0, clocks_lie=False) as site:
        writer = writer_of(site.gateway)
        assert writer is not None
        os.kill(writer, signal.SIGSTOP)
        try:
            await until(lambda: "has not answered" in site.watch.looks[-1].words)
        finally:
            os.kill(writer, signal.SIGCONT)
        await site.watch.until_ready()
        await site.at_rest()


async def test_an_orderly_end_in_the_middle_of_the_load_is_one_too(tmp_path: Path) -> None:
    async with site_of(Setting(tmp_path), _SEED, short=True, per_s=60.0, clocks_lie=False) as site:
        await until(lambda: len(site.load.acknowledged) >= 50)
        assert await site.gateway.stop(signal.SIGTERM) == 0
        await site.gateway.start()
        await site.at_rest()
