"""Links by which one person acknowledges one alert without signing in: signed, for a short while, for nothing else.

A link is whoever has it: that is why it lives for minutes, and says nothing that its message did not say.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from rules.effects import WAITING_KINDS, Alert
from rules.moments import SECOND_US

PATH = "/a/"
_PURPOSE = b"hotline-gateway: acknowledge by a link, v1"
_MAC_BYTES = 16
_TOKEN_CHARS_MAX = 400
_OF_NOBODY = "@"  # stands before a notifier's name, where a message was for no person


class Named(NamedTuple):
    """What a right token stands for. `who`: a person's id; or a notifier's name, for no `person`."""

    alert: str
    who: str
    person: bool
    expires_us: int


class AcknowledgeLinks:
    """The alert, for whom and until when stand in the token itself: nothing is kept, and a restart changes nothing."""

    def __init__(self, secret: str, site: str, public_url: str, life_s: float) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE + b"\0" + site.encode(), "sha256")
        self._site = site
        self._base = public_url.rstrip("/") + PATH
        self._life_us = round(life_s * SECOND_US)

    def url(self, alert: Alert, target: str) -> str:
        """None ("") for what cannot be acknowledged. The same for every try: what is sent twice says the same."""
        if alert.kind not in WAITING_KINDS:
            return ""
        notifier, _, person = target.partition("/")
        tail = alert.id.removeprefix(f"{self._site}-")
        expires_s = (alert.raised_us + self._life_us) // SECOND_US
        said = f"{expires_s:x} {tail} {person or _OF_NOBODY + notifier}".encode()
        return self._base + urlsafe_b64encode(self._mac(said) + said).rstrip(b"=").decode()

    def read(self, token: str) -> Named | None:
        """None for every token that is not ours; whether it has expired is the asker's to see."""
        if len(token) > _TOKEN_CHARS_MAX or not token.isascii():
            return None
        try:
            whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        mac, said = whole[:_MAC_BYTES], whole[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            return None
        expires_s, tail, who = said.decode().split(" ")  # ours, so it is whole
        name = who.removeprefix(_OF_NOBODY)
        return Named(f"{self._site}-{tail}", name, name == who, int(expires_s, 16) * SECOND_US)

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, sha256)[:_MAC_BYTES]
