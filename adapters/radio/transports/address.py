"""What a `port` names: a device, or socket:// rfc2217:// udp:// mqtt:// with host and port."""

from typing import Literal, NamedTuple
from urllib.parse import urlsplit

TransportName = Literal["serial", "socket", "rfc2217", "udp", "mqtt"]

FORMS: dict[TransportName, str] = {
    "serial": "/dev/serial/by-path/…",
    "socket": "socket://HOST:PORT",
    "rfc2217": "rfc2217://HOST:PORT",
    "udp": "udp://HOST:PORT",
    "mqtt": "mqtt://HOST:1883/TOPIC",
}
_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_OPTIONS: dict[TransportName, frozenset[str]] = {
    "rfc2217": frozenset({"ign_set_control", "poll_modem"}),  # pyserial's own
    "udp": frozenset({"connect", "listen"}),
}


class Address(NamedTuple):
    """`path`: the device, or the MQTT topic. `options`: what follows the question mark."""

    transport: TransportName
    host: str = ""
    port: int = 0
    path: str = ""
    options: frozenset[str] = frozenset()
    tls: bool = False


def parse(port: str) -> Address:
    """Raises ValueError with what to write instead."""
    scheme, mark, rest = port.partition("://")
    if not mark:
        if not port.startswith("/"):
            raise ValueError("write a device with its whole path, such as /dev/serial/by-path/…, or a URL")
        return Address("serial", path=port)
    if scheme in _MQTT_PORTS:
        return _mqtt(scheme, rest)
    if scheme == "socket":
        return _network("socket", rest)
    if scheme == "rfc2217":
        return _network("rfc2217", rest)
    if scheme == "udp":
        return _network("udp", rest)
    raise ValueError(f"{scheme}:// is not known; known are {', '.join(FORMS.values())}")


def _network(transport: TransportName, rest: str) -> Address:
    location, _, query = rest.partition("?")
    host, port = _host_port(location.rstrip("/"), FORMS[transport])
    if not port:
        raise ValueError(f"the port's number is missing: {FORMS[transport]}")
    options = frozenset(query.split("&")) if query else frozenset()
    known = _OPTIONS.get(transport, frozenset())
    if unknown := options - known:
        there = f"known here: {', '.join(sorted(known))}" if known else "take off what follows the question mark"
        raise ValueError(f"?{min(unknown)} is not known; {there}")
    return Address(transport, host, port, options=options)


def _mqtt(scheme: str, rest: str) -> Address:
    location, _, topic = rest.partition("/")  # by hand: # and ? may stand in a topic
    if "@" in location:
        raise ValueError("take user and password out: use username and password_file")
    host, port = _host_port(location, FORMS["mqtt"])
    if not topic:
        raise ValueError(f"name the topic to listen to: {FORMS['mqtt']}; + and # are wildcards")
    return Address("mqtt", host, port or _MQTT_PORTS[scheme], path=topic, tls=scheme == "mqtts")


def _host_port(location: str, form: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{location}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"write {form} ({error})") from None
    if not host or parts.path or parts.username is not None:
        raise ValueError(f"write {form}")
    return host, port or 0
