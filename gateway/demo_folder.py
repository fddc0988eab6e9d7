"""The folder of `make run`: its configuration, its tables, its secret; made once, then the user's."""

import base64
import json
import os
import secrets
import socket
from pathlib import Path

import msgspec

from gateway.config import Config, load

SOURCE = "main"  # the hotline's
RADIO_PORTS = "radio"  # the folder of the pretend base stations' ports
MQTT_PORT = 1883  # IANA's; another one where it is taken

_CONFIGURATION = """\
# Made by `hotline-gateway demo`. Change what you like and start it again; delete the folder to begin anew.
[gateway]
site = "riverside"
http = "127.0.0.1:8470"
store = "sqlite:///hotline.db"
timezone = "Asia/Shanghai"
api_token_file = "token.txt"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
country = "CN"

[[source]]
name = "tower"
kind = "tait-ccdi"
port = {ch1}
channel = "CH1"

[[source]]
name = "workshop"
kind = "kenwood-fleetsync"
port = {ch2}
channel = "CH2"
own_units = ["100-4000"]

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"

[[line]]
number = "4008100911"
name = "服务热线"

[[line]]
number = "02368801234"
name = "前台"

[[channel]]
channel = "CH1"
name = "秩序"

[[channel]]
channel = "CH2"
name = "工程"

[radio]
units_file = "units.csv"
"""
_SITE = Path(__file__).parent / "demo_site"  # its people, its numbers, its neighbours


def prepare(folder: Path, port: int | None) -> Config:
    """The folder's configuration, made with its secret where there is none. `port`: for the board, this time."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "hotline.toml"
    if not file.exists():
        _write_secret(folder / "hook-secret.txt")
        for table in ("units.csv", "residents.csv"):  # as office programs write them
            (folder / table).write_text((_SITE / table).read_text(encoding="utf-8"), encoding="utf-8-sig")
        ch1, ch2 = (
            json.dumps(str(folder.absolute() / RADIO_PORTS / name), ensure_ascii=False) for name in ("ch1", "ch2")
        )
        text = _CONFIGURATION.format(mqtt_port=_free_mqtt_port(), ch1=ch1, ch2=ch2)
        told = [(_SITE / table).read_text(encoding="utf-8") for table in ("people.toml", "emergency.toml")]
        file.write_text("\n".join([text, *told]), encoding="utf-8")
    config = load(file)
    if port is None:
        return config
    host = config.gateway.http.rpartition(":")[0]
    return config._replace(gateway=msgspec.structs.replace(config.gateway, http=f"{host}:{port}"))


def _write_secret(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as output:
        output.write(b"whsec_" + base64.b64encode(secrets.token_bytes(32)) + b"\n")


def _free_mqtt_port() -> int:
    if is_free(MQTT_PORT):
        return MQTT_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
