"""The radio part of a rule set made ready: microseconds instead of seconds, and what holds on each channel."""

from collections.abc import Iterable
from typing import NamedTuple

from rules.moments import span_us
from rules.obligations import warned_plan
from rules.settings import RadioRules, ReplyBy, RuleSet, StatusCode

_CHANNELS_KEPT_MAX = 1_000


class ChannelTerms(NamedTuple):
    """What holds on one channel, whichever of its sources hears it."""

    sources: tuple[str, ...]
    own_units: frozenset[str]
    talkgroups: frozenset[str]
    replies: frozenset[ReplyBy]
    two_calls: bool  # the rule holds here


class RadioTerms:
    """`RuleSet` as the radio's rules use it."""

    def __init__(self, rules: RuleSet) -> None:
        calls, roll, promise = rules.two_calls, rules.roll_call, rules.promise
        self.two_calls = calls
        self.fallback_us = span_us(calls.fallback_s)
        self.repeat_every_us = span_us(calls.repeat_every_s)
        self.call_gap_us = span_us(calls.call_gap_s)
        self.window_us = span_us(calls.window_s)
        self.call_longest_us = self.fallback_us or self.window_us  # who has called for so long has waited enough
        self.bump_us = span_us(calls.bump_s)
        self.tail_us = span_us(calls.tail_s)
        self.squelch_us = span_us(calls.squelch_s)
        self.reply_min_us = span_us(calls.reply_min_s)
        self.conversation_us = span_us(calls.conversation_s)
        self.watchdog_us = span_us(calls.watchdog_s)
        self.emergency_repeat_us = span_us(calls.emergency_repeat_s)
        self.promise = promise
        self.promise_plan = warned_plan(span_us(promise.within_s), span_us(promise.warn_before_s))
        self.statuses: dict[str, StatusCode] = {status.code: status for status in rules.status_codes}
        self.unit_names = {unit.unit: unit.name or unit.post for unit in rules.units}
        every = {u.unit: roll.heard_every_s if u.heard_every_s is None else u.heard_every_s for u in rules.units}
        self.heard_every_us = {unit: span_us(s) for unit, s in every.items() if s > 0} if roll.enabled else {}
        self._sources = {source.name: source.radio for source in rules.sources if source.radio is not None}
        self._rule_off = {c.channel for c in rules.channels if c.two_calls is False}
        self._channels: dict[str, ChannelTerms] = {}

    def source(self, name: str) -> RadioRules:
        return self._sources.get(name) or RadioRules(channel="")

    def sources(self) -> Iterable[str]:
        return self._sources

    def channel(self, name: str) -> ChannelTerms:
        found = self._channels.get(name)
        if found is None:
            if len(self._channels) >= _CHANNELS_KEPT_MAX:
                self._channels.clear()
            found = self._channels[name] = self._channel_terms(name)
        return found

    def holds(self, channel: str, talkgroup: str) -> bool:
        """Whether two_calls holds for a hail to this talkgroup."""
        return self.channel(channel).two_calls and talkgroup not in self._rule_off

    def _channel_terms(self, name: str) -> ChannelTerms:
        named = self._named(name)
        rules = [self._sources[source] for source in named]
        return ChannelTerms(
            sources=tuple(named),
            own_units=frozenset(unit for one in rules for unit in one.own_units),
            talkgroups=frozenset(group for one in rules for group in one.talkgroups),
            replies=frozenset(by for one in rules for by in one.replies),
            two_calls=self.two_calls.enabled and not self._rule_off & {name, *(one.channel for one in rules)},
        )

    def _named(self, name: str) -> list[str]:
        """The sources of this channel; one with several channels names them after its own: CH1-1, CH1-2."""
        exact = [source for source, radio in self._sources.items() if radio.channel == name]
        if exact:
            return exact
        parents = {radio.channel for radio in self._sources.values() if name.startswith(f"{radio.channel}-")}
        nearest = max(parents, key=len, default=None)
        return [source for source, radio in self._sources.items() if radio.channel == nearest]
