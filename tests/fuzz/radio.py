"""Base stations: whole stations of every kind, the scanners below them, and the frames that we write ourselves."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import cycle
from typing import Any, NamedTuple

from adapters.errors import PeerRefused
from adapters.radio.aprs_kiss import codec as kiss
from adapters.radio.dmr_module import codec as dmr
from adapters.radio.hytera import codec as hytera
from adapters.radio.kenwood_fleetsync import codec as kenwood
from adapters.radio.kind import Piece
from adapters.radio.meshtastic import codec as meshtastic
from adapters.radio.scanner import Unread
from adapters.radio.station import CannotSend
from adapters.radio.tait_ccdi import codec as tait
from adapters.radio.tetra_pei import codec as tetra
from tests.contract.radio.samples import Sample, play, samples, understood
from tests.fuzz.target import Target, journalled, torn

_SEED_BYTES_MAX = 4096
_FRAMES_MAX = 8
_GAP = b"\r\n"  # ends a line that rubbish has begun: where lines are all there is, no reader could tell them apart


class _Frames(NamedTuple):
    """A kind's reader of frames, and its own way of writing one around `data`; b"" where `data` cannot stand in one."""

    kind: str
    make: Callable[[], Any]
    write: Callable[[bytes], bytes]
    end: bytes = b""  # what must stand between two, and belongs to neither
    mark: bytes = b""  # begins and ends a frame; two may share it, and the one that a stream begins with may lack it
    tears: bool = True  # a frame's beginning can be told from the rest of one that was cut off
    yields: Callable[[bytes], bool] = lambda _: False  # to a torn one before it that claims its bytes
    proven: bool = True  # by a sum: one that was torn and that others fill to the byte is not taken for whole


def _station(sample: Sample, data: bytes) -> None:
    """Any split gives the same events; each can be written into the journal."""
    by = cycle(sorted({piece.via for piece in sample.pieces()}) or [""])
    with suppress(PeerRefused):
        heard = play(sample.station(), [Piece(piece, via=next(by)) for piece in torn(data)])
        for one in heard:
            journalled(one.event)
        if sample.is_stream:
            assert understood(heard) == understood(play(sample.station(), [Piece(data)]))


def _scan(frames: _Frames, whole: list[bytes], data: bytes) -> None:
    """Any split gives the same; a valid frame behind rubbish is found, or lies in a valid one that began before it."""
    at_once = frames.make()
    read = [*at_once.feed(data), *at_once.end()]
    piecemeal = frames.make()
    in_pieces = [one for piece in torn(data) for one in piecemeal.feed(piece)]
    assert [*in_pieces, *piecemeal.end()] == read
    written = frames.write(data)
    behind = [*whole, written] if written else whole
    _assert_none_is_lost(frames, data + _GAP, behind)
    if frames.tears and len(data) > 3:
        able = [frame for frame in whole if not frames.yields(frame)]
        cut, first, second, third = (able[byte % len(able)] for byte in data[:4])
        _assert_the_next_are_read(frames, cut[: 1 + data[-1] % (len(cut) - 1)], [first, second, third])
    if written:
        reader = frames.make()
        found = [*reader.feed(written), *reader.end()]
        assert [one.raw for one in found] == [written]
        assert not isinstance(found[0], Unread)


def _assert_none_is_lost(frames: _Frames, rubbish: bytes, whole: list[bytes]) -> None:
    reader = frames.make()
    stream = rubbish + b"".join(frame + frames.end for frame in whole)
    spans, at = [], 0
    for one in [*reader.feed(stream), *reader.end()]:
        raw = one.raw.removeprefix(frames.mark)
        begin = stream.index(raw, at)
        at = begin + len(raw)
        if not isinstance(one, Unread):
            marked = bool(frames.mark) and stream[:begin].endswith(frames.mark)
            spans.append((begin - len(frames.mark) if marked else begin, at))
    begin = len(rubbish)
    for frame in whole:
        assert any(b == begin or (b < begin < e) for b, e in spans), (frame, stream)
        begin += len(frame) + len(frames.end)


