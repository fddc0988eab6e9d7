"""What an asker may see of a document: numbers masked, and nothing of sites that are not theirs.

It knows documents by their members, whatever route or stream they are for: see `_NUMBERS` and `_WRITTEN`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from adapters.notify.texts import masked
from gateway.access.narrowing import narrowed
from rules.settings import RuleSet

_NUMBERS: Final = frozenset({"from", "to", "caller", "called", "device"})  # a telephone's, unless it is of the radio
_WRITTEN: Final = frozenset(  # texts of people and machines, in which a number may stand
    {
        "from_name",
        "caller_name",
        "agent",
        "note",
        "detail",
        "reason",
        "raw",
        "facts",
        "reach",
        "address",
        "phone",
        "said",
    }
)
_MASKED: Final = r"(?<!\*{4})"  # the digits that we left; a single star is of a dial code: *31*13800138000
_IS_NUMBER: Final = re.compile(_MASKED + r"(?<!\d)(?!\d{4}-\d\d-\d\dT)\+?\d(?:[ ()-]{0,2}\d){5,}")  # no moment
_HOLDS_NUMBER: Final = re.compile(  # more careful: 12-1-1202 is a door, 20261121-0042 a record
    _MASKED + r"(?<!\d)(?:\+?\d{3,4}[ -]\d{3,4}[ -]\d{4}|0\d{2,3}[ -]\d{7,8}|(?!\d{8}-\d{4})\+?\d{7,})(?!\d)"
)


def number_masked(number: str) -> str:
    """138****8000. Extensions and service numbers, up to five digits, stay."""
    return _IS_NUMBER.sub(_masked, number)


def text_masked(text: str) -> str:
    """As `number_masked`, for what people and machines write."""
    return _HOLDS_NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return masked(re.sub(r"[ ()-]", "", found[0]))


class Sight(NamedTuple):
    """`sites`: those whose matters are seen; None: every one."""

    numbers: bool
    sites: frozenset[str] | None = None

    def number(self, number: str) -> str:
        """A number as this asker may read it: for pages and exports."""
        return number if self.numbers else number_masked(number)

    def sees(self, rules: RuleSet, document: Mapping[str, Any]) -> bool:
        """Whether what the document tells is of a site in sight; what is of no site concerns all."""
        if self.sites is None:
            return True
        sites = sites_of(rules, document)
        return not sites or not sites.isdisjoint(self.sites)

    def rules(self, rules: RuleSet) -> RuleSet:
        """Those in force, as far as they are of a site in sight."""
        return rules if self.sites is None else narrowed(rules, self.sites)

    def shown(self, rules: RuleSet, document: Any) -> Any:
        """The document as this asker may read it; lists leave out what is out of sight."""
        if self.numbers and self.sites is None:
            return document
        return self._shown(rules, document, on_air=False)

    def _shown(self, rules: RuleSet, value: Any, *, on_air: bool) -> Any:
        if isinstance(value, Mapping):
            on_air = on_air or bool(value.get("unit") or value.get("channel"))
            return {key: self._member(rules, str(key), one, on_air=on_air) for key, one in value.items()}
        if isinstance(value, list | tuple):
            kept = (one for one in value if not isinstance(one, Mapping) or self.sees(rules, one))
            return [self._shown(rules, one, on_air=on_air) for one in kept]
        return value

    def _member(self, rules: RuleSet, key: str, value: Any, *, on_air: bool) -> Any:
        if not self.numbers and key in _WRITTEN:
            return _all_masked(value)
        if not self.numbers and key in _NUMBERS and not on_air and isinstance(value, str):
            return number_masked(value)
        return self._shown(rules, value, on_air=on_air)


def whole_numbers(document: Any, *, record: str = "", on_air: bool = False) -> Iterator[str]:
    """Of which records the document tells a telephone number in full: what the audit is told."""
    if isinstance(document, Mapping):
        record = str(document.get("number") or document.get("incident") or record or "?")
        on_air = on_air or bool(document.get("unit") or document.get("channel"))
        for key, value in document.items():
            if key in _NUMBERS and not on_air and isinstance(value, str):
                if number_masked(value) != value:
                    yield record
            elif isinstance(value, Mapping | list | tuple):
                yield from whole_numbers(value, record=record, on_air=on_air)
    elif isinstance(document, list | tuple):
        for one in document:
            yield from whole_numbers(one, record=record, on_air=on_air)


def sites_of(rules: RuleSet, document: Mapping[str, Any]) -> frozenset[str]:
    """Those that a record, an alert, a channel, a unit, a window of silence, a plan that runs … belongs to; none for
    what belongs to none.
    """
    if document.get("sites"):  # says it itself
        return frozenset(document["sites"])
    if document.get("line"):
        return frozenset([_of_line(rules, document["line"])])
    if names := [name for name in (document.get("talkgroup"), document.get("channel")) if name]:
        return frozenset([_of_channels(rules, names)])
    if scope := [name for key in ("lines", "channels") for name in document.get(key, ()) if isinstance(name, str)]:
        lines = set(document.get("lines", ()))
        return frozenset(_of_line(rules, name) if name in lines else _of_channels(rules, [name]) for name in scope)
    unit = next((one.site for one in rules.units if one.unit == document.get("unit")), "")
    source = next((one for one in rules.sources if one.name == document.get("source")), None)
    if not unit and source is not None and source.radio is not None:
        return frozenset([_of_channels(rules, [source.radio.channel])])
    site = unit or ("" if source is None else source.site)
    if not site and source is not None and _is_of_record(document):
        site = rules.site  # of a call that tells no line: of whoever else is to take it
    return frozenset([site] if site else [])


def _is_of_record(document: Mapping[str, Any]) -> bool:
    """A record, the place where one came in, or what is told of one; not what is told of a source itself."""
    return "talkgroup" in document or bool(document.get("number") or document.get("incident"))


def _of_line(rules: RuleSet, number: str) -> str:
    return next((one.site for one in rules.lines if one.number == number), "") or rules.site


def _of_channels(rules: RuleSet, names: Sequence[str]) -> str:
    return next((one.site for name in names for one in rules.channels if one.channel == name), "") or rules.site


def _all_masked(value: Any) -> Any:
    if isinstance(value, str):
        return text_masked(value)
    if isinstance(value, Mapping):
        return {key: _all_masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_all_masked(one) for one in value]
    return value
