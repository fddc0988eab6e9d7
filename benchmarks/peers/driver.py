"""The gateway in the peers' harness: RING / ANSW lines in, ALERT lines out, journal on.

    python benchmarks/peers/driver.py --harness DIR [--calls N …]     (DIR holds the harness's common.py)

The harness starts the worker beside this file as a process of its own, and kills it in its crash run;
the store's folder stays, so that the restarted worker must remember.
"""

import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def take_harness() -> Any:
    """The harness's module `common`, from the folder named by --harness."""
    place = sys.argv.index("--harness")
    sys.path.insert(0, str(Path(sys.argv[place + 1]).resolve()))
    del sys.argv[place : place + 2]
    return importlib.import_module("common")


def main() -> None:
    common = take_harness()

    class Gateway(common.Peer):  # type: ignore[misc,name-defined]  # the harness has no types
        name = "hotline-gateway (SQLite, synchronous=FULL)"
        durable = "yes: every event and deadline is committed before it counts"

        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.mkdtemp(prefix="hotline-peer-")

        def start(self, sink: Any, deadline: float) -> None:
            port = common.free_port()
            with (Path(self.folder) / "log").open("ab") as log:
                self.proc = common.popen(
                    [sys.executable, str(HERE / "worker.py"), str(port), str(sink.port), str(deadline), self.folder],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            self.connect(port)

        def cleanup(self) -> None:
            shutil.rmtree(self.folder, ignore_errors=True)

    common.main(Gateway)


if __name__ == "__main__":
    main()
