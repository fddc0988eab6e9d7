"""The `[[source]]` table of kind pbx-webhook, and what can be wrong with it."""

from typing import Literal

from adapters.kinds import Problem, SourceSettings
from adapters.pbx.webhook.mapping import Mapping, check_mapping
from adapters.pbx.webhook.signature import TOKEN_CHARS_MIN, signing_key
from adapters.pbx.webhook.times import zone
from adapters.pbx.webhook.vendor_signature import Signature, check_signature
from adapters.secrets import read_secret
from rules.settings import SourceRules

DEFAULT_ZONE = "Asia/Shanghai"


class Settings(SourceSettings, kw_only=True, forbid_unknown_fields=True):
    """One proof that is configured and holds is enough: a signature, a bearer token, or a token in the path."""

    site: str = ""  # whose system it is, where one gateway serves several: of calls that tell no line
    secret_file: str | None = None  # whsec_…, or the vendor's with [source.signature]; two lines are two live secrets
    secret_env: str | None = None
    bearer_file: str | None = None
    bearer_env: str | None = None
    path_token_file: str | None = None
    path_token_env: str | None = None
    allow_unsigned: bool = False  # anyone who reaches the address may ring: for a network of its own only
    tolerance_s: int = 300  # between the sender's clock and ours, for a signature
    signature: Signature = Signature()  # [source.signature]; empty: Standard Webhooks
    dialect: Literal["auto", "canonical", "sipgate", "mapped"] = "auto"
    mapping: Mapping = Mapping()  # [source.mapping]; empty: the body is canonical or sipgate's
    call_ids_again_s: float = (
        3600.0  # so long after the end of a call its id may be another's; less: the PBX has few ids
    )
    sender_drops_on_4xx: bool = False  # answer 200 also for what cannot be read, or the sender gives the hook up
    ok_body: str = ""  # what the sender wants to hear, where it is not our own answer


def secrets(settings: Settings) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Signing keys (a vendor's as they are), bearer tokens, path tokens.

    Raises OSError, KeyError, ValueError: `check` tells them all.
    """
    keys = read_secret(settings.secret_file, settings.secret_env)
    return (
        keys if settings.signature.header else [signing_key(key) for key in keys],
        read_secret(settings.bearer_file, settings.bearer_env),
        read_secret(settings.path_token_file, settings.path_token_env),
    )


def check(settings: Settings) -> list[Problem]:
    problems = []
    proofs = ("secret", "bearer", "path_token")
    if not settings.allow_unsigned and not any(_configured(settings, proof) for proof in proofs):
        cure = "name secret_file (whsec_…), bearer_file or path_token_file; allow_unsigned = true on a closed network"
        problems.append(Problem("secret_file", "", cure))
    for proof in proofs:
        problems += _check_proof(settings, proof)
    problems += check_signature(settings.signature, has_secret=_configured(settings, "secret"))
    if not 1 <= settings.tolerance_s <= 3600:
        problems.append(
            Problem("tolerance_s", str(settings.tolerance_s), "use 1 to 3600 seconds; the standard says 300")
        )
    if not 1 <= settings.call_ids_again_s <= 3600:
        cure = "use 1 to 3600 seconds; shorter than any two calls of one id are apart"
        problems.append(Problem("call_ids_again_s", str(settings.call_ids_again_s), cure))
    mapping = settings.mapping
    local = zone(DEFAULT_ZONE)
    try:  # the source's own `timezone` is checked for all kinds alike: gateway.config_checks
        local = zone(mapping.at_zone) if mapping.at_zone else local
    except ValueError as error:
        problems.append(Problem("mapping.at_zone", mapping.at_zone, str(error)))
    if mapping != Mapping():
        problems += check_mapping(mapping, local)
        if settings.dialect in ("canonical", "sipgate"):
            problems.append(
                Problem("dialect", settings.dialect, 'use "mapped" with a mapping, or take the mapping out')
            )
    elif settings.dialect == "mapped":
        problems.append(Problem("mapping", "", "add a [source.mapping] table: see docs/adapters/webhook.md"))
    return problems


def _configured(settings: Settings, proof: str) -> bool:
    return bool(getattr(settings, f"{proof}_file") or getattr(settings, f"{proof}_env"))


def _check_proof(settings: Settings, proof: str) -> list[Problem]:
    path, env = getattr(settings, f"{proof}_file"), getattr(settings, f"{proof}_env")
    if not (path or env):
        return []
    key, value = (f"{proof}_file", path) if path else (f"{proof}_env", env)
    if path and env:
        return [Problem(key, path, f"drop {proof}_file or {proof}_env: a secret has one home")]
    try:
        lines = read_secret(path, env)
    except OSError as error:
        option = " --webhook" if proof == "secret" else ""
        cure = f"make one: hotline-gateway token{option} > {path}"
        return [Problem(key, value, f"cannot be read ({error.strerror}); {cure}")]
    except KeyError:
        return [Problem(key, value, "is not set in the environment")]
    if not 1 <= len(lines) <= 2:
        return [Problem(key, value, f"holds {len(lines)} lines: give one secret, or two while one replaces the other")]
    if proof != "secret" or settings.signature.header:
        if all(len(line) >= TOKEN_CHARS_MIN for line in lines):
            return []
        return [
            Problem(
                key,
                value,
                f"a secret or token has at least {TOKEN_CHARS_MIN} characters: make one with  openssl rand -hex 24",
            )
        ]
    problems = []
    for line in lines:
        try:
            signing_key(line)
        except ValueError as error:
            problems.append(Problem(key, value, str(error)))
    return problems


def rules(settings: Settings) -> SourceRules:
    holds = settings.shows_hold
    return SourceRules(
        name=settings.name,
        site=settings.site,
        country=settings.country,
        ring_cycle_s=settings.ring_cycle_s,
        shows_hold=settings.dialect != "sipgate" if holds is None else holds,
        clock_skew_max_s=settings.clock_skew_max_s,
        extensions=settings.extensions,
        offline_alert_s=settings.offline_alert_s,
        call_ids_again_s=settings.call_ids_again_s,
    )
