"""What a signed webhook costs before it is submitted: µs per event to verify, to read and normalise, and both.

python -m benchmarks.hook_decode [--rounds 5] [--events 20000]
"""

import argparse
import base64
import hmac
import time
from collections.abc import Callable

import msgspec

from adapters.pbx.webhook.proof import Proven
from adapters.pbx.webhook.settings import Settings
from adapters.pbx.webhook.signature import Verifier
from adapters.pbx.webhook.source import Reader
from benchmarks.measure import Measured, report

KEY = b"k" * 32
AT_S = 1_795_219_750
BODIES = {
    "canonical": b'{"id":"e-17","event":"delivered","call":"1763712550.42","leg":"801-1",'
    b'"at":"2026-11-21T08:09:10.123+08:00",'
    b'"from":"13800138000","to":"4008100911","device":"801","seq":3}',
    "three fields": b'{"event":"established","call":"1763712550.42","device":"801"}',
    "escaped": b'{"event":"delivered","call":"1763712550.42","name":"\\u738b\\u5973\\u58eb","from":"13800138000"}',
}
FORM = b"event=newCall&from=4921155667788&to=4921155443322&direction=in&callId=7871&user%5B%5D=Alice&user%5B%5D=Bob"


def us_each(work: Callable[[], object], events: int, rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(events):
            work()
        took.append((time.perf_counter() - began) / events * 1e6)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000)
    arguments = parser.parse_args()
    settings = msgspec.convert({"name": "main", "kind": "pbx-webhook", "allow_unsigned": True}, Settings)
    reader, verifier = Reader(settings), Verifier([KEY])
    form = "application/x-www-form-urlencoded"
    figures = []
    shapes = [(name, body, "application/json") for name, body in BODIES.items()] + [("sipgate form", FORM, form)]
    for name, body, content_type in shapes:
        digest = hmac.digest(KEY, f"msg_1.{AT_S}.".encode() + body, "sha256")
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(AT_S),
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }

        def verify(body: bytes = body, headers: dict[str, str] = headers) -> object:
            return verifier.verify(headers, body, "", AT_S * 1_000_000)

        def read(body: bytes = body, content_type: str = content_type) -> object:
            return reader.read(body, content_type=content_type, content_encoding="", message_id="msg_1", at_us=AT_S)

        assert verify() == Proven("signature")
        for what, work in (("verify", verify), ("read", read)):
            took = us_each(work, arguments.events, arguments.rounds)
            figures.append(Measured(f"{what}: {name}", "µs", "lower", took))
    report("hook_decode", figures)


if __name__ == "__main__":
    main()
