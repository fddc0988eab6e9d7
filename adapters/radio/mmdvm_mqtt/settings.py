"""The [[source]] of kind "mmdvm-mqtt"."""

import msgspec

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings

_SLOTS = ("1", "2")


class Settings(RadioSettings, kw_only=True):
    """`port`: mqtt://HOST:1883/NAME/json, NAME as in MMDVMHost's [MQTT] section."""

    slots: dict[str, str] = msgspec.field(default_factory=dict)  # DMR slots' channels: { 1 = "Guards" }; else CHANNEL-1
    network_is_control: bool = False  # what comes by the network is control speaking, not units at other repeaters

    def __post_init__(self) -> None:
        if self.replies is None and not self.network_is_control:
            self.replies = ("unit",)  # the repeater's transmitter follows whoever speaks: it shows no reply


def check(settings: Settings) -> list[Problem]:
    wrong = sorted(slot for slot in settings.slots if slot not in _SLOTS)
    return [Problem("slots", slot, 'DMR has the slots "1" and "2"') for slot in wrong]
