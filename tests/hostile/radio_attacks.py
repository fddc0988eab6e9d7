"""Floods on the radio's side, each for so many seconds: a broker's topic, a UDP port, a serial line."""

import asyncio
import os
import random
import socket
import time

import aiomqtt

from tests.hostile.victim import Places

_TOPIC = "mmdvm/json"
_PIECES = 64  # of noise, made beforehand: making it must not slow the flood
_chance = random.Random(7)
_NOISE = [_chance.randbytes(512) for _ in range(_PIECES)] + [
    bytes(_chance.choices(b"pdrsf0123456789ABCDEF\r\n.\x7e\x32\x42", k=512)) for _ in range(_PIECES)
]


async def mqtt_flood(places: Places, seconds: float) -> int:
    """Messages of a kilobyte on a topic that we listen to, as fast as the broker takes them, QoS 0 and 1."""
    count = 0
    until_s = time.monotonic() + seconds
    junk = [b"{" + piece.hex().encode() for piece in _NOISE]
    async with aiomqtt.Client("127.0.0.1", places.mqtt, max_queued_outgoing_messages=0) as client:
        while time.monotonic() < until_s:
            count += 1
            await client.publish(_TOPIC, junk[count % len(junk)], qos=int(count % 8 == 0), timeout=60)
    return count


async def udp_flood(places: Places, seconds: float) -> int:
    """Datagrams to a port that we listen on, as fast as the kernel takes them."""
    count = 0
    until_s = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", places.udp))
        while time.monotonic() < until_s:
            for piece in _NOISE:
                sender.send(piece)
            count += len(_NOISE)
            await asyncio.sleep(0)
    return count


async def serial_noise(places: Places, seconds: float) -> int:
    """Noise on a serial line, as fast as it takes it: far beyond any baud rate. Counted in bytes."""
    count = 0
    until_s = time.monotonic() + seconds
    os.set_blocking(places.line, False)
    while time.monotonic() < until_s:
        try:
            count += os.write(places.line, _NOISE[count % len(_NOISE)])
        except BlockingIOError:
            await asyncio.sleep(0.001)
    return count
