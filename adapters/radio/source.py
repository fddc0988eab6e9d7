"""A kind of base station as adapters.registry knows it, among the PBXs."""

from functools import partial

from adapters.kinds import SourceKind
from adapters.radio.checks import check, remarks
from adapters.radio.kind import RadioKind, radio_rules
from adapters.radio.link import Link


def source_kind(kind: RadioKind) -> SourceKind:
    return SourceKind(
        name=kind.name,
        settings=kind.settings,
        check=partial(check, kind),
        rules=partial(radio_rules, kind),
        make=partial(Link, kind),
        remarks=remarks,
    )
