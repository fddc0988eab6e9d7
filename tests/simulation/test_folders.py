"""However a process of a sweep ends, nothing of it is left: no folder, no process; and nobody's folder is mistaken."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.simulation.folders import OWN, PREFIX

WITHIN_S = 60.0
LIVES = "import sys, tests.simulation.folders; print('lives', flush=True); sys.stdin.read()"
BUSY = """
import os, sys, threading
from itertools import count
from tests.simulation.folders import OWN, leave

def work():
    for number in count():
        try:
            (OWN / str(number)).touch()
        except FileNotFoundError:
            pass

for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
print("lives", flush=True)
sys.stdin.read()
leave()
os._exit(1)
"""
SWEEP = "-m", "tests.simulation", "--seeds", "100000", "--processes", "2"


@contextmanager
def python(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen([sys.executable, *arguments], stdin=pipe, stdout=pipe, stderr=none) as process:  # noqa: S603 - our own
        try:
            yield process
        finally:
            process.kill()


def begun(process: "subprocess.Popen[bytes]") -> Path:
    assert process.stdout is not None
    assert process.stdout.readline() == b"lives\n"
    [folder] = folders_of(process.pid)
    return folder


def folders_of(pid: int) -> list[Path]:
    """Those that a process holds by its lock."""
    found = []
    for opened in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = opened.readlink()
        except FileNotFoundError:
            continue  # closed meanwhile
        if target.name.startswith(PREFIX) and target.is_dir():
            found.append(target)
    return found


def workers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if folders_of(int(child))]


def until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_what_a_killed_process_left_goes_as_the_next_begins_and_who_lives_keeps_its_own() -> None:
    with python("-c", LIVES) as living, python("-c", LIVES) as dying:
        kept, left = begun(living), begun(dying)
        dying.kill()
        dying.wait(WITHIN_S)
        with python("-c", LIVES) as next_one:
            own = begun(next_one)
            assert not left.exists()
            assert kept.is_dir()
            assert OWN.is_dir()
            next_one.communicate(timeout=WITHIN_S)  # it ends by itself
            assert not own.exists()


def test_who_leaves_while_it_is_still_at_work_leaves_nothing() -> None:
    with python("-c", BUSY) as busy:
        own = begun(busy)
        busy.communicate(timeout=WITHIN_S)
    assert list(own.parent.glob(f"{own.name}*")) == []


def test_the_processes_of_a_sweep_that_is_killed_end_with_it_and_leave_no_folder() -> None:
    with python(*SWEEP) as sweep:
        until(lambda: len(workers_of(sweep.pid)) == 2)
        workers = workers_of(sweep.pid)
        folders = [folder for pid in (sweep.pid, *workers) for folder in folders_of(pid)]
        assert len(folders) == 3
        sweep.kill()
        sweep.wait(WITHIN_S)
        until(lambda: not any(folders_of(pid) for pid in workers))
    until(lambda: not any(folder.exists() for folder in folders))
