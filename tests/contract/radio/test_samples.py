"""Every kind of base station, held to the same promises by its recorded samples: any split, any rubbish, any cut."""

import json
import random
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.radio.kind import Piece, RadioKind
from adapters.radio.registry import KINDS
from adapters.radio.sample import decode_pieces
from gateway.decoded import as_lines_with_bytes
from gateway.decoding import Decoded, Read
from rules.events import Unparsed
from tests.contract.radio.samples import Sample, play, samples, understood

KEPT_BYTES_MAX = 128 * 1024
RUBBISH = b"\xff\xfe\x81\r\n"

SAMPLES = samples()
STREAMS = [sample for sample in SAMPLES if sample.is_stream]
DATAGRAMS = [
    sample for sample in SAMPLES if len(sample.pieces()) > 1 and {"serial", "udp"} <= {*sample.kind.transports}
]
every_serial_datagrams = pytest.mark.parametrize("sample", DATAGRAMS, ids=str)
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)
every_stream = pytest.mark.parametrize("sample", STREAMS, ids=str)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def chunks(data: bytes, seed: int, longest: int) -> list[Piece]:
    chance = random.Random(seed)
    found = []
    while data:
        size = chance.randint(1, longest)
        found.append(Piece(data[:size]))
        data = data[size:]
    return found


def kept_bytes(thing: Any) -> int:
    """What a station holds on to, however deep."""
    seen: set[int] = set()
    waiting, total = [thing], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, bytes | bytearray | str):
            total += len(one)
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple | set | frozenset | deque):
            waiting += one
            total += 8 * len(one)
        elif type(one).__module__.startswith(("adapters", "collections")):
            waiting += list(vars(one).values()) if hasattr(one, "__dict__") else []
    return total


@every_kind
def test_every_kind_has_a_recorded_sample_that_shows_what_it_can_tell(kind: RadioKind) -> None:
    assert any(sample.kind is kind for sample in SAMPLES)


@every_sample
def test_a_sample_is_decoded_as_its_expectation_says(sample: Sample) -> None:
    heard = decode_pieces(sample.kind, sample.settings, sample.pieces())
    lines = as_lines_with_bytes(Decoded([Read(one.event, one.raw) for one in heard], []))  # type: ignore[arg-type]
    assert [json.loads(line) for line in lines] == sample.expected


@every_stream
def test_however_a_stream_is_torn_the_same_is_understood(sample: Sample) -> None:
    data = sample.pieces()[0].data
    whole = understood(play(sample.station(), sample.pieces()))
    assert understood(play(sample.station(), [Piece(data[at : at + 1]) for at in range(len(data))])) == whole
    for seed in range(5):
        assert understood(play(sample.station(), chunks(data, seed, longest=3 + 7 * seed))) == whole


@every_serial_datagrams
def test_what_comes_as_datagrams_is_understood_on_a_serial_line_too_however_it_is_torn(sample: Sample) -> None:
    on_a_line = sample.settings_at("/dev/ttyUSB0")
    data = b"".join(piece.data for piece in sample.pieces())
    whole = understood(play(sample.kind.make_station(on_a_line), [Piece(data)]))
    assert whole
    for seed in range(5):
        assert understood(play(sample.kind.make_station(on_a_line), chunks(data, seed, longest=2 + 9 * seed))) == whole


@every_stream
def test_a_stream_that_is_cut_off_anywhere_is_heard_whole_after_the_next_opening(sample: Sample) -> None:
    data = sample.pieces()[0].data
    whole = [type(one.event) for one in understood(play(sample.station(), sample.pieces()))]
    for at in random.Random(1).sample(range(len(data)), k=min(len(data), 25)):
        station = sample.station()
        station.feed(data[:at], 0)
        station.opened()
        again = [type(one.event) for one in understood(play(station, [Piece(data)]))]
        missing = [kind for kind in whole if again.count(kind) < whole.count(kind)]
        # What a station remembers over a loss (who was transmitting) may make it say less, by one of each kind.
        assert all(whole.count(kind) - again.count(kind) <= 1 for kind in missing), (at, missing)


@every_sample
def test_rubbish_between_what_is_whole_costs_none_of_it(sample: Sample) -> None:
    if sample.kind.name in {"vox", "cor-lines"}:
        return  # every byte of audio or of line levels means something: there is no rubbish
    pieces = sample.pieces()
    whole = [one.raw for one in understood(play(sample.station(), pieces))]
    soiled = []
    for piece in pieces:
        soiled += [Piece(part, via=piece.via) for part in _with_rubbish(piece.data, whole)]
        soiled.append(Piece(RUBBISH, via=piece.via))
    assert [one.raw for one in understood(play(sample.station(), soiled))] == whole


@every_sample
@settings(max_examples=25)
@given(data=st.data())
def test_a_spoiled_sample_makes_no_station_fail(sample: Sample, data: st.DataObject) -> None:
    station = sample.station()
    for piece in sample.pieces()[:50]:
        spoiled = bytearray(piece.data[:4000])
        for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6)):
            if at < len(spoiled):
                spoiled[at] = byte
        station.feed(bytes(spoiled), 0, piece.via)
        station.to_send()


@every_kind
def test_no_noise_makes_a_station_fail_or_fills_its_memory(kind: RadioKind) -> None:
    with_settings = next((sample for sample in SAMPLES if sample.kind is kind), None)
    if with_settings is None:
        return
    station = with_settings.station()
    chance = random.Random(5)
    heard = 0
    for turn in range(60):
        noise = (
            chance.randbytes(4096)
            if turn % 3
            else bytes(chance.choices(b"0123456789ABC:,+-\r\n{}\xc0\x02\x03\x68\x10", k=4096))
        )
        found = station.feed(noise, turn * 100_000)
        station.to_send()
        heard += sum(len(one.raw) for one in found if isinstance(one.event, Unparsed))
    assert kept_bytes(station) < KEPT_BYTES_MAX
    assert heard < 4 * 60 * 4096


def _with_rubbish(data: bytes, frames: list[bytes]) -> list[bytes]:
    """`data` with rubbish before each frame that is found in it, in their order."""
    parts, rest = [], data
    for frame in dict.fromkeys(frames):
        before, found, after = rest.partition(frame)
        if found:
            parts += [before, RUBBISH, frame]
            rest = after
    return [*parts, rest]
