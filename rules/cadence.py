"""Ring cadence by country: how long a caller's ring-back rings, and from ring to ring.

Sources: Asterisk `indications.conf` (tone `ring`; it cites ITU tones-0203, BT SIN 350, ACIF S002) and FreeSWITCH
`vars.xml`. The caller's ring-back and the desk phone's bell need not run together, so seconds are
the fact and rings are derived from them; a source may set its own `ring_cycle_s`.
"""

from typing import NamedTuple


class Cadence(NamedTuple):
    """`on_s`: from the first to the last sound of one ring, with the gap inside a double ring."""

    on_s: float
    cycle_s: float
    source: str = "Asterisk and FreeSWITCH agree"


_DOUBLE = Cadence(1.0, 3.0)  # .4 on, .2 off, .4 on, 2.0 off

CADENCES = {
    "CN": Cadence(1.0, 5.0),
    "HK": Cadence(1.0, 4.0, "FreeSWITCH only: .4 .2 .4 3.0"),
    "TW": Cadence(1.0, 3.0, "Asterisk's ring-back; its bell is 1 s on, 4 s off: set ring_cycle_s = 5 for a bell"),
    "US": Cadence(2.0, 6.0),
    "CA": Cadence(2.0, 6.0),
    "UK": _DOUBLE,
    "GB": _DOUBLE,
    "AU": _DOUBLE,
    "DE": Cadence(1.0, 5.0, "Asterisk and FreeSWITCH; E.180 has a variant that begins .25 on, 4 off"),
    "FR": Cadence(1.5, 5.0),
    "JP": Cadence(1.0, 3.0),
    "IN": _DOUBLE,
    "SG": _DOUBLE._replace(source="Asterisk"),
    "NZ": _DOUBLE._replace(source="Asterisk (TNA102)"),
    "MY": _DOUBLE._replace(source="Asterisk; its bell is 2 s on, 4 s off"),
    "RU": Cadence(1.0, 5.0, "Asterisk and FreeSWITCH disagree: 1 on 4 off, or .8 on 3.2 off"),
    "KR": Cadence(1.0, 3.0, "FreeSWITCH only"),
    "TH": Cadence(1.0, 6.0, "Asterisk; its bell is 1 s on, 4 s off"),
    "ID": Cadence(1.0, 5.0, "Asterisk"),
    "PH": Cadence(1.0, 5.0, "Asterisk"),
}


def cadence(country: str, ring_cycle_s: float | None = None) -> Cadence:
    """The cadence of `country`, China's for one not in the table; `ring_cycle_s` where a site has measured its own."""
    found = CADENCES.get(country.upper(), CADENCES["CN"])
    if ring_cycle_s is None or ring_cycle_s <= 0:
        return found
    return Cadence(min(found.on_s, ring_cycle_s), ring_cycle_s, "the site's own")
