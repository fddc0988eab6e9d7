"""SIGHUP: secrets are read again where they lie, so that they are exchanged without a restart."""

from collections.abc import Iterable
from pathlib import Path

import structlog

from adapters.ports import HoldsSecrets
from gateway.web.access.auth import Auth, read_token_file

log = structlog.get_logger()


class ApiTokens:
    """Implements adapters.ports.HoldsSecrets. Who is signed in stays so."""

    name = "gateway.api_token_file"

    def __init__(self, auth: Auth, path: Path) -> None:
        self._auth = auth
        self._path = path

    def read_secrets_again(self) -> bool:
        tokens = read_token_file(self._path)
        if not tokens:
            raise ValueError(f"{self._path} holds no token: put one in, hotline-gateway token makes it")
        return self._auth.take_tokens(tokens)


def read_again(holders: Iterable[HoldsSecrets]) -> list[str]:
    """Whose have changed. Each by itself: what cannot be read leaves that one's old secrets in force."""
    exchanged = []
    for holder in holders:
        try:
            changed = holder.read_secrets_again()
        except (OSError, KeyError, ValueError) as error:
            log.warning("secrets not taken: the old ones hold", of=holder.name, reason=str(error))
        else:
            if changed:
                log.info("secrets exchanged", of=holder.name)
                exchanged.append(holder.name)
    return exchanged
