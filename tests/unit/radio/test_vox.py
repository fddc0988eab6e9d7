"""Transmissions and tone calls heard in audio that the pretend receiver plays, which has tables of its own."""

import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from adapters.radio.station import CannotSend, Heard
from adapters.radio.vox import Settings, check
from adapters.radio.vox.station import VoxStation
from rules.events import TransmissionEnded, TransmissionStarted, UnitIdentified, Unparsed
from simulators.radios import voice
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, cuts, torn

S = 1_000_000
SYSTEMS = ("ZVEI1", "ZVEI2", "ZVEI3", "PZVEI", "DZVEI", "CCIR", "EEA", "EIA")
CALL = [*voice.silence(300), *voice.speech(1200), *voice.silence(700)]


def settings(**table: Any) -> Settings:
    return msgspec.convert({"name": "rx", "kind": "vox", "port": "socket://h:1", **table}, Settings)


def station(**table: Any) -> VoxStation:
    made = VoxStation(settings(**table))
    made.opened()
    return made


def hear(made: VoxStation, sound: voice.Sound) -> list[Heard]:
    return made.feed(voice.pcm(sound), AT_US) + made.passed(LONG_AFTER_US)


def short(heard: list[Heard]) -> list[str]:
    words: dict[type, str] = {TransmissionStarted: "+", TransmissionEnded: "-"}
    return [words.get(type(one.event)) or str(getattr(one.event, "unit", "Unparsed")) for one in heard]


def units(heard: list[Heard]) -> list[str]:
    return [one.event.unit for one in heard if isinstance(one.event, UnitIdentified)]


def at_ms(heard: Heard) -> float:
    occurred_us = getattr(heard.event, "occurred_us", None)
    assert occurred_us is not None
    return float(occurred_us - AT_US) / 1000


def test_speech_is_a_transmission_that_begins_and_ends_when_it_did() -> None:
    began, ended = hear(station(), CALL)
    assert isinstance(began.event, TransmissionStarted)
    assert isinstance(ended.event, TransmissionEnded)
    assert at_ms(began) == pytest.approx(300, abs=15)
    assert at_ms(ended) == pytest.approx(1500, abs=40)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_the_rate_of_the_samples_is_taken_into_account(rate: int) -> None:
    tones = voice.dtmf("10714#", rate=rate)
    sound = [*voice.silence(300, rate), *tones, *voice.speech(800, rate=rate), *voice.silence(700, rate)]
    heard = hear(station(rate=rate), sound)
    assert short(heard) == ["+", "10714", "-"]
    assert at_ms(heard[-1]) == pytest.approx(300 + 6 * 140 + 800, abs=40)


def test_a_pause_between_words_does_not_end_a_transmission() -> None:
    sound = [*voice.speech(600), *voice.silence(350), *voice.speech(600), *voice.silence(700)]
    assert short(hear(station(), sound)) == ["+", "-"]
    assert short(hear(station(hang_ms=200), sound)) == ["+", "-", "+", "-"]


def test_a_click_is_nobody() -> None:
    assert hear(station(), [*voice.silence(300), *voice.noise(30, -10), *voice.silence(700)]) == []


def test_noise_below_the_threshold_is_nobody() -> None:
    assert hear(station(), voice.noise(2000, -45)) == []
    assert short(hear(station(threshold_dbfs=-50), voice.noise(2000, -45))) == ["+", "-"]


def test_a_sound_cards_constant_offset_is_silence() -> None:
    assert hear(station(), [0.2] * 8000) == []


def wav(sound: voice.Sound, rate: int, path: Path) -> bytes:
    voice.write_wav(path, sound, rate)
    return path.read_bytes()


