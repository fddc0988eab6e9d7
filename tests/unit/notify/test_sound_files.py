"""A sound lies in its folder under a name of ours, whatever is spoken and whoever asks to forget it."""

import asyncio
import sys
from pathlib import Path

import pytest

from adapters.notify.asterisk_call.speech import Speech

VOICE = """
import sys, wave
sys.stdin.read()
with wave.open(sys.stdout.buffer, "wb") as sound:
    sound.setparams((1, 2, 8000, 0, "NONE", ""))
    sound.writeframes(bytes(1600))
"""


@pytest.mark.parametrize("text", ["../../keep", "/etc/passwd", "..\\..\\keep", "a\0b", "\r\nAction: Originate", ""])
def test_no_text_and_no_name_leads_out_of_the_folder_of_sounds(tmp_path: Path, text: str) -> None:
    folder, keep = tmp_path / "sounds", tmp_path / "keep.wav"
    folder.mkdir()
    keep.write_bytes(b"mine")
    speech = Speech((sys.executable, "-c", VOICE), str(folder), "/ast")
    sound = asyncio.run(speech.record(text))
    name = sound.removeprefix("/ast/")
    assert name.removeprefix("hotline-").isalnum()
    assert [file.name for file in tmp_path.rglob("*.wav") if file != keep] == [f"{name}.wav"]
    speech.forget("/ast/../keep")
    speech.forget(f"{tmp_path}/keep")
    speech.forget(sound)
    assert list(tmp_path.rglob("*.wav")) == [keep]
