"""OpenID Connect: authorization code with PKCE; the ID token is believed only when all of it was verified.

Imported where [oidc] is configured: its library of keys costs a start a tenth of a second.
"""

import hashlib
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import aiohttp
import jwt
import msgspec

from adapters.errors import NOT_JSON
from gateway.access.oidc_settings import OidcSettings, is_guarded
from gateway.access.sessions import digest_of

# Signatures by a key of the provider's only: nothing symmetric, and never "none" (RFC 8725 §3.1).
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED: Final = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_LEEWAY_S: Final = 60.0  # two machines' clocks
_PENDING_S: Final = 600.0
_PENDING_MAX: Final = 1_000
_ANSWER_S: Final = 10.0
_ANSWER_BYTES_MAX: Final = 256 * 1024
_METADATA_S: Final = 3_600.0
_KEYS_AGAIN_S: Final = 10.0  # an unknown key makes us ask for the keys anew, but not more often
_BYTES: Final = 32
# As the library of keys says that it cannot read them, not always in words of its own; and our own of a half letter.
_UNREADABLE: Final = (jwt.PyJWTError, TypeError, UnicodeEncodeError)


class NotProven(Exception):
    """The provider, or what came back from it, does not prove who this is; the message is for the log."""


class Begun(NamedTuple):
    """Where the browser is led, and the secret that binds what comes back to this browser."""

    location: str
    secret: str


class Proven(NamedTuple):
    """`subject`: who it is, for ever; the claims are of today."""

    subject: str
    claims: Mapping[str, Any]


class _Pending(NamedTuple):
    nonce: str
    verifier: str
    browser: str
    expires: float


class Provider:
    """`redirect_url`: ours, as the provider knows it. `ask`: how its pages are had; raises NotProven."""

    not_proven = NotProven

    def __init__(
        self,
        settings: OidcSettings,
        secret: str,
        redirect_url: str,
        monotonic: Callable[[], float] = time.monotonic,
        ask: Callable[..., Awaitable[bytes]] | None = None,
    ) -> None:
        self.settings = settings
        self._ask = ask or _over_https
        self._secret = secret
        self._redirect_url = redirect_url
        self._monotonic = monotonic
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._metadata: tuple[dict[str, Any], float] | None = None
        self._keys: tuple[list[jwt.PyJWK], float] | None = None

    async def begin(self) -> Begun:
        """Raises NotProven where the provider does not answer."""
        metadata = await self._discovered()
        state, nonce, verifier, browser = (secrets.token_urlsafe(_BYTES) for _ in range(4))
        self._pending[digest_of(state)] = _Pending(nonce, verifier, digest_of(browser), self._monotonic() + _PENDING_S)
        while len(self._pending) > _PENDING_MAX:
            self._pending.popitem(last=False)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._redirect_url,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata["authorization_endpoint"])
        return Begun(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", browser)

    async def finish(self, answer: Mapping[str, str], browser: str) -> Proven:
        """`answer`: the query that the browser brought back. Works once for each `begin`. Raises NotProven."""
        pending = self._pending.pop(digest_of(answer.get("state", "")), None)
        if pending is None or pending.expires <= self._monotonic():
            raise NotProven("an unknown, old or used state")
        if not secrets.compare_digest(pending.browser, digest_of(browser)):
            raise NotProven("another browser than the one that began")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise NotProven("the answer is of another issuer")  # RFC 9207: mixed-up providers
        if "code" not in answer:
            raise NotProven(f"the provider says: {answer.get('error', 'nothing')[:100]}")
        metadata = await self._discovered()
        token = await self._exchanged(str(metadata["token_endpoint"]), answer["code"], pending.verifier)
        claims = await self._verified(token)
        if not secrets.compare_digest(str(claims["nonce"]).encode(), pending.nonce.encode()):
            raise NotProven("the token is of another sign-in: its nonce is not ours")
        return Proven(f"{self.settings.issuer} {claims['sub']}", claims)

    def roles_of(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """Those here of the groups there."""
        groups = claims.get(self.settings.roles_claim, ())
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        named = [one for one in groups if isinstance(one, str)]
        return tuple(dict.fromkeys(self.settings.roles[one] for one in named if one in self.settings.roles))

    async def _discovered(self) -> dict[str, Any]:
        if self._metadata is not None and self._monotonic() - self._metadata[1] < _METADATA_S:
            return self._metadata[0]
        found = await self._asked("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise NotProven(f"the provider calls itself {found.get('issuer')!r}, not {self.settings.issuer!r}")
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_guarded(str(found.get(endpoint, ""))):
                raise NotProven(f"the provider's {endpoint} is no https address: {found.get(endpoint)!r}")
        self._metadata = found, self._monotonic()
        return found

    async def _exchanged(self, endpoint: str, code: str, verifier: str) -> str:
        told = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_url,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        proof = b64encode(f"{quote(self.settings.client_id)}:{quote(self._secret)}".encode()).decode()
        headers = {"Authorization": f"Basic {proof}"} if self._secret else {}
        answer = await self._asked("POST", endpoint, data=told, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotProven("the provider gave no ID token")
        return token

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
        except _UNREADABLE as error:
            raise NotProven(f"the ID token cannot be read: {error}") from error
        key = await self._key(kid)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=_LEEWAY_S,
                options={"require": _REQUIRED},
            )
            msgspec.json.encode(claims)  # an account is made of them: a text that cannot be written is no name
        except _UNREADABLE as error:
            raise NotProven(f"the ID token does not hold: {error}") from error
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", self.settings.client_id) != self.settings.client_id or (
            len(parties) > 1 and "azp" not in claims
        ):
            raise NotProven("the ID token was made for another party")
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        """The provider's key of this name; unknown, the keys are asked for anew: they change."""
        for fresh in (False, True):
            keys = await self._key_set(fresh=fresh)
            found = [key for key in keys if key.key_id == kid] if kid else keys
            if len(found) == 1:
                return found[0]
        raise NotProven("the ID token was signed by no key of the provider's")

    async def _key_set(self, *, fresh: bool) -> list[jwt.PyJWK]:
        now = self._monotonic()
        if self._keys is not None and now - self._keys[1] < (_KEYS_AGAIN_S if fresh else _METADATA_S):
            return self._keys[0]
        metadata = await self._discovered()
        told = await self._asked("GET", str(metadata["jwks_uri"]))
        try:
            keys = jwt.PyJWKSet.from_dict(told).keys
        except _UNREADABLE as error:
            raise NotProven(f"the provider's keys cannot be read: {error}") from error
        self._keys = [key for key in keys if key.public_key_use in {None, "sig"}], now
        return self._keys[0]

    async def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            return msgspec.json.decode(await self._ask(method, url, **more), type=dict[str, Any])
        except NOT_JSON as error:
            raise NotProven(f"{url} answers with no JSON: {error}") from error


async def _over_https(method: str, url: str, **more: Any) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"Accept": "application/json"}) as http,
            http.request(method, url, allow_redirects=False, **more) as answer,
        ):
            body = await answer.content.read(_ANSWER_BYTES_MAX)
            while not answer.content.at_eof() and len(body) < _ANSWER_BYTES_MAX:
                body += await answer.content.read(_ANSWER_BYTES_MAX - len(body))
            if answer.status != 200:
                raise NotProven(f"{url}: HTTP {answer.status}")
            return body
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise NotProven(f"{url} does not answer: {type(error).__name__} {error}") from error
