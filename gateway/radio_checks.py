"""What types cannot say of the radio's tables: rules that could never fire, names that nothing bears."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import Problem
from adapters.ports import UsesSources
from adapters.radio.settings import RadioSettings
from adapters.radio.transports.address import parse
from gateway.reading import shown
from rules.settings import Promise, RadioChannel, RollCall, RuleSet, StatusCode, TwoCalls, Unit

_TWO_CALLS_MORE_THAN_0 = ("window_s", "watchdog_s")
_TWO_CALLS_0_OR_MORE = (
    "fallback_s",
    "repeat_every_s",
    "repeats_max",
    "call_gap_s",
    "bump_s",
    "tail_s",
    "squelch_s",
    "reply_min_s",
    "conversation_s",
    "emergency_repeat_s",
)


def check_two_calls(rule: TwoCalls) -> Iterator[Problem]:
    """The [rules.two_calls] table."""

    def wrong(key: str, cure: str) -> Problem:
        return Problem(f"rules.two_calls.{key}", shown(key, getattr(rule, key)), cure)

    if rule.calls < 1:
        yield wrong("calls", "at least 1 call is allowed; to switch the rule off write enabled = false")
    elif any(not 1 <= call <= rule.calls for call in rule.warn_at_calls):
        yield wrong("warn_at_calls", f"a warning must come before the limit: from 1 to {rule.calls}")
    for key in _TWO_CALLS_MORE_THAN_0:
        if getattr(rule, key) <= 0:
            yield wrong(key, "seconds: more than 0")
    for key in _TWO_CALLS_0_OR_MORE:
        if getattr(rule, key) < 0:
            yield wrong(key, "must be 0 or more")
    if rule.window_s <= rule.call_gap_s:
        yield wrong("window_s", f"must be longer than call_gap_s ({rule.call_gap_s:g}), or no second call ever counts")
    if rule.watchdog_s <= rule.bump_s:
        yield wrong("watchdog_s", f"must be longer than bump_s ({rule.bump_s:g}), or every call is a bump")


def check_promise(rule: Promise) -> Iterator[Problem]:
    """The [rules.promise] table."""
    if rule.within_s <= 0:
        yield Problem("rules.promise.within_s", shown("", rule.within_s), "seconds to come back in: more than 0")
    elif not 0 <= rule.warn_before_s < rule.within_s:
        cure = f"the warning could never come: 0 or more, and less than within_s ({rule.within_s:g})"
        yield Problem("rules.promise.warn_before_s", shown("", rule.warn_before_s), cure)


def check_roll_call(rule: RollCall, units: Iterable[Unit]) -> Iterator[Problem]:
    """The [rules.roll_call] table."""
    if rule.heard_every_s < 0:
        yield Problem("rules.roll_call.heard_every_s", shown("", rule.heard_every_s), "seconds; 0: nobody is awaited")
    elif rule.enabled and rule.heard_every_s and not list(units):
        cure = "nobody is awaited: name the posts by [[unit]], or by units_file of [radio]"
        yield Problem("rules.roll_call.heard_every_s", shown("", rule.heard_every_s), cure)


def check_radio_tables(units: list[Unit], channels: list[RadioChannel], codes: list[StatusCode]) -> Iterator[Problem]:
    """The [[unit]], [[channel]] and [[status]] tables; `units` are also those of units_file."""
    names = [unit.unit for unit in units]
    for name in sorted({name for name in names if names.count(name) > 1}):
        cure = "this unit stands in more than one place, [[unit]] or units_file: each stands once"
        yield Problem(f"unit.{name}.unit", shown("", name), cure)
    for table, words in (
        ("unit", names),
        ("channel", [channel.channel for channel in channels]),
        ("status", [code.code for code in codes]),
    ):
        if any(not word.strip() for word in words):
            yield Problem(table, shown("", ""), f"a [[{table}]] table without its {table}: write it as the radio does")
    for unit in units:
        if unit.heard_every_s is not None and unit.heard_every_s < 0:
            where = f"unit.{unit.unit}.heard_every_s"
            yield Problem(where, shown("", unit.heard_every_s), "seconds: 0 or more; 0: not awaited")


def check_ports(sources: Iterable[Any]) -> Iterator[Problem]:
    """A device, or a port that we listen at, has one owner: the second source would be refused for ever.

    Takes checked tables.
    """
    owners: dict[tuple[str, str | int], str] = {}
    for settings in (source.settings for source in sources):
        for name, port in settings.ports().items() if isinstance(settings, RadioSettings) else ():
            address = parse(port)
            if address.transport == "serial":
                place: tuple[str, str | int] = ("serial", str(Path(address.path).resolve()))
            elif address.transport == "udp" and "connect" not in address.options:
                place = ("udp", address.port)
            else:
                continue
            if (owner := owners.setdefault(place, settings.name)) != settings.name:
                cure = f'source "{owner}" has this port already: one program or source can hold it'
                yield Problem(f"source.{settings.name}.{name or 'port'}", shown("", port), cure)


def check_senders(sources: Iterable[Any], notifiers: Iterable[Any], folder: Path) -> list[Problem]:
    """Notifiers that send through a source find theirs, and it can send what they want. Takes checked tables."""
    problems: list[Problem] = []
    made = [source.kind.make(source.settings) for source in sources if source.kind.make is not None]
    for notifier in notifiers:
        sender = notifier.kind.make(notifier.settings, "", folder)
        if isinstance(sender, UsesSources):
            try:
                sender.attach(made)
            except ConfigError as error:
                problems += [Problem(*problem) for problem in error.problems]
    return problems


def with_possible_warnings(rule: TwoCalls, written: Mapping[str, Any]) -> TwoCalls:
    """Warnings nobody asked for by number are dropped where the limit comes before them."""
    if "warn_at_calls" in written:
        return rule
    return msgspec.structs.replace(rule, warn_at_calls=tuple(n for n in rule.warn_at_calls if n <= rule.calls))


def radio_remarks(rules: RuleSet) -> Iterator[str]:
    """What is no mistake, but somebody should know before the first hail."""
    heard = dict.fromkeys(source.radio.channel for source in rules.sources if source.radio is not None)
    silent = {one.channel for one in rules.channels if one.two_calls is False}
    for channel in heard:
        replies = [s.radio.replies for s in rules.sources if s.radio is not None and s.radio.channel == channel]
        if rules.two_calls.enabled and channel not in silent and not any(replies):
            yield (
                f'channel "{channel}": no source there can show control\'s reply: two_calls is not_observable, never '
                '"met". Add own_units if control\'s unit is heard, or a source of this channel that shows its key, or '
                'replies = ["board"]: see docs/RADIO.md'
            )
    known = heard.keys() | {group for source in rules.sources if source.radio for group in source.radio.talkgroups}
    for named in rules.channels:
        if named.two_calls is not None and named.channel not in known:
            yield f'[[channel]] "{named.channel}": no source has this channel or talkgroup: two_calls means nothing'
