"""What types cannot say: names that clash, rules that cannot fire, secrets that everybody can read."""

import re
import stat
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.kinds import Problem
from adapters.paths import is_file, is_folder
from gateway.radio_checks import check_promise, check_roll_call, check_two_calls
from gateway.reading import nearest, shown
from rules.cadence import CADENCES
from rules.settings import Line, RuleSet, ThreeRings, Unit

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SITE = re.compile(r"[^\s/+#$\x00-\x1f][^\s/+#\x00-\x1f]{0,62}")
_HOST_PORT = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s/]+):(?P<port>\d{1,6})")
_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg://"
_PORT_MAX = 65_535
_PUBLIC_URL = re.compile(r"https?://(?=.{1,110}$)[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")
_LINK_LIFE_S = (60, 86_400)
_NOT_ONLY_OWNER = stat.S_IRWXG | stat.S_IRWXO
_HOLDS_A_SECRET = re.compile(r"(secret|token|password|key|url).*_file$")
_NAMED_BY = {
    "source": "name",
    "notifier": "name",
    "line": "number",
    "channel": "channel",
    "status": "code",
    "person": "id",
    "maintenance": "name",
}


def check_gateway(gateway: Any, folder: Path) -> Iterator[Problem]:
    """The [gateway] table."""

    def wrong(key: str, cure: str) -> Problem:
        return Problem(f"gateway.{key}", shown(key, getattr(gateway, key)), cure)

    if not _SITE.fullmatch(gateway.site):
        yield wrong("site", 'a short name without spaces, /, + or #: it stands in MQTT topics, e.g. "riverside"')
    address = _HOST_PORT.fullmatch(gateway.http)
    if address is None:
        yield wrong("http", 'must be host:port, e.g. "127.0.0.1:8470"')
    elif not 1 <= int(address["port"]) <= _PORT_MAX:
        yield wrong("http", f"the port must be from 1 to {_PORT_MAX}")
    if not gateway.store.startswith((_SQLITE, _POSTGRESQL)):
        yield wrong("store", f'must be "{_SQLITE}FILE" or "{_POSTGRESQL}USER@HOST/DATABASE"')
    elif gateway.store.startswith(_SQLITE):
        parent = (folder / gateway.store.removeprefix(_SQLITE)).parent
        if not is_folder(parent):
            yield wrong("store", f"the folder {parent} is not there: make it, or name another place")
    if not _is_timezone(gateway.timezone):
        hint = nearest(gateway.timezone, zoneinfo.available_timezones())
        yield wrong("timezone", f'{hint}must be an IANA name such as "Asia/Shanghai" or "Europe/London"')
    yield from _check_files(gateway, folder, wrong)
    yield from _check_links(gateway, wrong)


def _check_files(gateway: Any, folder: Path, wrong: Callable[[str, str], Problem]) -> Iterator[Problem]:
    for key in ("api_token_file", "link_key_file"):
        if not is_folder((folder / getattr(gateway, key)).parent):
            yield wrong(key, "its folder is not there: make it, or name another place")


def _check_links(gateway: Any, wrong: Callable[[str, str], Problem]) -> Iterator[Problem]:
    if gateway.public_url and not _PUBLIC_URL.fullmatch(gateway.public_url):
        yield wrong("public_url", "https://HOST, with a port or a path where there is one; at most 120 characters")
    if not _LINK_LIFE_S[0] <= gateway.link_life_s <= _LINK_LIFE_S[1]:
        yield wrong("link_life_s", f"seconds, from {_LINK_LIFE_S[0]} to {_LINK_LIFE_S[1]}: a link is whoever has it")