@pytest.mark.parametrize("piece_bytes", [1, 7, 1_000_000])
def test_a_wav_header_tells_the_rate(piece_bytes: int, tmp_path: Path) -> None:
    tones = [*voice.silence(300, 22050), *voice.dtmf("10714#", rate=22050), *voice.silence(700, 22050)]
    data = wav(tones, 22050, tmp_path / "call.wav")
    made = station(rate=8000)
    pieces = [data[at : at + piece_bytes] for at in range(0, len(data), piece_bytes)]
    assert short([one for piece in pieces for one in made.feed(piece, AT_US)]) == ["+", "10714", "-"]


def test_both_channels_of_a_wav_are_heard(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        left = voice.pcm([*voice.dtmf("10714#"), *voice.silence(700)])
        file.writeframes(b"".join(left[at : at + 2] + b"\0\0" for at in range(0, len(left), 2)))
    assert units(station().feed((tmp_path / "call.wav").read_bytes(), AT_US)) == ["10714"]


def test_a_wav_of_another_format_is_said(tmp_path: Path) -> None:
    header = wav(voice.silence(10), 8000, tmp_path / "call.wav")[:34] + (8).to_bytes(2, "little")
    (heard,) = station().feed(header + b"data\xff\xff\xff\xff" + bytes(400), AT_US)
    assert isinstance(heard.event, Unparsed)
    assert "8 bits" in heard.event.reason


@pytest.mark.parametrize("begin", [b"R", b"RIFF", b"RIFFxxxxWAVE", b"RIFFxxxxWAVEfmt \xff\xff\xff\x7f", b"RIFX"])
def test_what_only_begins_like_a_wav_keeps_memory_bounded(begin: bytes) -> None:
    made = station()
    for piece in (begin, *[bytes(5000)] * 3, voice.pcm(CALL)):
        made.feed(piece, AT_US)
    assert short(made.passed(LONG_AFTER_US)) == []


def test_a_stream_that_stops_ends_what_was_begun() -> None:
    made = station()
    assert short(made.feed(voice.pcm(voice.speech(500)), AT_US)) == ["+"]
    assert made.wake_us == AT_US + 650_000
    assert short(made.passed(AT_US + 650_000)) == ["-"]
    assert made.wake_us is None


def test_what_was_begun_before_a_lost_link_is_ended_after_it() -> None:
    made = station()
    made.feed(voice.pcm(voice.speech(500)), AT_US)
    made.opened()
    assert short(made.feed(voice.pcm(voice.silence(600)), AT_US + 30 * S)) == ["-"]


def test_the_moments_follow_our_clock_after_a_pause_of_the_stream() -> None:
    made = station()
    made.feed(voice.pcm(CALL), AT_US)
    heard = made.feed(voice.pcm(CALL), AT_US + 60 * S)
    assert at_ms(heard[0]) == pytest.approx(60_300, abs=15)


def test_a_datagram_cut_inside_a_sample_spoils_no_other() -> None:
    made = station(port="udp://127.0.0.1:7000")
    data = voice.pcm(CALL)
    heard = [one for at in range(0, len(data), 320) for one in made.feed(data[at : at + 320] + b"\x7f", AT_US)]
    assert short(heard) == ["+", "-"]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("digits", ["12345", "33477", "11111", "60222", "90817"])
def test_every_five_tone_system_is_heard_with_its_repeats(system: str, digits: str) -> None:
    sound = [*voice.silence(200), *voice.five_tone(system, digits), *voice.speech(500), *voice.silence(700)]
    heard = hear(station(five_tone=system), sound)
    assert short(heard) == ["+", digits, "-"]
    assert heard[1].raw.startswith(system.encode() + b": ")


def test_a_sequence_at_the_very_end_is_heard_too() -> None:
    assert units(hear(station(five_tone="ZVEI1"), voice.five_tone("ZVEI1", "12345"))) == ["12345"]


def test_two_tones_at_once_are_no_digit() -> None:
    both = [voice.mixed(voice.five_tone("ZVEI1", one), voice.five_tone("ZVEI1", "86420")) for one in ("13579", "97531")]
    assert units(hear(station(five_tone="ZVEI1", tones_min=3), [*both[0], *voice.silence(300), *both[1]])) == []


def test_a_fade_inside_a_tone_is_no_repeat() -> None:
    sound = voice.five_tone("CCIR", "12345")
    at = round(2.45 * 0.1 * voice.RATE)
    sound[at : at + 160] = voice.silence(20)
    assert units(hear(station(five_tone="CCIR", tone_ms=60), sound)) == ["12345"]


def test_two_calls_in_turn_are_two() -> None:
    sound = [*voice.five_tone("CCIR", "12345"), *voice.silence(250), *voice.five_tone("CCIR", "54321")]
    assert units(hear(station(five_tone="CCIR"), sound)) == ["12345", "54321"]


def test_every_key_of_dtmf_is_heard() -> None:
    assert units(hear(station(), voice.dtmf("1234567890ABCD"))) == ["1234567890ABCD"]
    assert units(hear(station(), voice.dtmf("*1122#", 45, 45))) == ["1122"]


def test_digits_with_a_pause_between_are_two_ids() -> None:
    sound = [*voice.dtmf("123"), *voice.speech(1400), *voice.dtmf("456")]
    assert units(hear(station(), sound)) == ["123", "456"]


@pytest.mark.parametrize("seed", range(4))
def test_speech_dials_nobody(seed: int) -> None:
    heard = hear(station(five_tone="ZVEI1"), [*voice.speech(6000, -9, seed), *voice.silence(700)])
    assert "-" in short(heard)
    assert set(short(heard)) <= {"+", "-"}


@pytest.mark.parametrize("db", [-30, -12, -3])
@pytest.mark.parametrize("noise_below_db", [60, 20, 12])
def test_ids_are_heard_at_any_level_and_through_noise(db: float, noise_below_db: float) -> None:
    sound = [*voice.five_tone("ZVEI1", "33477", db), *voice.silence(300), *voice.dtmf("10714#", db=db - 3)]
    sound = voice.mixed(sound, voice.noise(3000, db - noise_below_db))
    assert units(hear(station(five_tone="ZVEI1", threshold_dbfs=-45), sound)) == ["33477", "10714"]


def test_what_matches_no_pattern_is_kept_with_a_reason() -> None:
    heard = hear(station(five_tone="ZVEI1", id_patterns=[r"9(?P<unit>\d{4})"]), voice.five_tone("ZVEI1", "12345"))
    assert [getattr(one.event, "reason", "") for one in heard if one.raw] == ["the tones 12345 match no pattern"]


def test_what_is_wrong_with_the_settings_is_said() -> None:
    bad = {
        "rate": 4000,
        "threshold_dbfs": 3,
        "hang_ms": 1,
        "tone_ms": 5,
        "digit_gap_s": 0,
        "tones_min": 1,
        "start_ms": -1,
    }
    assert {problem.key for problem in check(settings(**bad))} == set(bad)
    assert check(settings()) == []


def test_it_takes_no_texts() -> None:
    with pytest.raises(CannotSend):
        station().text("10714", "hello", "1")


RECORDED = voice.pcm([*voice.dtmf("10714#"), *voice.five_tone("ZVEI1", "33477"), *voice.silence(500)])


@hypothesis_settings(max_examples=20, deadline=None)
@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    def played(pieces: list[bytes]) -> list[Heard]:
        made = station(five_tone="ZVEI1")
        return [one for piece in pieces for one in made.feed(piece, AT_US)] + made.passed(LONG_AFTER_US)

    assert units(played([RECORDED])) == ["10714", "33477"]
    assert played(torn(RECORDED, places)) == played([RECORDED])


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.binary(max_size=4000))
def test_any_bytes_are_some_sound(data: bytes) -> None:
    made = station(five_tone="EIA")
    made.feed(data, AT_US)
    made.passed(LONG_AFTER_US)
    assert short(hear(made, voice.silence(500)))[:1] in ([], ["-"])
