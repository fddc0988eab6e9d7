"""The [[source]] of kind "mmdvm-mqtt"."""

from adapters.radio.settings import RadioSettings
from rules.settings import ReplyBy


class Settings(RadioSettings, kw_only=True):
    """`port`: mqtt://HOST:1883/NAME/json, NAME of its [MQTT] section. DMR's slots are CHANNEL-1, CHANNEL-2."""

    network_is_control: bool = False  # what comes by the network is control speaking, not units at other repeaters


def replies_of(settings: Settings) -> tuple[ReplyBy, ...]:
    """The repeater's transmitter follows whoever speaks: only by the network, or an id of ours, a reply can be told."""
    return ("ptt", "unit") if settings.network_is_control else ("unit",)
