"""The [[source]] table of kind "asterisk-ami", and what can be wrong with it."""

import re

from adapters.kinds import Problem, SourceSettings
from adapters.pbx.asterisk.login import check_login
from adapters.secrets import read_secret
from rules.settings import SourceRules

_RESCUE = re.compile(r"[A-Za-z0-9_.*#+-]{1,40}@[A-Za-z0-9_.-]{1,79}")


class Settings(SourceSettings, kw_only=True, forbid_unknown_fields=True):
    """Where the manager interface is, who we are there, and what the site's dial plan means."""

    host: str
    port: int = 5038  # 5039 is the custom for TLS
    username: str
    site: str = ""  # whose system it is, where one gateway serves several: of calls that tell no line
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

    rescue: str = ""  # EXTENSION@CONTEXT: where a caller is sent whose three rings are breached; needs write = …,call

    def secret(self) -> str:
        """The first line of the secret. Raises OSError or KeyError as read_secret does."""
        lines = read_secret(self.secret_file, self.secret_env)
        return lines[0].decode() if lines else ""


def check(settings: Settings) -> list[Problem]:
    """Everything wrong with settings of the right types, each with its cure."""
    problems = check_login(settings)
    if settings.rescue and not _RESCUE.fullmatch(settings.rescue):
        problems.append(Problem("rescue", settings.rescue, "EXTENSION@CONTEXT of the dial plan, such as 900@rescue"))
    return problems


def rules(settings: Settings) -> SourceRules:
    return SourceRules(
        name=settings.name,
        site=settings.site,
        country=settings.country,
        ring_cycle_s=settings.ring_cycle_s,
        shows_ring=True,
        shows_hold=True if settings.shows_hold is None else settings.shows_hold,
        clock_skew_max_s=settings.clock_skew_max_s,
        extensions=settings.extensions,
        offline_alert_s=settings.offline_alert_s,
        rescue=settings.rescue,
        leg_ids_unique=True,  # Uniqueid names a channel across all calls; Linkedid may change under it
    )
