"""The hooks as senders meet them: over HTTP, with every answer the documentation promises."""

import asyncio
import gzip
import hmac
import json
from collections.abc import AsyncIterator

import pytest

from adapters.errors import Overloaded, StoreError
from gateway.web.door.failures import ADDRESSES_MAX, FAILURES_MAX, Failures
from gateway.web.door.hooks import HookCounts
from rules.events import Delivered, Held, Unparsed
from tests.contract.hooks.conftest import AT_S, PATH_TOKEN, TOKEN, ZOOM_KEY, Door, sign, sign_as_zoom

RING = {"event": "delivered", "call": "c1", "from": "13800138000", "to": "4001"}
RING_BYTES = json.dumps(RING).encode()
BEARER = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}


async def test_a_signed_event_is_accepted_with_its_raw_bytes(door: Door) -> None:
    assert await door.signed(RING) == (200, {"status": "accepted", "events": 1, "duplicates": 0})
    incoming = door.intake.committed[0]
    assert incoming.event == Delivered(source="main", call="c1", role="agent", caller="13800138000", called="4001")
    assert incoming.raw == RING_BYTES
    assert incoming.at_us == AT_S * 1_000_000


async def test_the_answer_leaves_only_after_the_commit(door: Door) -> None:
    door.intake.gate.clear()
    sending = asyncio.create_task(door.signed(RING))
    await door.intake.entered.wait()
    assert not sending.done()
    assert door.intake.committed == []
    door.intake.gate.set()
    assert (await sending)[0] == 200


async def test_the_same_event_again_is_accepted_and_counted_once(door: Door) -> None:
    await door.signed(RING)
    assert await door.signed(RING) == (200, {"status": "accepted", "events": 1, "duplicates": 1})
    assert len(door.intake.committed) == 1


async def test_the_events_own_id_outlives_the_requests(door: Door) -> None:
    await door.signed({**RING, "id": "e1"}, "msg_1")
    assert (await door.signed({**RING, "id": "e1"}, "msg_2"))[1]["duplicates"] == 1
    assert (await door.signed({**RING, "id": "e2"}, "msg_2"))[1]["duplicates"] == 0


async def test_one_id_of_two_sources_is_two_events(door: Door) -> None:
    body = json.dumps({**RING, "id": "e1"}).encode()
    for name in ("token", "drops"):
        assert (await door.send(f"/hooks/pbx/{name}", body, headers=BEARER))[1]["duplicates"] == 0


async def test_an_identical_body_without_any_id_is_the_same_for_two_seconds(door: Door) -> None:
    told = []
    for later_us in (0, 1_999_999, 2_000_000, 2_500_000):
        door.intake.at_us = AT_S * 1_000_000 + later_us
        told.append((await door.send("/hooks/pbx/token", RING_BYTES, headers=BEARER))[1]["duplicates"])
    assert told == [0, 1, 0, 1]


async def test_an_identical_body_with_a_time_is_always_the_same(door: Door) -> None:
    body = json.dumps({**RING, "at": AT_S}).encode()
    for later_us, duplicates in ((0, 0), (60_000_000, 1)):
        door.intake.at_us = AT_S * 1_000_000 + later_us
        assert (await door.send("/hooks/pbx/token", body, headers=BEARER))[1]["duplicates"] == duplicates


async def test_a_retry_after_a_failed_commit_is_no_duplicate(door: Door) -> None:
    door.intake.failure = StoreError("disk full")
    assert (await door.send("/hooks/pbx/token", RING_BYTES, headers=BEARER))[0] == 503
    door.intake.failure = None
    status, answer, _ = await door.send("/hooks/pbx/token", RING_BYTES, headers=BEARER)
    assert (status, answer["duplicates"]) == (200, 0)


@pytest.mark.parametrize("failure", [StoreError("disk full"), Overloaded("20000 wait")])
async def test_what_cannot_be_committed_is_503_with_retry_after(door: Door, failure: StoreError | Overloaded) -> None:
    door.intake.failure = failure
    status, answer, response = await door.send("/hooks/pbx/main", RING_BYTES, headers=sign(RING_BYTES))
    assert status == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert response.content_type == "application/problem+json"
    assert answer["status"] == 503


