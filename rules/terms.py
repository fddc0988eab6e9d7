"""A rule set made ready: microseconds instead of seconds, plans of steps, look-ups; built once, used by every event."""

import re
from collections import defaultdict

import msgspec

from rules.cadence import cadence
from rules.duty import roster_of
from rules.ladders import ROLE, LadderTerms, reach, told_by
from rules.moments import span_us
from rules.obligations import Rule, Severity, Step, warned_plan
from rules.people import DutyChange
from rules.phone_numbers import number_key
from rules.radio_terms import RadioTerms
from rules.service_hours import HoursTerms
from rules.settings import ClockStart, Line, RuleSet, SourceRules


class RingTerms(msgspec.Struct, frozen=True, gc=False):
    """What three_rings asks of one line of one source."""

    limit_us: int
    cycle_us: int
    plan: tuple[Step, ...]
    clock_start: ClockStart
    shown: bool  # whether the source shows that it rings


class SourceTerms:
    """A source's settings in microseconds."""

    __slots__ = (
        *("ids_again_us", "is_extension", "leg_ids_unique", "offline_us", "settings", "shows_hold", "skew_max_us"),
    )

    def __init__(self, settings: SourceRules) -> None:
        self.settings = settings
        self.skew_max_us = span_us(settings.clock_skew_max_s)
        self.offline_us = span_us(settings.offline_alert_s)
        self.ids_again_us = span_us(settings.call_ids_again_s)
        self.shows_hold = settings.shows_hold
        self.leg_ids_unique = settings.leg_ids_unique
        self.is_extension = re.compile(settings.extensions).fullmatch  # a Match, or None


class Terms:
    """`RuleSet` as the rules use it."""

    def __init__(self, rules: RuleSet, duty: tuple[DutyChange, ...] = ()) -> None:
        self.rules = rules
        self.version = rules.version
        self.roster = roster_of(rules, duty)
        self.lines = {number_key(line.number) or line.number: line for line in rules.lines}
        unnamed = SourceTerms(SourceRules(name=""))
        self.sources = defaultdict(lambda: unnamed, {source.name: SourceTerms(source) for source in rules.sources})
        self.leg_ids_unique = any(source.leg_ids_unique for source in rules.sources)  # of one source at least
        self._rings: defaultdict[str, dict[str, RingTerms | None]] = defaultdict(dict)  # by source, then by line
        self.rings_apply_to = rules.three_rings.apply_to
        starts = {rules.three_rings.clock_start, *(line.clock_start for line in rules.lines)}
        self.rings_from_offer = "offered" in starts  # on some line at least
        hold, back = rules.hold_checkin, rules.call_back
        self.hold_plan = warned_plan(span_us(hold.every_s), span_us(hold.warn_before_s))
        self.min_talk_us = span_us(hold.min_talk_before_hold_s)
        self.short_abandon_us = span_us(rules.three_rings.short_abandon_s)
        self.call_back_plan = warned_plan(span_us(back.within_s), span_us(back.warn_before_s))
        self._ladder = LadderTerms(rules.ladder)
        self._special_ladders = [(one, LadderTerms(one)) for one in rules.special_ladders if not one.name]
        self._named_ladders = {one.name: LadderTerms(one) for one in rules.special_ladders if one.name}
        self.hours: dict[str, HoursTerms] = {hours.medium: HoursTerms(rules, hours) for hours in rules.hours}
        self._told_always: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.radio = RadioTerms(rules)

    def line(self, number: str) -> Line | None:
        if not self.lines or not number:
            return None
        return self.lines.get(number_key(number) or number)

    def rings(self, source: str, number: str) -> RingTerms | None:
        """None: the rule does not hold on this line."""
        of_source = self._rings[source]
        line = self.line(number) if self.lines else None
        name = "" if line is None else line.number
        try:
            return of_source[name]
        except KeyError:
            found = of_source[name] = self._ring_terms(self.sources[source].settings, line)
            return found

    def holds(self, number: str) -> bool:
        """Whether hold_checkin holds on this line."""
        line = self.line(number) if self.lines else None
        if line is None or line.hold_checkin is None:
            return self.rules.hold_checkin.enabled
        return line.hold_checkin

    def ladder(self, rule: Rule, severity: Severity, medium: str = "", at_us: int = 0) -> LadderTerms:
        """The one that an alert climbs; of an incident, also by the hours of its medium."""
        if self.hours:
            hours = self.hours.get(medium)
            if hours is not None and hours.ladder and not hours.attended(at_us):
                return self._named_ladders[hours.ladder]
        for special, ladder in self._special_ladders:
            if (not special.rules or rule in special.rules) and (
                not special.severities or severity in special.severities
            ):
                return ladder
        return self._ladder

    def told_by(self, tell: tuple[str, ...], at_us: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The targets, and who cannot be reached; kept where it does not depend on the moment."""
        found = self._told_always.get(tell)
        if found is None:
            found = told_by(self.roster, tell, at_us)
            if not any(name.startswith(ROLE) for name in tell):
                self._told_always[tell] = found
        return found

    def reach(self, tell: tuple[str, ...], at_us: int) -> tuple[str, ...]:
        """The targets of those of them who can be reached."""
        return reach(self.roster, tell, at_us)[0]

    def _ring_terms(self, source: SourceRules, line: Line | None) -> RingTerms | None:
        site = self.rules.three_rings
        line = line or Line(number="")
        if not (site.enabled if line.three_rings is None else line.three_rings):
            return None
        beat = cadence(line.country or source.country, None if line.country else source.ring_cycle_s)
        rings = site.rings if line.rings is None else line.rings
        limit_s = {
            "third_ring_start": (rings - 1) * beat.cycle_s,
            "third_ring_end": (rings - 1) * beat.cycle_s + beat.on_s,
            "before_fourth": rings * beat.cycle_s,
        }[line.boundary or site.boundary]
        # a line's own count or boundary is meant to hold against the site's plain seconds
        plain = line.seconds
        if plain is None and line.rings is None and line.boundary is None:
            plain = site.seconds
        limit_us = span_us(limit_s if plain is None else plain)
        cycle_us = span_us(beat.cycle_s)
        warnings = (Step((ring - 1) * cycle_us, "warning", ring) for ring in sorted(set(site.warn_at_rings)))
        plan = (
            *(step for step in warnings if 0 <= step.after_us < limit_us),
            Step(limit_us, "breach", limit_us // cycle_us + 1),
        )
        return RingTerms(limit_us, cycle_us, plan, line.clock_start or site.clock_start, source.shows_ring)
