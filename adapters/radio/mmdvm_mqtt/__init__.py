"""DMR, YSF, P25, NXDN, D-Star and FM by MMDVMHost's messages over MQTT."""

from adapters.radio.kind import RadioKind
from adapters.radio.mmdvm_mqtt.settings import Settings, check
from adapters.radio.mmdvm_mqtt.station import MmdvmStation

KIND = RadioKind(
    name="mmdvm-mqtt",
    settings=Settings,
    make_station=MmdvmStation,
    transports=("mqtt",),
    replies=("ptt", "unit"),
    check=check,
)