async def test_an_array_is_so_many_events_each_with_its_own_key(door: Door) -> None:
    ring_and_hold = [RING, {"event": "held", "call": "c1"}]
    assert (await door.signed(ring_and_hold))[1] == {"status": "accepted", "events": 2, "duplicates": 0}
    assert (await door.signed(ring_and_hold))[1]["duplicates"] == 2
    assert [type(one.event) for one in door.intake.committed] == [Delivered, Held]


async def test_a_get_with_a_path_token_is_accepted(door: Door) -> None:
    path = f"/hooks/pbx/token/{PATH_TOKEN}?event=held&call=c1"
    assert (await door.send(path, method="GET"))[1]["events"] == 1
    assert door.intake.committed[0].raw == b"event=held&call=c1"


async def test_a_slash_behind_the_name_is_no_other_address(door: Door) -> None:
    headers = sign(RING_BYTES)
    assert (await door.send("/hooks/pbx/main/", RING_BYTES, headers=headers))[1]["events"] == 1


async def test_a_signature_is_no_proof_of_a_get(door: Door) -> None:
    status, answer, _ = await door.send("/hooks/pbx/main?event=held&call=c1", method="GET", headers=sign(b""))
    assert (status, answer["field"]) == (401, "webhook-signature")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/hooks/pbx/main", {}),
        ("/hooks/pbx/main", {**sign(RING_BYTES), "webhook-id": "msg_2"}),
        ("/hooks/pbx/main", sign(RING_BYTES + b" ")),
        ("/hooks/pbx/main", sign(RING_BYTES, at_s=AT_S - 600)),
        ("/hooks/pbx/main", BEARER),
        ("/hooks/pbx/token", sign(RING_BYTES)),
        ("/hooks/pbx/token", {"authorization": "Bearer wrong"}),
        ("/hooks/pbx/token/wrong", {}),
    ],
)
async def test_what_is_not_proven_is_401_with_field_and_cure_and_leaves_no_trace(
    door: Door, path: str, headers: dict[str, str]
) -> None:
    status, answer, response = await door.send(path, RING_BYTES, headers=headers)
    assert (status, response.content_type) == (401, "application/problem+json")
    assert answer["field"]
    assert answer["cure"]
    assert TOKEN not in str(answer)
    assert door.intake.committed == []
    assert door.hooks.counts.total() == 1


async def test_an_unknown_source_is_404(door: Door) -> None:
    assert (await door.send("/hooks/pbx/nobody", RING_BYTES, headers=sign(RING_BYTES)))[0] == 404


async def test_unproven_floods_are_told_to_wait_and_a_proven_event_never_is(door: Door) -> None:
    statuses = [(await door.send("/hooks/pbx/main", b"{}"))[0] for _ in range(FAILURES_MAX + 2)]
    assert statuses == [401] * FAILURES_MAX + [429] * 2
    assert (await door.signed(RING))[0] == 200


def test_the_memory_for_failed_proofs_is_bounded() -> None:
    failures = Failures()
    for number in range(3 * ADDRESSES_MAX):
        failures.add(f"10.0.{number // 256}.{number % 256}", number)
    assert len(failures._since) == ADDRESSES_MAX  # noqa: SLF001 - the bound is the point


async def test_an_unreadable_event_is_422_with_the_cure_and_kept_once(door: Door) -> None:
    bad = {"event": "exploded", "call": "c1"}
    for _ in range(2):
        status, answer = await door.signed(bad)
        assert (status, answer["field"]) == (422, "event")
        assert "delivered" in answer["cure"]
    assert len(door.intake.committed) == 1
    kept = door.intake.committed[0]
    assert isinstance(kept.event, Unparsed)
    assert (kept.event.call, kept.raw) == ("c1", json.dumps(bad).encode())


