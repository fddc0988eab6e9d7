"""What each radio codec reads a second, its normaliser included: `python -m benchmarks.radio_codecs [--rounds 3]`.

Every kind's own recorded sample is fed again and again: streams in reads of 64 bytes, datagrams and messages as they
came. Beside it, in the same run and on the same frames, the nearest public decoders that can be installed: meshtastic's
own stream reader, aioax25 and dmr-kaitai. They return parsed frames, ours returns events and resynchronises; what they
do beyond parsing (publishing, threads, sockets) is left out. Seconds are those of the process: one core.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator

from adapters.radio.kind import Piece
from adapters.radio.registry import KINDS
from adapters.radio.station import Station
from benchmarks.measure import machine, report
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


def of_sample(sample: Sample, rounds: int) -> dict[str, float]:
    whole = sample.pieces()
    pieces = in_reads(whole[0].data * 20) if sample.is_stream else whole * 20
    size = sum(len(piece.data) for piece in pieces)
    station = sample.station()
    moments = iter(range(0, 10**18, LATER_US))
    events = 0

    def work() -> int:
        nonlocal events
        events = sum(feed(station, pieces, next(moments)))
        return size

    speeds = [rate(work) for _ in range(rounds)]
    return {"mbytes_per_s": round(statistics.median(speeds) / 1e6, 3), "events_a_pass": events}


def beside(kind_name: str, frames: list[bytes], rounds: int) -> dict[str, float]:
    """Ours and theirs by turns, frames a second each. A fresh station a pass: no frame is a repetition."""
    kind = next(kind for kind in KINDS if kind.name == kind_name)
    sample = next(sample for sample in samples() if sample.kind is kind)
    pieces = in_reads(b"".join(frames)) if sample.is_stream else [Piece(frame) for frame in frames]
    theirs = read_by_others(kind_name, frames)

    def ours() -> int:
        heard = sum(feed(sample.station(), pieces, 0))
        assert heard >= len(frames), f"{kind_name}: {heard} events of {len(frames)} frames"
        return len(frames)

    pairs = [(rate(ours), rate(theirs)) for _ in range(rounds)]
    return {
        "frames_per_s": round(statistics.median(pair[0] for pair in pairs)),
        "theirs_per_s": round(statistics.median(pair[1] for pair in pairs)),
        "ratio": round(statistics.median(pair[0] / pair[1] for pair in pairs), 2),
    }


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=3)
    rounds = reader.parse_args().rounds
    gc.freeze()
    codecs = {str(sample): of_sample(sample, rounds) for sample in samples()}
    slowest = min(figures["mbytes_per_s"] for figures in codecs.values())
    report("radio codecs", {"codecs": codecs, "slowest_mbytes_per_s": slowest, "machine": machine()})
    for kind, frames, name in (
        ("meshtastic", meshtastic_frames(), "meshtastic"),
        ("aprs-kiss", aprs_frames(), "aioax25"),
        ("hytera", hytera_frames(), "dmr-kaitai"),
    ):
        report(f"{kind} beside {name}", beside(kind, frames, rounds))


if __name__ == "__main__":
    main()