def check_names(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Names stand in addresses, topics and records: plain, and each only once."""
    for table, key in _NAMED_BY.items():
        rows = document.get(table)
        if not isinstance(rows, list):
            continue
        names = [row[key] for row in rows if isinstance(row, Mapping) and isinstance(row.get(key), str)]
        for name, count in Counter(names).items():
            where = f"{table}.{name}.{key}"
            if count > 1:
                yield Problem(
                    where, shown(key, name), f"{count} [[{table}]] tables have this {key}: each needs its own"
                )
            if key in ("name", "id") and not _NAME.fullmatch(name):
                cure = f"letters, digits, dots, _ and -, at most 63: this {key} stands in addresses"
                yield Problem(where, shown(key, name), cure)
    if not document.get("source"):
        yield Problem("source", "(missing)", "nothing would be watched: add a [[source]] with its name and kind")


def check_source(settings: Any) -> Iterator[Problem]:
    """What every [[source]] may hold; its kind checks the rest."""

    def wrong(key: str, cure: str) -> Problem:
        return Problem(f"source.{settings.name}.{key}", shown(key, getattr(settings, key)), cure)

    if settings.country.upper() not in CADENCES and settings.ring_cycle_s is None:
        hint = nearest(settings.country.upper(), CADENCES)
        known = ", ".join(sorted(CADENCES))
        yield wrong("country", f"{hint}give a two-letter code whose ringing is known ({known}), or ring_cycle_s")
    if settings.ring_cycle_s is not None and settings.ring_cycle_s <= 0:
        yield wrong("ring_cycle_s", "seconds from ring to ring: more than 0")
    if settings.clock_skew_max_s < 0:
        yield wrong("clock_skew_max_s", "must be 0 or more")
    if settings.offline_alert_s <= 0:
        yield wrong("offline_alert_s", "must be more than 0")
    if settings.timezone and not _is_timezone(settings.timezone):
        hint = nearest(settings.timezone, zoneinfo.available_timezones())
        yield wrong("timezone", f'{hint}must be an IANA name such as "Asia/Shanghai", or left out')
    try:
        re.compile(settings.extensions)
    except re.error as error:
        yield wrong("extensions", f"not a regular expression: {error}")


def check_rules(rules: Any, written: Mapping[str, Any], units: Iterable[Unit]) -> Iterator[Problem]:
    """The [rules.…] tables: rules that could never fire, or that contradict themselves.

    `written` is the table as it stands in the file: a default that does not fit is no mistake of the user's.
    """
    yield from _check_three_rings(rules.three_rings, written.get("three_rings", {}))
    yield from check_two_calls(rules.two_calls)
    yield from check_promise(rules.promise)
    yield from check_roll_call(rules.roll_call, units)
    if rules.claims.stale_after_s <= 0:
        cure = "seconds without a deed after which anybody may take a record over: more than 0"
        yield Problem("rules.claims.stale_after_s", shown("", rules.claims.stale_after_s), cure)
    if rules.notifier_online.offline_alert_s <= 0:
        cure = "seconds without a delivery after which it is told: more than 0; to switch it off: enabled = false"
        yield Problem("rules.notifier_online.offline_alert_s", shown("", rules.notifier_online.offline_alert_s), cure)
    readable = rules.source_readable
    for name, least in (("unreadable", 1), ("within_s", 1), ("over_after_s", 1)):
        if getattr(readable, name) < least:
            cure = f"{least} or more; to switch it off: enabled = false"
            yield Problem(f"rules.source_readable.{name}", shown("", getattr(readable, name)), cure)
    hold = rules.hold_checkin
    if hold.every_s <= 0:
        yield Problem("rules.hold_checkin.every_s", shown("", hold.every_s), "seconds between greetings: more than 0")
    elif not 0 <= hold.warn_before_s < hold.every_s:
        cure = f"the warning could never come: 0 or more, and less than every_s ({hold.every_s:g})"
        yield Problem("rules.hold_checkin.warn_before_s", shown("", hold.warn_before_s), cure)
    back = rules.call_back
    if back.within_s <= 0:
        yield Problem("rules.call_back.within_s", shown("", back.within_s), "seconds to call back in: more than 0")
    elif not 0 <= back.warn_before_s < back.within_s:
        cure = f"the warning could never come: 0 or more, and less than within_s ({back.within_s:g})"
        yield Problem("rules.call_back.warn_before_s", shown("", back.warn_before_s), cure)


def _check_three_rings(rule: ThreeRings, written: Mapping[str, Any]) -> Iterator[Problem]:
    def wrong(key: str, cure: str) -> Problem:
        return Problem(f"rules.three_rings.{key}", shown(key, getattr(rule, key)), cure)

    if rule.rings < 1:
        yield wrong("rings", "at least 1 ring is allowed; to switch the rule off write enabled = false")
    last = rule.rings - 1 if rule.boundary == "third_ring_start" else rule.rings
    if any(not 1 <= ring <= last for ring in rule.warn_at_rings) and rule.rings >= 1:
        why = ", where ring 3 itself is too late" if rule.boundary == "third_ring_start" else ""
        yield wrong("warn_at_rings", f"a warning must come before the limit: from 1 to {last}{why}")
    if rule.seconds is not None:
        if rule.seconds <= 0:
            yield wrong("seconds", "a limit in seconds: more than 0")
        for key in ("boundary", "rings"):
            if key in written:
                yield wrong(key, "counts for nothing beside seconds, which is a plain limit: leave one of them out")
    if rule.short_abandon_s < 0:
        yield wrong("short_abandon_s", "must be 0 or more")


def check_lines(lines: Iterable[Line]) -> Iterator[Problem]:
    """The [[line]] tables."""
    for line in lines:
        head = f"line.{line.number}"
        if line.rings is not None and line.rings < 1:
            yield Problem(f"{head}.rings", shown("", line.rings), "at least 1; to switch it off: three_rings = false")
        if line.seconds is not None and line.seconds <= 0:
            yield Problem(f"{head}.seconds", shown("", line.seconds), "a limit in seconds: more than 0")
        if line.seconds is not None and (line.boundary is not None or line.rings is not None):
            yield Problem(f"{head}.seconds", shown("", line.seconds), "a plain limit: leave out rings and boundary")
        if line.country is not None and line.country.upper() not in CADENCES:
            known = ", ".join(sorted(CADENCES))
            yield Problem(f"{head}.country", shown("", line.country), f"no ringing is known for it; known: {known}")


def remarks(token_file: Path, tables: Iterable[Any], rules: RuleSet) -> Iterator[str]:
    """What is no mistake, but somebody should know. `tables`: the settings of sources and notifiers."""
    for file in (token_file, *_secret_files(tables)):
        if is_file(file) and file.stat().st_mode & _NOT_ONLY_OWNER:
            yield f"{file} can be read by others on this machine: chmod 600 {file}"
    for source in rules.sources:
        if rules.hold_checkin.enabled and not source.shows_hold:
            yield f'source "{source.name}" cannot show hold: hold_checkin is not_observable there, never "met"'
        if rules.three_rings.enabled and not source.shows_ring:
            yield f'source "{source.name}" cannot show when a telephone rings: three_rings is not_observable there'
    if not rules.notifiers:
        yield "no [[notifier]]: alerts show on the board and in the API only"


def _secret_files(tables: Iterable[Any]) -> Iterator[Path]:
    for settings in tables:
        for field in msgspec.structs.fields(settings):
            if _HOLDS_A_SECRET.search(field.name) and (value := getattr(settings, field.name)):
                yield Path(value)


def _is_timezone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
