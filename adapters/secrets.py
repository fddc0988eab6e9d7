"""Secrets come from a file or from the environment, never from the configuration itself."""

import os
from pathlib import Path


def read_secret(path: str | None, env: str | None) -> list[bytes]:
    """The non-empty lines of the file `path`, or else of the variable `env`, stripped; [] where neither is named.

    Two lines are two live secrets, so that one can be replaced without a gap. Lines that begin with # are remarks.
    Raises OSError for a file that cannot be read, KeyError for a variable that is not set.
    """
    if path:
        text = Path(path).read_bytes()
    elif env:
        text = os.environb[env.encode()]
    else:
        return []
    lines = (line.strip() for line in text.removeprefix(b"\xef\xbb\xbf").splitlines())
    return [line for line in lines if line and not line.startswith(b"#")]