def _assert_the_next_are_read(frames: _Frames, torn_frame: bytes, whole: list[bytes]) -> None:
    """None is lost: those that the torn one swallowed are found when the last of them ends behind it."""
    reader = frames.make()
    found = [*reader.feed(torn_frame + b"".join(whole)), *reader.end()]
    raws = iter([one.raw for one in found if not isinstance(one, Unread)])
    filled = {torn_frame + b"".join(whole[:count]) for count in range(1, len(whole))}
    if not frames.proven and any(one.raw in filled for one in found):
        return
    assert all(frame in raws for frame in whole), (torn_frame, whole, found)


def _text(sample: Sample, data: bytes) -> None:
    """A text of any letters to any unit: bytes, now or when it is its turn; or CannotSend."""
    unit, _, words = data.decode("utf-8", "replace").partition("\n")
    station = sample.station()
    with suppress(CannotSend):
        station.text(unit, words, "7")
    station.to_send()


def _tait_command(data: bytes) -> bytes:
    words = data[:100].decode("latin-1")
    return tait.command("s", words) if all(" " <= letter <= "~" for letter in words) else b""


def _kenwood_packet(data: bytes) -> bytes:
    return b"" if any(byte < 0x20 for byte in data) or data[:1] == b"$" or len(data) > 4000 else kenwood.packet(data)


def _hytera_frame(data: bytes) -> bytes:
    return hytera.encode_hrnp(4, 0, (0x10, 0x20), 1, hytera.encode_hdap(0x09, 0x00A1, data[:200]))


def _kiss_frame(data: bytes) -> bytes:
    return kiss.encode("N0CALL-7", "APZ001", ("WIDE1-1",), data[:200])


def _nothing(_: bytes) -> bytes:
    return b""


def _says_who_we_are(frame: bytes) -> bool:
    """Of Meshtastic: else a text on the air that looks like one could change who we are."""
    return any(getattr(one, "own_number", 0) for one in meshtastic.scanner().feed(frame))


_READERS = (
    _Frames("tait-ccdi", tait.scanner, _tait_command),
    _Frames("kenwood-fleetsync", kenwood.scanner, _kenwood_packet),
    _Frames("hytera", hytera.scanner, _hytera_frame, tears=False),
    _Frames("dmr-module", partial(dmr.scanner, "either"), lambda data: dmr.frame(0x2C, data[:512], "payload")),
    _Frames("tetra-pei", tetra.scanner, _nothing, end=_GAP, tears=False),
    # Only the device reads what we write.
    _Frames("meshtastic", meshtastic.scanner, _nothing, yields=_says_who_we_are, proven=False),
    _Frames("aprs-kiss", kiss.KissReader, _kiss_frame, mark=kiss.FEND, tears=False),
)


def _recorded(sample: Sample) -> bytes:
    return b"".join(piece.data for piece in sample.pieces())


def _frames_of(frames: _Frames, recorded: Iterable[bytes]) -> list[bytes]:
    """The longest valid frames of the recordings, in their order."""
    found: list[bytes] = []
    for stream in recorded:
        reader = frames.make()
        found += [one.raw for one in [*reader.feed(stream), *reader.end()] if not isinstance(one, Unread)]
    long = [raw for raw in dict.fromkeys(found) if len(raw) > len(_GAP)]
    return long[:_FRAMES_MAX]


def radio_targets() -> list[Target]:
    by_kind: dict[str, list[Sample]] = {}
    for sample in samples():
        by_kind.setdefault(sample.kind.name, []).append(sample)
    found = []
    for kind, all_of_it in by_kind.items():
        seeds = tuple(_recorded(one)[:_SEED_BYTES_MAX] for one in all_of_it)
        found.append(Target(f"radio-{kind}", partial(_station, all_of_it[0]), seeds))
        if all_of_it[0].kind.sends_text:
            found.append(Target(f"text-{kind}", partial(_text, all_of_it[0]), (b"100-4002\nfire at the east gate",)))
    for frames in _READERS:
        recorded = [_recorded(one) for one in by_kind[frames.kind]]
        seeds = tuple(stream[:_SEED_BYTES_MAX] for stream in recorded)
        found.append(Target(f"frames-{frames.kind}", partial(_scan, frames, _frames_of(frames, recorded)), seeds))
    return found
