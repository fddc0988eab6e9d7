"""Which transport a source's ports are opened by."""

from collections.abc import Callable
from hashlib import blake2b

from adapters.errors import PeerRefused
from adapters.radio.kind import RadioKind
from adapters.radio.settings import RadioSettings
from adapters.radio.transports.address import Address, parse
from adapters.radio.transports.modem_lines import ModemLines
from adapters.radio.transports.mqtt import MqttMessages, Subscription, Unanswered
from adapters.radio.transports.remote_serial import RemoteSerial
from adapters.radio.transports.serial_line import SerialLine
from adapters.radio.transports.tcp import TcpLine
from adapters.radio.transports.transport import Transport
from adapters.radio.transports.udp import Datagrams
from adapters.secrets import read_secret

Opener = Callable[[], Transport]


def opener(kind: RadioKind, settings: RadioSettings, port: str) -> Opener:
    """Makes a transport for each new opening of `port`. Needs settings that were checked."""
    address = parse(port)
    baud = settings.baud or kind.baud
    if kind.modem_lines:
        poll_s = getattr(settings, "poll_ms", 20) / 1000
        return lambda: ModemLines(port, rts=settings.rts, dtr=settings.dtr, poll_s=poll_s)
    match address.transport:
        case "serial":
            return lambda: SerialLine(port, baud=baud, rts=settings.rts, dtr=settings.dtr)
        case "rfc2217":
            return lambda: RemoteSerial(_url(address), baud=baud, rts=settings.rts, dtr=settings.dtr)
        case "socket":
            return lambda: TcpLine(address.host, address.port)
        case "udp":
            listens = "connect" not in address.options and ("listen" in address.options or kind.udp == "listen")
            return lambda: Datagrams(address.host, address.port, listens=listens)
        case "mqtt":
            unanswered = Unanswered()
            return lambda: MqttMessages(_subscription(settings, address), unanswered)


def _url(address: Address) -> str:
    options = "&".join(sorted(address.options))
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"rfc2217://{host}:{address.port}" + (f"?{options}" if options else "")


def _subscription(settings: RadioSettings, address: Address) -> Subscription:
    """The broker keeps a session for the name: another topic is another session, or the old one's would still come."""
    try:
        passwords = read_secret(settings.password_file, settings.password_env)
    except (OSError, KeyError) as error:  # it was good at the start: somebody changed it
        raise PeerRefused(f"our password cannot be read any more: {error}") from error
    topic = blake2b(address.path.encode(), digest_size=4).hexdigest()
    return Subscription(
        host=address.host,
        port=address.port,
        topic=address.path,
        identifier=f"hotline-{settings.name}-{topic}",
        username=settings.username or None,
        password=passwords[0].decode() if passwords else None,
        tls=address.tls,
    )
