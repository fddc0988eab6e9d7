"""What each radio codec reads a second, its normaliser included: `python -m benchmarks.radio_codecs [--rounds 3]`.

Every kind's own recorded sample is fed again and again: streams in reads of 64 bytes, datagrams and messages as they
came. Beside it, in the same run and on the same frames, the nearest public decoders that can be installed: meshtastic's
own stream reader, aioax25 and dmr-kaitai. They return parsed frames, ours returns events and resynchronises; what they
do beyond parsing (publishing, threads, sockets) is left out. Seconds are those of the process: one core.
"""

import argparse
import gc
import time
from collections.abc import Callable, Iterable, Iterator

from adapters.radio.kind import Piece
from adapters.radio.registry import KINDS
from adapters.radio.station import Station
from benchmarks.measure import Measured, report
from benchmarks.radio_decoders import aprs_frames, hytera_frames, meshtastic_frames, read_by_others
from rules.events import Unparsed
from tests.contract.radio.samples import Sample, samples

READ_BYTES = 64
LEAST_S = 0.5
LATER_US = 10_000_000


def rate(work: Callable[[], int]) -> float:
    """Units of work a second; `work` does some and tells how many."""
    work()
    done, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < LEAST_S:
        done += work()
    return done / spent


def in_reads(data: bytes) -> list[Piece]:
    return [Piece(data[at : at + READ_BYTES]) for at in range(0, len(data), READ_BYTES)]


def feed(station: Station, pieces: Iterable[Piece], since_us: int) -> Iterator[bool]:
    """Whether each thing heard was understood."""
    for piece in pieces:
        for one in station.feed(piece.data, since_us + piece.at_us, piece.via):
            yield not isinstance(one.event, Unparsed)
        station.to_send()


def of_sample(sample: Sample, rounds: int) -> Measured:
    whole = sample.pieces()
    pieces = in_reads(whole[0].data * 20) if sample.is_stream else whole * 20
    size = sum(len(piece.data) for piece in pieces)
    station = sample.station()
    moments = iter(range(0, 10**18, LATER_US))

    def work() -> int:
        for _ in feed(station, pieces, next(moments)):
            pass
        return size

    return Measured(str(sample), "MB/s", "higher", [rate(work) / 1e6 for _ in range(rounds)])


def beside(kind_name: str, frames: list[bytes], theirs: str, rounds: int) -> list[Measured]:
    """Ours and theirs by turns, frames a second each. A fresh station a pass: no frame is a repetition."""
    kind = next(kind for kind in KINDS if kind.name == kind_name)
    sample = next(sample for sample in samples() if sample.kind is kind)
    pieces = in_reads(b"".join(frames)) if sample.is_stream else [Piece(frame) for frame in frames]
    read_theirs = read_by_others(kind_name, frames)

    def ours() -> int:
        heard = sum(feed(sample.station(), pieces, 0))
        assert heard >= len(frames), f"{kind_name}: {heard} events of {len(frames)} frames"
        return len(frames)

    pairs = [(rate(ours), rate(read_theirs)) for _ in range(rounds)]
    return [
        Measured(f"{kind_name} ÷ {theirs}", "", "higher", [mine / other for mine, other in pairs]),
        Measured(f"{kind_name} frames", "/s", "higher", [mine for mine, _ in pairs]),
    ]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=3)
    rounds = reader.parse_args().rounds
    gc.freeze()
    figures = [of_sample(sample, rounds) for sample in samples()]
    for kind, frames, theirs in (
        ("meshtastic", meshtastic_frames(), "meshtastic's"),
        ("aprs-kiss", aprs_frames(), "aioax25"),
        ("hytera", hytera_frames(), "dmr-kaitai"),
    ):
        figures += beside(kind, frames, theirs, rounds)
    report("radio_codecs", figures)


if __name__ == "__main__":
    main()
