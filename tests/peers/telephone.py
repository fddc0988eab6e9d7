"""A SIP telephone to be played by hand: what sipp's scenarios cannot, such as two calls at once on one telephone.

It speaks just enough of RFC 3261 for a PBX on loopback; REFER with Replaces by RFC 3515 and 3891. Its only sound is
silence, and keys as events of RFC 4733.
"""

import asyncio
import contextlib
import re
import secrets
import struct
from typing import Self
from urllib.parse import quote

Headers = dict[str, list[str]]
_ECHOED = ("via", "from", "to", "call-id", "cseq", "record-route")
_PCMU, _EVENTS = 0, 101  # RTP payload types
_PACKET_S, _SAMPLES = 0.02, 160  # a packet's sound
_SILENCE = b"\xff" * _SAMPLES
_REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 486: "Busy Here", 487: "Request Terminated"}


class Telephone(asyncio.DatagramProtocol):
    """Use as `async with Telephone(number, port, pbx_port)`."""

    def __init__(self, number: str, port: int, pbx_port: int) -> None:
        self.number, self.port, self.pbx_port = number, port, pbx_port
        self._talks: dict[str, Talk] = {}
        self._ringing: asyncio.Queue[Talk] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self._sound: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        self._sound, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._transport
        assert self._sound
        self._transport.close()
        self._sound.close()

    async def rings(self, within_s: float = 60.0) -> "Talk":
        """The next call that comes in; its caller hears ringing."""
        async with asyncio.timeout(within_s):
            talk = await self._ringing.get()
        talk.reply(180)
        return talk

    def dial(self, called: str, caller: str = "") -> "Talk":
        talk = Talk(self, secrets.token_hex(8))
        talk.near = f'"telephone" <sip:{caller or self.number}@127.0.0.1>;tag={secrets.token_hex(4)}'
        talk.target = f"sip:{called}@127.0.0.1:{self.pbx_port}"
        talk.far = f"<{talk.target}>"
        self._talks[talk.id] = talk
        talk.request("INVITE", sdp=True)
        return talk

    @property
    def media_port(self) -> int:
        assert self._sound
        return int(self._sound.get_extra_info("sockname")[1])

    def send_sound(self, packet: bytes, port: int) -> None:
        assert self._sound
        self._sound.sendto(packet, ("127.0.0.1", port))

    def send(self, text: str) -> None:
        assert self._transport
        self._transport.sendto(text.encode(), ("127.0.0.1", self.pbx_port))

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:  # noqa: ARG002 (asyncio's own signature)
        head_text, _, body = data.decode(errors="replace").partition("\r\n\r\n")
        head = head_text.split("\r\n")
        headers: Headers = {"sdp": [body]}
        for line in head[1:]:
            key, _, value = line.partition(":")
            headers.setdefault(key.lower(), []).append(value.strip())
        word = head[0].split()
        talk = self._talks.get(headers["call-id"][0])
        if word[0] == "SIP/2.0":
            if talk:
                talk.heard_answer(int(word[1]), headers)
        elif talk:
            talk.heard_request(word[0], headers)
        elif word[0] == "INVITE":
            self._called(headers)

    def _called(self, headers: Headers) -> None:
        talk = self._talks[headers["call-id"][0]] = Talk(self, headers["call-id"][0])
        talk.invitation = headers
        talk.hears_at(headers)
        talk.far, talk.near = headers["from"][0], f"{headers['to'][0]};tag={secrets.token_hex(4)}"
        talk.target = _address(headers["contact"][0])
        talk.reply(100)
        self._ringing.put_nowait(talk)


