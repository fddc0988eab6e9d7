"""The [[source]] table of kind "asterisk-ami", and what can be wrong with it."""

import codecs
from pathlib import Path

from adapters.kinds import Problem, SourceSettings
from adapters.secrets import read_secret
from rules.settings import SourceRules


class Settings(SourceSettings, kw_only=True, forbid_unknown_fields=True):
    """Where the manager interface is, who we are there, and what the site's dial plan means."""

    host: str
    port: int = 5038  # 5039 is the custom for TLS
    username: str
    secret_file: str | None = None  # first line: the secret of the manager.conf user
    secret_env: str | None = None
    tls: bool = False
    tls_ca_file: str | None = None  # None: the system's own authorities
    encoding: str = "utf-8"  # of callers' names; some phones send gbk
    connect_timeout_s: float = 10.0
    ping_s: float = 20.0  # two pings without an answer: the peer is dead
    # What tells the direction of a call. Names of contexts match whole; trunks match the beginning of a channel
    # name such as PJSIP/provider. Without any of them the extensions pattern decides.
    inbound_contexts: tuple[str, ...] = ()
    internal_contexts: tuple[str, ...] = ()
    outbound_contexts: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ()

    def secret(self) -> str:
        """The first line of the secret. Raises OSError or KeyError as read_secret does."""
        lines = read_secret(self.secret_file, self.secret_env)
        return lines[0].decode() if lines else ""


def check(settings: Settings) -> list[Problem]:
    """Everything wrong with settings of the right types, each with its cure."""
    problems = []
    if not settings.host.strip():
        problems.append(Problem("host", settings.host, "name the PBX's host or address"))
    if not 0 < settings.port < 65536:
        problems.append(Problem("port", str(settings.port), "a TCP port: 5038, or 5039 for TLS"))
    if not settings.username or any(c in settings.username for c in "\r\n"):
        problems.append(Problem("username", settings.username, "the [user] of manager.conf, in one line"))
    for key in ("connect_timeout_s", "ping_s"):
        seconds = getattr(settings, key)
        if not 0 < seconds <= 600:
            problems.append(Problem(key, str(seconds), "seconds, more than 0 and at most 600"))
    try:
        codecs.lookup(settings.encoding)
    except LookupError:
        problems.append(Problem("encoding", settings.encoding, "a character encoding such as utf-8 or gbk"))
    if settings.tls_ca_file and not settings.tls:
        problems.append(Problem("tls_ca_file", settings.tls_ca_file, "set tls = true, or leave this out"))
    elif settings.tls_ca_file and not Path(settings.tls_ca_file).is_file():
        problems.append(Problem("tls_ca_file", settings.tls_ca_file, "no such file: give the authority's PEM file"))
    return problems + _check_secret(settings)


def _check_secret(settings: Settings) -> list[Problem]:
    if bool(settings.secret_file) == bool(settings.secret_env):
        cure = "give exactly one of secret_file and secret_env"
        return [Problem("secret_file", settings.secret_file or "", cure)]
    key = "secret_file" if settings.secret_file else "secret_env"
    value = settings.secret_file or settings.secret_env or ""
    try:
        secret = settings.secret()
    except KeyError:
        return [Problem(key, value, "set this environment variable to the manager.conf user's secret")]
    except UnicodeDecodeError:
        return [Problem(key, value, "the secret must be UTF-8 text")]
    except OSError as error:
        return [Problem(key, value, f"cannot be read ({error.strerror}): write the manager.conf user's secret there")]
    if not secret:
        return [Problem(key, value, "is empty: write the manager.conf user's secret there")]
    return []


def rules(settings: Settings) -> SourceRules:
    return SourceRules(
        name=settings.name,
        country=settings.country,
        ring_cycle_s=settings.ring_cycle_s,
        shows_ring=True,
        shows_hold=True if settings.shows_hold is None else settings.shows_hold,
        clock_skew_max_s=settings.clock_skew_max_s,
        extensions=settings.extensions,
        offline_alert_s=settings.offline_alert_s,
        leg_ids_unique=True,  # Uniqueid names a channel across all calls; Linkedid may change under it
    )
