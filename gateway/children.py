"""Child processes end with us even when we are killed: Linux sends them SIGTERM once their parent is gone."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """For `preexec_fn`: runs in the child, before its program. The parent is the thread that starts the child.

    On other systems a killed gateway leaves its children behind; an orderly end takes them along everywhere.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