async def test_of_an_array_the_good_events_count_and_the_bad_are_named(door: Door) -> None:
    status, answer = await door.signed([RING, {"event": "held"}, {"event": "x", "call": "c"}])
    assert (status, answer["accepted"]) == (422, 1)
    assert [one["field"] for one in answer["errors"]] == ["[1].call", "[2].event"]
    assert [type(one.event) for one in door.intake.committed] == [Delivered, Unparsed, Unparsed]


async def test_a_sender_that_gives_up_on_4xx_is_answered_200_and_the_bytes_are_kept(door: Door) -> None:
    status, answer, _ = await door.send("/hooks/pbx/drops", b"not json", headers=BEARER)
    assert (status, answer) == (200, {"status": "accepted", "events": 0, "duplicates": 0, "unreadable": 1})
    assert door.intake.committed[0].raw == b"not json"


async def test_a_vendors_own_body_is_answered(door: Door) -> None:
    status, answer, response = await door.send("/hooks/pbx/vendor", RING_BYTES, headers=BEARER)
    assert (status, answer, response.content_type) == (200, {"code": 0, "msg": "ok"}, "application/json")


async def test_another_form_of_body_is_415(door: Door) -> None:
    headers = {**sign(b"<x/>"), "content-type": "text/xml"}
    assert (await door.send("/hooks/pbx/main", b"<x/>", headers=headers))[0] == 415


async def test_a_body_over_256_kib_is_413(door: Door) -> None:
    body = b"x" * (256 * 1024 + 1)
    assert (await door.send("/hooks/pbx/main", body, headers=sign(body)))[0] == 413
    assert door.intake.committed == []


async def test_a_body_of_256_kib_is_read(door: Door) -> None:
    body = RING_BYTES + b" " * (256 * 1024 - len(RING_BYTES))
    assert (await door.send("/hooks/pbx/main", body, headers=sign(body)))[0] == 200


async def test_a_body_without_end_and_without_length_is_cut_at_the_bound(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(5):
        writer.write(chunk)
    await writer.drain()
    assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_a_chunked_event_is_accepted(door: Door) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(RING_BYTES), 7):
            yield RING_BYTES[place : place + 7]

    async with door.http.post(door.url + "/hooks/pbx/main", data=pieces(), headers=sign(RING_BYTES)) as answer:
        assert answer.status == 200


async def test_a_gzip_body_that_was_signed_before_the_compression_is_accepted(door: Door) -> None:
    headers = {**sign(RING_BYTES), "content-encoding": "gzip"}
    assert (await door.send("/hooks/pbx/main", gzip.compress(RING_BYTES), headers=headers))[0] == 200
    assert door.intake.committed[0].raw == RING_BYTES


async def test_signatures_go_by_wall_time_also_where_the_gateway_started_with_a_wrong_clock(door: Door) -> None:
    door.intake.at_us -= 86_400_000_000  # a day behind: NTP set the machine's clock after the start
    assert (await door.signed(RING))[0] == 200


async def test_what_webhooks_brought_is_counted_for_the_metrics(door: Door) -> None:
    await door.signed(RING)
    await door.signed(RING)
    await door.send("/hooks/pbx/main", RING_BYTES)
    (family,) = HookCounts(door.hooks).collect()
    told = {tuple(sample.labels.values()): sample.value for sample in family.samples}
    assert told == {("main", "events"): 2, ("main", "duplicates"): 1, ("main", "unauthenticated"): 1}


async def test_a_gzip_body_that_was_signed_as_sent_needs_a_server_that_leaves_it_alone(door: Door) -> None:
    packed = gzip.compress(RING_BYTES)
    headers = {**sign(packed), "content-encoding": "gzip"}
    assert (await door.send("/hooks/pbx/main", packed, headers=headers))[0] == (401 if door.inflates else 200)


async def test_a_gzip_bomb_is_413(door: Door) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    headers = {**BEARER, "content-encoding": "gzip"}
    assert (await door.send("/hooks/pbx/token", bomb, headers=headers))[0] == 413


async def test_a_form_is_accepted(door: Door) -> None:
    body = b"event=newCall&from=1&to=2&direction=in&callId=3&user%5B%5D=A&user%5B%5D=B"
    headers = {**BEARER, "content-type": "application/x-www-form-urlencoded"}
    assert (await door.send("/hooks/pbx/token", body, headers=headers))[1]["events"] == 1


