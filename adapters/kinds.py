"""What every kind of source and notifier declares; adapters.registry lists them, one line a kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adapters.ports import Notifier, Source
from rules.settings import SourceRules


class SourceSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every [[source]] table may hold; a kind adds its own."""

    name: str  # stands in the hook's address, in records and alerts
    kind: str
    country: str = "CN"  # whose ringing cadence the callers hear
    ring_cycle_s: float | None = None  # from ring to ring, where it differs from the country's
    shows_hold: bool | None = None  # unset: what the kind can show; false: hold_checkin is not_observable
    clock_skew_max_s: float = 2.0  # beyond this the source's clock does not judge
    extensions: str = r"[1-9]\d{1,3}"  # a number that matches whole is one of ours
    offline_alert_s: float = 10.0  # out of touch for so long: the desk is told
    timezone: str = ""  # of times that come without a zone; "" = the gateway's


class NotifierSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every [[notifier]] table may hold; a kind adds its own."""

    name: str  # what [ladder] calls it
    kind: str


class Problem(NamedTuple):
    """One thing wrong with a table, for adapters.errors.ConfigError: which key, its value, the cure."""

    key: str
    value: str
    cure: str


class SourceKind(NamedTuple):
    """`check` finds what is wrong with settings that have the right types (missing secrets, bad patterns …);
    file names in settings are already absolute. `make` is called only after a check without problems.
    """

    name: str
    settings: type[Any]  # a SourceSettings
    check: Callable[[Any], list[Problem]]
    rules: Callable[[Any], SourceRules]
    make: Callable[[Any], Source] | None  # None: the web serves this kind (a webhook)
    remarks: Callable[[Any], list[str]] = lambda _settings: []  # no mistakes, but somebody should know


class NotifierKind(NamedTuple):
    """As SourceKind. `folder` is the configuration's own, for state a notifier must keep."""

    name: str
    settings: type[Any]  # a NotifierSettings
    check: Callable[[Any], list[Problem]]
    make: Callable[[Any, str, Path], Notifier]  # settings, site, folder
    # What is wrong with a person's address at such a notifier, with the cure; "" where nothing is.
    wrong_address: Callable[[str], str] = lambda _address: ""