class Talk:
    """One dialogue of a telephone, from either side."""

    def __init__(self, telephone: Telephone, id_: str) -> None:
        self.id = id_
        self.near = self.far = self.target = ""  # From, To and where requests go
        self.invitation: Headers = {}
        self._telephone = telephone
        self._sequence = self._version = 0
        self._far_media = 0  # the port where the other side hears
        self._rtp = struct.unpack("!HII", secrets.token_bytes(10))  # sequence, timestamp, source
        self._answers: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._over = asyncio.Event()
        self._handed_over = asyncio.Event()

    async def answered(self, within_s: float = 60.0) -> None:
        assert await self._final("INVITE", within_s) == 200

    async def rings_there(self) -> None:
        """The other side rings, so it has told its half of the dialogue's name."""
        async with asyncio.timeout(60):
            while await self._answers.get() != ("INVITE", 180):
                pass

    async def over(self, within_s: float = 60.0) -> None:
        """The other side hung up, or gave up."""
        async with asyncio.timeout(within_s):
            await self._over.wait()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def answer(self) -> None:
        self.reply(200, sdp=True)

    def hang_up(self) -> None:
        if not self._over.is_set():
            self._over.set()
            self.request("BYE")

    async def hold(self) -> None:
        self.request("INVITE", sdp=True, direction="sendonly")
        assert await self._final("INVITE") == 200

    async def presses(self, key: str) -> None:
        """By INFO, as endpoints with dtmf_mode = info take it; again and again, until the other side hangs up."""
        body = f"Signal={key}\r\nDuration=160\r\n"
        async with asyncio.timeout(60):
            while not self.is_over:
                self.request("INFO", body=("application/dtmf-relay", body))
                with contextlib.suppress(TimeoutError):
                    await self.over(within_s=1)

    def hears_at(self, headers: Headers) -> None:
        found = re.search(r"^m=audio (\d+)", headers["sdp"][0], re.MULTILINE)
        if found:
            self._far_media = int(found[1])

    async def presses_in_sound(self, key: str) -> None:
        """By RFC 4733, as nearly every telephone does: the event in the stream of sound, its end told three times."""
        for _ in range(10):
            await self._sounds(_PCMU, _SILENCE)
        event = "0123456789*#".index(key)
        began = True
        for place in range(1, 9):
            body = struct.pack("!BBH", event, 10, place * _SAMPLES)
            await self._sounds(_EVENTS, body, marker=began, lasts=0)
            began = False
        for _ in range(3):
            await self._sounds(_EVENTS, struct.pack("!BBH", event, 0x80 | 10, 8 * _SAMPLES), lasts=0)
        sequence, timestamp, source = self._rtp
        self._rtp = sequence, timestamp + 8 * _SAMPLES, source

    async def _sounds(self, kind: int, body: bytes, *, marker: bool = False, lasts: int = _SAMPLES) -> None:
        """One packet in its time. `lasts`: by so many samples the next is later; an event keeps the moment it began."""
        sequence, timestamp, source = self._rtp
        head = struct.pack("!BBHII", 0x80, kind | marker << 7, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source)
        self._telephone.send_sound(head + body, self._far_media)
        self._rtp = sequence + 1, timestamp + lasts, source
        await asyncio.sleep(_PACKET_S)

    async def transfer(self, to: str, instead_of: "Talk | None" = None) -> None:
        """Send the other side to `to`, in the place this telephone has in `instead_of`. It is there on return."""
        replaces = ""
        if instead_of:
            tags = f"to-tag={_tag(instead_of.far)};from-tag={_tag(instead_of.near)}"
            replaces = "?Replaces=" + quote(f"{instead_of.id};{tags}", safe="")
        to = f"<sip:{to}@127.0.0.1:{self._telephone.pbx_port}{replaces}>"
        self.request("REFER", more=f"Refer-To: {to}\r\nReferred-By: {self.near.partition(';')[0]}\r\n")
        assert await self._final("REFER") == 202
        async with asyncio.timeout(60):
            await self._handed_over.wait()

    def request(
        self,
        method: str,
        *,
        sdp: bool = False,
        direction: str = "sendrecv",
        more: str = "",
        body: tuple[str, str] | None = None,
    ) -> None:
        """`body`: its type and text; else `sdp`, or none."""
        if method != "ACK":
            self._sequence += 1
        head = (
            f"{method} {self.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._telephone.port};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
            f"From: {self.near}\r\nTo: {self.far}\r\nCall-ID: {self.id}\r\n"
            f"CSeq: {self._sequence} {method}\r\nMax-Forwards: 70\r\n{more}"
        )
        if body is None:
            self._telephone.send(head + self._rest(direction if sdp else ""))
        else:
            self._telephone.send(f"{head}Content-Type: {body[0]}\r\nContent-Length: {len(body[1])}\r\n\r\n{body[1]}")

    def reply(self, code: int, *, to: Headers | None = None, sdp: bool = False) -> None:
        """Answer the invitation, or the request `to`."""
        request = self.invitation if to is None else to
        lines = [f"{key}: {value}" for key in _ECHOED for value in request.get(key, ())]
        if to is None and code > 100:
            lines = [f"To: {self.near}" if line.startswith("to:") else line for line in lines]
        head = f"SIP/2.0 {code} {_REASONS[code]}\r\n" + "\r\n".join(lines) + "\r\n"
        self._telephone.send(head + self._rest("sendrecv" if sdp else ""))

    def heard_answer(self, code: int, headers: Headers) -> None:
        method = headers["cseq"][0].split()[1]
        if method == "INVITE" and 100 < code <= 200:
            self.far, self.target = headers["to"][0], _address(headers["contact"][0])
            self.hears_at(headers)
        if method == "INVITE" and code == 200:
            self.request("ACK")
        self._answers.put_nowait((method, code))

    def heard_request(self, method: str, headers: Headers) -> None:
        if method == "ACK":
            return
        self.reply(200, to=headers, sdp=method == "INVITE")
        if method == "CANCEL":
            self.reply(487)
        if method == "NOTIFY" and headers["sdp"][0].startswith("SIP/2.0 200"):  # of the REFER
            self._handed_over.set()
        if method in {"BYE", "CANCEL"}:
            self._over.set()

    async def _final(self, method: str, within_s: float = 60.0) -> int:
        async with asyncio.timeout(within_s):
            while True:
                told, code = await self._answers.get()
                if told == method and code >= 200:
                    return code

    def _rest(self, direction: str) -> str:
        contact = f"Contact: <sip:{self._telephone.number}@127.0.0.1:{self._telephone.port}>\r\n"
        if not direction:
            return contact + "Content-Length: 0\r\n\r\n"
        self._version += 1
        body = (
            f"v=0\r\no=- 1 {self._version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self._telephone.media_port} RTP/AVP {_PCMU} {_EVENTS}\r\na=rtpmap:{_PCMU} PCMU/8000\r\n"
            f"a=rtpmap:{_EVENTS} telephone-event/8000\r\na=fmtp:{_EVENTS} 0-16\r\na={direction}\r\n"
        )
        return f"{contact}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"


def _address(contact: str) -> str:
    found = re.search(r"<([^>]*)>", contact)
    assert found, contact
    return found[1]


def _tag(header: str) -> str:
    return header.rpartition("tag=")[2]
