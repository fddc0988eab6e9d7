"""DMR, YSF, P25, NXDN, D-Star and FM by MMDVMHost's messages over MQTT."""

from adapters.radio.kind import RadioKind
from adapters.radio.mmdvm_mqtt.settings import Settings, replies_of
from adapters.radio.mmdvm_mqtt.station import MmdvmStation
from adapters.radio.recorded_messages import messages_of

KIND = RadioKind(
    name="mmdvm-mqtt",
    settings=Settings,
    make_station=MmdvmStation,
    transports=("mqtt",),
    replies=("ptt", "unit"),
    replies_of=replies_of,
    sample=messages_of,
)
