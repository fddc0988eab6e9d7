"""The type of an error says what to do next."""

from typing import Final

import msgspec

# What `msgspec.json.decode` raises for bytes of others; the last for brackets in brackets, a thousand deep.
NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class GatewayError(Exception):
    """Everything that is foreseen. What is not one of these is a bug: crash, restart, recover."""


class ConfigError(GatewayError):
    """All that is wrong with the configuration, together, before anything starts. Exit code 78."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        """`problems`: (key, value, cure) each."""
        self.problems = problems
        super().__init__("\n".join(f"{key} = {value}: {cure}" for key, value, cure in problems))


class PeerUnavailable(GatewayError):
    """Back off with jitter, say it once, try again."""


class PeerRefused(GatewayError):
    """Login, TLS or permission: the longest back-off at once, and tell the operator."""


class PeerProtocolError(GatewayError):
    """The peer said something no codec can read: journal the raw bytes, count, go on."""

    def __init__(self, message: str, raw: bytes = b"") -> None:
        self.raw = raw
        super().__init__(message)


class StoreError(GatewayError):
    """Not ready; sources are told to come again; retry; never go on without the store."""


class Overloaded(GatewayError):
    """The queue is full: the source is told to come again. Nothing was accepted."""