async def test_a_call_that_is_no_event_is_answered_200_and_passed_by(door: Door) -> None:
    body = b'{"event":"dtmf","callId":"1","dtmf":"5"}'
    assert (await door.send("/hooks/pbx/token", body, headers=BEARER))[1]["events"] == 0
    assert door.intake.committed == []


async def test_what_a_sender_asks_of_a_new_address_is_told_back_and_only_after_the_proof(door: Door) -> None:
    path, wanted = f"/hooks/pbx/token/{PATH_TOKEN}", {"Validation-Token": "a1-b2.c3"}
    status, _, answer = await door.send(path, headers=wanted)
    assert (status, answer.headers["Validation-Token"]) == (200, "a1-b2.c3")
    for field in ("zd_echo", "validationToken"):
        told = await door.send(f"{path}?{field}=w%2Frd", method="GET" if field == "zd_echo" else "POST")
        assert told[:2] == (200, {"text": "w/rd"})
    assert (await door.send("/hooks/pbx/token", headers=wanted))[0] == 401
    assert (await door.send("/hooks/pbx/token?zd_echo=x", method="GET"))[0] == 401
    assert (await door.send(f"{path}?zd_echo=x&more=y", method="GET"))[0] == 422
    assert [one.event for one in door.intake.committed if not isinstance(one.event, Unparsed)] == []


async def test_a_vendors_own_signature_is_proof_and_its_question_is_answered(door: Door) -> None:
    event = b'{"event":"delivered","call":"c1"}'
    assert (await door.send("/hooks/pbx/zoom", event, headers=sign_as_zoom(event)))[1]["events"] == 1
    status, told, _ = await door.send("/hooks/pbx/zoom", event + b" ", headers=sign_as_zoom(event))
    assert (status, told["field"]) == (401, "x-zm-signature")
    status, told, _ = await door.send("/hooks/pbx/zoom", event, headers=sign_as_zoom(event, AT_S - 301))
    assert (status, told["field"]) == (401, "x-zm-request-timestamp")
    question = b'{"event":"endpoint.url_validation","payload":{"plainToken":"word"}}'
    status, told, _ = await door.send("/hooks/pbx/zoom", question, headers=sign_as_zoom(question))
    expected = hmac.new(ZOOM_KEY, b"word", "sha256").hexdigest()
    assert (status, told) == (200, {"plainToken": "word", "encryptedToken": expected})
    assert (await door.send("/hooks/pbx/zoom", question))[0] == 401
    assert [type(one.event) for one in door.intake.committed] == [Delivered]


async def test_a_vendors_signature_covers_no_header_nor_address_that_would_make_a_replay_news(door: Door) -> None:
    event = b'{"event":"delivered","call":"c1","at":"2026-11-21T00:09:09Z"}'
    for message_id in ("msg_1", "msg_2"):
        headers = {**sign_as_zoom(event), "webhook-id": message_id}
        told = await door.send("/hooks/pbx/zoom?call=another", event, headers=headers)
        assert told[1]["events"] == 1
    assert told[1]["duplicates"] == 1
    assert [one.event.call for one in door.intake.committed if isinstance(one.event, Delivered)] == ["c1"]


async def test_the_address_tells_beside_the_body_unless_a_signature_is_the_proof(door: Door) -> None:
    body = b'{"call":"c1"}'
    status, _, _ = await door.send(
        f"/hooks/pbx/token/{PATH_TOKEN}?event=held", body, headers={"content-type": "application/json"}
    )
    assert status == 200
    assert [one.event for one in door.intake.committed] == [Held(source="token", call="c1")]
    assert (await door.send("/hooks/pbx/main?event=held", body, headers=sign(body)))[0] == 422


async def test_a_query_without_any_proof_is_told_what_would_prove_it(door: Door) -> None:
    _, answer, _ = await door.send("/hooks/pbx/main?event=held&call=c1", method="GET")
    assert "path_token_file" in answer["cure"] or "Bearer" in answer["cure"]
