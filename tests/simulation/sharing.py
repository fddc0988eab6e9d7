"""The processes that share a sweep's seeds, and end with it however it ends."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process

from tests.simulation.folders import leave
from tests.simulation.trial import Outcome, outcome_of, seldom_collecting

AT_ONCE = 5  # seeds that a process is given together


def outcomes(seeds: range, processes: int) -> Iterator[Outcome]:
    if processes <= 1:
        yield from map(outcome_of, seeds)
        return
    # Each begins by itself: a forked one would share our folder.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin) as pool:
        try:
            yield from pool.map(outcome_of, seeds, chunksize=AT_ONCE)
        finally:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    seldom_collecting()
    threading.Thread(target=_end_with_sweep, daemon=True).start()


def _end_with_sweep() -> None:
    """A sweep that is killed tells nobody: its processes would wait for more seeds for ever."""
    sweep = parent_process()
    assert sweep is not None
    sweep.join()
    leave()
    os._exit(1)
