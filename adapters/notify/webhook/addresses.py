"""Which addresses an outgoing webhook may reach: public ones, so that a URL cannot be used to look into our network."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# RFC 6052: the last 32 bits of these are an IPv4 address, reached through a translator.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def is_public(address: str) -> bool:
    """False for loopback, private, link-local (with the clouds' metadata), multicast, reserved and unspecified ones,
    also where one is wrapped into an IPv6 address. False for what is no address.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (ip, *_inner(ip)))


def written_in(host: str) -> str | None:
    """The address that a host spells by itself, as the resolver will read it: `127.1`, `0x7f.1`, `localhost`, too."""
    if host.rstrip(".").rpartition(".")[2] == "localhost":  # yarl gives it in small letters; RFC 6761
        return "127.0.0.1"
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None  # a name


def _inner(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries in itself."""
    if isinstance(ip, IPv4Address):
        return []
    carried = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if any(ip in network for network in _TRANSLATED):
        carried.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    if int(ip) >> 32 == 0:  # ::a.b.c.d, deprecated
        carried.append(IPv4Address(int(ip)))
    return [one for one in carried if one is not None]
