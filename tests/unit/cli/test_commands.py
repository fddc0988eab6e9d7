"""The commands as a user types them: exit codes, words, no traceback for a user's mistake."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from gateway.cli import main

SECRET = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
RING = b'{"event": "delivered", "call": "c-1", "from": "13800138000", "to": "4001", "at": "2026-11-21T08:00:00.000Z"}'


class Done(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs in this process, as the program's `main` does."""

    def run(*arguments: str | Path) -> Done:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Done(int(left.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def configured(tmp_path: Path, free_port: Callable[[], int]) -> Path:
    (tmp_path / "hook-secret.txt").write_text(SECRET)
    (tmp_path / "hook-secret.txt").chmod(0o600)
    path = tmp_path / "hotline.toml"
    path.write_text(
        f"""
        [gateway]
        site = "riverside"
        http = "127.0.0.1:{free_port()}"

        [[source]]
        name = "main"
        kind = "pbx-webhook"
        secret_file = "hook-secret.txt"

        [rules.three_rings]
        rings = 3
        """
    )
    return path


def change(configured: Path, old: str, new: str) -> Path:
    configured.write_text(configured.read_text().replace(old, new))
    return configured


def address(configured: Path) -> str:
    return next(line.split('"')[1] for line in configured.read_text().splitlines() if "http =" in line)


async def started(configured: Path) -> asyncio.subprocess.Process:
    """The gateway, once /readyz answers 200."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "run", "--config", str(configured)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with aiohttp.ClientSession() as http, asyncio.timeout(180):
        while True:
            try:
                async with http.get(f"http://{address(configured)}/readyz") as answer:
                    if answer.status == 200:
                        return process
            except aiohttp.ClientConnectionError:
                assert process.returncode is None
            await asyncio.sleep(0.05)


async def test_run_prints_the_token_it_made_and_ends_cleanly_on_sigterm(configured: Path) -> None:
    process = await started(configured)
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert process.returncode == 0
    assert (configured.parent / "token.txt").read_text().strip() in out.decode()
    assert "/login?code=" in out.decode()
    assert "Traceback" not in err.decode()
    assert json.loads(err.splitlines()[-1])["event"] == "stopped"


async def test_what_the_gateway_writes_is_not_for_every_account_of_the_machine(configured: Path) -> None:
    process = await started(configured)
    written = [path for path in configured.parent.iterdir() if path.name.startswith("hotline.db")]
    open_to_all = [path.name for path in written if path.stat().st_mode & 0o007]
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert (len(written) >= 3, open_to_all) == (True, [])  # the store, its WAL, its lock


async def test_sighup_takes_new_rules_and_keeps_the_old_ones_on_an_error(configured: Path) -> None:
    process = await started(configured)
    assert process.stderr is not None

    async def said(words: str) -> str:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            while words not in (line := (await process.stderr.readline()).decode()):
                assert line, f"ended without {words!r}"
        return line

    change(configured, "rings = 3", "rings = 2")
    process.send_signal(signal.SIGHUP)
    assert "three_rings.rings: 3 → 2" in await said("rule changed")
    await said("rules in force")
    change(configured, "rings = 2", 'rings = "two"')
    process.send_signal(signal.SIGHUP)
    assert "rules.three_rings.rings" in await said("configuration not taken")
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_a_number_is_erased_once_the_gateway_is_stopped_and_only_when_it_is_meant(
    configured: Path, command: Command
) -> None:
    process = await started(configured)
    asked = ("erase", "--config", configured, "--number", "+86 138 0013 8000")
    assert "stop that one" in (await asyncio.to_thread(command, *asked, "--yes")).err
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    counted = await asyncio.to_thread(command, *asked)
    assert "0 records and 0 journal entries would be erased" in counted.out
    assert "are erased" in (await asyncio.to_thread(command, *asked, "--yes")).out
    told = (await asyncio.to_thread(command, "audit", "show", "--config", configured, "--what", "records_erased")).out
    assert "number" in told
    assert "0008000" not in told
    for wrong in ((), ("--number", "anonymous"), ("--number", "13800138000", "--older-than", "9")):
        assert (await asyncio.to_thread(command, "erase", "--config", configured, *wrong)).code == 1


async def test_a_taken_port_is_said_with_the_cure(configured: Path) -> None:
    first = await started(configured)
    second = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "run", "--config", str(configured)), stderr=asyncio.subprocess.PIPE
    )
    _, err = await second.communicate()
    first.send_signal(signal.SIGTERM)
    await first.communicate()
    assert second.returncode == 1
    assert "is taken" in err.decode()
    assert "Traceback" not in err.decode()


async def test_replay_shows_what_other_rules_would_say(configured: Path, command: Command, tmp_path: Path) -> None:
    process = await started(configured)
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    shutil.copy(configured, tmp_path / "other.toml")
    other = change(tmp_path / "other.toml", "rings = 3", "rings = 1")
    done = await asyncio.to_thread(command, "replay", other, "--config", configured)
    assert done.code == 0, done.err
    assert "No verdict differs" in done.out


def test_a_wrong_configuration_ends_with_78_and_lists_everything(configured: Path, command: Command) -> None:
    change(configured, "rings = 3", "rings = 3\nwarn_at_rings = [9]\nboundry = 'x'")
    for name in ("run", "check-config", "show-config"):
        done = command(name, "--config", configured)
        assert done.code == 78
        assert "2 mistakes" in done.err
        assert "rules.three_rings.boundry" in done.err


def test_check_config_says_what_is_right(configured: Path, command: Command) -> None:
    done = command("check-config", "--config", configured)
    assert done.code == 0
    assert "is right" in done.out
    assert "rs-" in done.out


def test_decode_shows_the_events_of_a_recorded_payload(tmp_path: Path, command: Command) -> None:
    (tmp_path / "ring.json").write_bytes(RING)
    done = command("decode", tmp_path / "ring.json", "--json")
    assert done.code == 0
    assert json.loads(done.out)["type"] == "Delivered"
    assert json.loads(done.out)["caller"] == "13800138000"
    assert "Delivered" in command("decode", tmp_path / "ring.json").out


def test_decode_reads_several_payloads_and_says_what_the_rules_would_say(tmp_path: Path, command: Command) -> None:
    answered = RING.replace(b"delivered", b"established").replace(b"08:00:00.000", b"08:00:15.000")
    (tmp_path / "call.jsonl").write_bytes(RING + b"\n" + answered)
    done = command("decode", tmp_path / "call.jsonl", "--judge")
    assert done.code == 0, done.err
    assert "breached" in done.out
    assert "three_rings" in done.out
    assert "T08:00:15.000Z" in done.out  # whole, in a terminal of 80 columns
    assert "\\n" not in done.out


def test_decode_guesses_a_manager_stream(tmp_path: Path, command: Command) -> None:
    (tmp_path / "ami.txt").write_bytes(b"Asterisk Call Manager/5.0.1\r\nEvent: FullyBooted\r\nUptime: 5\r\n\r\n")
    assert "manager events" in command("decode", tmp_path / "ami.txt").out


def test_decode_of_a_kind_prints_one_object_a_line_with_the_bytes_of_each(tmp_path: Path, command: Command) -> None:
    (tmp_path / "tait.bin").write_bytes(b"p0205C9\r.p0206C8\r\xffp0207C7\r")
    done = command("decode", "--kind", "tait-ccdi", tmp_path / "tait.bin")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["type"] for line in lines] == [
        "TransmissionStarted", "TransmissionEnded", "Unparsed", "ControlTransmitting"
    ]  # fmt: skip
    assert lines[0]["raw"] == "p0205C9\r"
    assert lines[1]["reason"] == "end"
    assert lines[2]["raw"] == "ff"
    assert lines[3]["on"] is True
    assert done.err == "3 events, 1 unreadable bytes\n"
    (tmp_path / "tait.hex").write_text("70 30 32 30 35 43 39\n0d # in two lines\n")
    assert "is not hexadecimal" in command("decode", "--kind", "tait-ccdi", "--hex", tmp_path / "tait.hex").err
    (tmp_path / "tait.hex").write_text("# press\n70 30 32 30 35\n0x43:0x39 0D\n")
    assert "TransmissionStarted" in command("decode", "--kind", "tait-ccdi", "--hex", tmp_path / "tait.hex").out


def test_decode_names_the_cure_of_a_file_that_it_cannot_read(tmp_path: Path, command: Command) -> None:
    for file, words in (
        (tmp_path / "none.json", "there is no file"),
        (tmp_path, "is a folder: name a file in it"),
        ("/proc/self/mem", "your user must be able to read it"),
    ):
        done = command("decode", file)
        assert done.code == 1
        assert words in done.err


def test_decode_of_a_kind_takes_pbx_payloads_and_manager_streams_too(tmp_path: Path, command: Command) -> None:
    (tmp_path / "ring.json").write_bytes(RING)
    told = command("decode", "--kind", "pbx-webhook", "--content-type", "application/json", tmp_path / "ring.json").out
    assert json.loads(told)["type"] == "Delivered"
    assert json.loads(told)["raw"] == RING.decode()
    (tmp_path / "ami.txt").write_text("Event: Hangup\nUniqueid: 1.1\nLinkedid: 1.1\nChannel: PJSIP/t-1\nCause: 16\n\n")
    assert '"raw": "Event: Hangup' in command("decode", "--kind", "asterisk-ami", tmp_path / "ami.txt").out


def test_decode_says_which_kinds_there_are_and_which_need_their_settings(tmp_path: Path, command: Command) -> None:
    (tmp_path / "some").write_bytes(b"x")
    assert 'did you mean "tait-ccdi"' in command("decode", "--kind", "tait-cdi", tmp_path / "some").err
    assert "--source" in command("decode", "--kind", "line-table", tmp_path / "some").err


def test_a_line_table_is_tried_with_a_recorded_sample(configured: Path, tmp_path: Path, command: Command) -> None:
    table = """
        [[source]]
        name = "gate"
        kind = "line-table"
        port = "/dev/ttyUSB9"
        [[source.lines]]
        match = 'RX (?P<unit>\\d+)'
        event = "TransmissionStarted"
        """
    configured.write_text(configured.read_text() + table)
    (tmp_path / "log.txt").write_text("RX 1201\nwhat?\n")
    done = command("decode", "--config", configured, "--source", "gate", tmp_path / "log.txt")
    assert "1201" in done.out
    assert "Unparsed" in done.out
    asked = command("decode", "--config", configured, "--source", "gate", "--kind", "line-table", tmp_path / "log.txt")
    assert [json.loads(line)["type"] for line in asked.out.splitlines()] == ["TransmissionStarted", "Unparsed"]
    assert (
        "is of kind"
        in command("decode", "--config", configured, "--source", "gate", "--kind", "vox", tmp_path / "log.txt").err
    )


def test_decode_tells_what_it_cannot_read(tmp_path: Path, command: Command) -> None:
    (tmp_path / "odd.json").write_bytes(b'{"event": "rung"}')
    odd = command("decode", tmp_path / "odd.json")
    assert odd.code == 1
    assert "Unparsed" in odd.out


def test_decode_needs_the_configuration_that_has_the_source(configured: Path, tmp_path: Path, command: Command) -> None:
    (tmp_path / "ring.json").write_bytes(RING)
    assert "--config" in command("decode", tmp_path / "ring.json", "--source", "main").err
    done = command("decode", tmp_path / "ring.json", "--source", "mian", "--config", configured)
    assert 'did you mean "main"?' in done.err


def test_token_makes_another_one_each_time(command: Command) -> None:
    first, second = command("token").out, command("token").out
    assert first != second
    assert len(first.strip()) > 40
    assert command("token", "--webhook").out.startswith("whsec_")


def test_simulate_names_the_sources_there_are(configured: Path, command: Command) -> None:
    done = command("simulate", "--config", configured, "--source", "mian")
    assert done.code == 1
    assert 'did you mean "main"?' in done.err


def test_simulate_says_where_radios_are_played(tmp_path: Path, command: Command) -> None:
    config = tmp_path / "hotline.toml"
    source = '[[source]]\nname = "tower"\nkind = "tait-ccdi"\nport = "/dev/ttyUSB0"\n'
    config.write_text(f'[gateway]\nsite = "riverside"\n{source}', encoding="utf-8")
    done = command("simulate", "--config", config)
    assert done.code == 1
    assert "hotline-gateway demo" in done.err


def test_simulate_says_which_webhooks_it_cannot_send(tmp_path: Path, command: Command) -> None:
    (tmp_path / "token.txt").write_text("a-token-of-the-path-0123\n", encoding="utf-8")
    config = tmp_path / "hotline.toml"
    source = '[[source]]\nname = "cloud"\nkind = "pbx-webhook"\npath_token_file = "token.txt"\n'
    config.write_text(f'[gateway]\nsite = "riverside"\n{source}', encoding="utf-8")
    done = command("simulate", "--config", config)
    assert done.code == 1
    assert "hotline-gateway decode --source cloud" in done.err


@pytest.mark.parametrize("wrong", [("--traffic", "lots"), ("--calls", "-5"), ("--factor", "0")])
def test_simulate_says_what_an_option_may_be(configured: Path, command: Command, wrong: tuple[str, str]) -> None:
    done = command("simulate", "--config", configured, *wrong)
    assert done.code == 2
    assert wrong[0] in done.err
