"""The terminal that commands write to."""

from rich.console import Console


def terminal(*, to_stderr: bool = False, soft_wrap: bool = False) -> Console:
    """Shows what others wrote as it stands: their `[brackets]` are no markup, their `:words:` no pictures."""
    return Console(stderr=to_stderr, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)
