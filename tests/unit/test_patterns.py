"""Regular expressions over what others send look at each place once: a quadratic one would not come back from these."""

from collections.abc import Callable

import pytest

from adapters.pbx.asterisk.codec import Message
from adapters.radio.asterisk_rpt import codec as asterisk_rpt
from adapters.radio.svxlink.codec import read_line
from gateway.reading import shown

LONG = 1_000_000
READERS: dict[str, tuple[Callable[[bytes], object], bytes, bytes]] = {
    "SvxLink's voter": (read_line, b"1795219750.123 Voter:sql_state ", b"_+1"),
    "fields of SvxLink": (read_line, b"1795219750.123 Logic:squelch_open open=1 ", b"a"),
    "SvxLink's log": (read_line, b"", b"a"),
    "linked nodes": (
        lambda data: asterisk_rpt.read(Message(data)),
        b"Event: RPT_ALINKS\r\nNode: 1\r\nEventValue: 1,",
        b"0",
    ),
    "addresses in the configuration": (lambda data: shown("url", data.decode()), b"", b"a"),
}


@pytest.mark.parametrize("named", READERS)
def test_a_pattern_does_not_begin_anew_at_every_letter(named: str) -> None:
    read, begin, piece = READERS[named]
    assert read(begin + piece * (LONG // len(piece)) + b"!")
