"""The link to an Asterisk that misbehaves in every way we know of."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from adapters.errors import Overloaded, StoreError
from adapters.pbx.asterisk import Settings
from rules.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Held,
    LinkChanged,
    Originated,
    Queued,
    Resynced,
    SeenLeg,
    Unparsed,
)
from simulators.asterisk import PretendAsterisk
from tests.contract.asterisk.conftest import linked
from tests.fixtures.front_door import FrontDoor


def _seen(door: FrontDoor) -> dict[str, SeenLeg]:
    return {leg.leg: leg for leg in door.of(Resynced)[-1].legs}


async def test_a_call_is_heard_from_ring_to_hangup(pbx: PretendAsterisk, settings: Settings, door: FrontDoor) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        call = pbx.arrives("13800138000", "4008100911")
        leg = pbx.rings(call, "801")
        pbx.answers(leg)
        pbx.hangs_up(leg)
        pbx.hangs_up(call)
        await door.until_has(ConnectionCleared, 2)
    assert door.states == ["connecting", "online"]
    assert [(e.caller, e.called) for e in door.of(Originated)] == [("13800138000", "4008100911")]
    assert [(e.call, e.leg, e.device) for e in door.of(Delivered)] == [(call, leg, "801")]
    assert [e.role for e in door.of(Established)] == ["agent", "caller"]
    ringing = next(one for one in door.taken if isinstance(one.event, Delivered))
    assert ringing.raw is not None
    assert ringing.raw.startswith(b"Event: Newstate")
    occurred_us = door.of(Delivered)[0].occurred_us
    assert occurred_us is not None
    assert abs(ringing.at_us - occurred_us) < 60_000_000
    keys = [one.key for one in door.taken if one.key]
    assert len(set(keys)) == len(keys) >= 6


async def test_calls_that_live_at_the_connect_are_listed_with_their_roles(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    ringing = pbx.arrives("13800000001", "400")
    phone = pbx.rings(ringing, "801")
    waiting = pbx.arrives("13800000002", "400")
    pbx.queues(waiting, "desk")
    talking = pbx.arrives("13800000003", "400")
    held = pbx.rings(talking, "802")
    pbx.answers(held)
    pbx.holds(held)
    async with linked(settings, door):
        await door.until_has(Resynced)
    seen = _seen(door)
    assert {leg: (one.role, one.state) for leg, one in seen.items()} == {
        ringing: ("caller", "initiated"),
        phone: ("agent", "alerting"),
        waiting: ("caller", "queued"),
        talking: ("caller", "connected"),
        held: ("agent", "connected"),  # no list of Asterisk's tells who pressed hold
    }
    assert seen[waiting].queue == "desk"
    assert seen[phone].call == ringing
    assert seen[phone].caller == "13800000001"
    assert not door.of(Resynced)[0].restarted


async def test_a_cut_link_comes_back_and_lists_only_what_still_lives(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        stays, goes = pbx.arrives("13800000001", "400"), pbx.arrives("13800000002", "400")
        await door.until_has(Originated, 2)
        pbx.cut()
        pbx.hangs_up(goes)
        await door.until_has(Resynced, 2)
        pbx.hangs_up(stays)
        await door.until_has(ConnectionCleared)
    assert door.states == ["connecting", "online", "offline", "online"]
    assert set(_seen(door)) == {stays}
    assert not door.of(Resynced)[1].restarted


async def test_a_message_cut_in_the_middle_is_forgotten_with_its_connection(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.send(b"Event: Newstate\r\nChannel: PJSIP/provi")
        pbx.cut()
        await door.until_has(Resynced, 2)
        pbx.arrives("13800000001", "400")
        await door.until_has(Originated)
    assert door.of(Unparsed) == []


async def test_a_restarted_pbx_is_noticed_by_its_start_time(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.arrives("13800000001", "400")
        await door.until_has(Originated)
        await pbx.restart()
        await door.until_has(Resynced, 2)
    assert door.of(Resynced)[1] == Resynced(source="pbx", legs=(), restarted=True)


async def test_a_restart_is_noticed_by_the_uptime_where_the_status_is_denied(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    pbx.denied = {"corestatus"}
    pbx.started -= 3600
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.cut()
        await door.until_has(Resynced, 2)
        await pbx.restart()
        await door.until_has(Resynced, 3)
    assert [one.restarted for one in door.of(Resynced)] == [False, False, True]


async def test_a_user_who_is_not_told_fully_booted_becomes_ready_all_the_same(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    pbx.fully_booted = False
    async with linked(settings, door):
        await door.until_has(Resynced)
    assert door.states == ["connecting", "online"]


async def test_a_dead_peer_is_stale_first_and_given_up_after_two_pings(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(replace(settings, ping_s=0.2), door):
        await door.until_has(Resynced)
        pbx.silent = True
        await door.until(lambda: "offline" in door.states)
        pbx.silent = False
        await door.until_has(Resynced, 2)
    given_up = door.states.index("offline")
    assert door.states[given_up - 1] == "stale"
    assert "2 pings" in door.of(LinkChanged)[given_up].reason


async def test_a_refused_login_is_told_as_refused_and_cured_by_the_right_secret(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    pbx.refuses_logins = True
    async with linked(settings, door):
        await door.until(lambda: "refused" in door.states)
        pbx.refuses_logins = False
        await door.until_has(Resynced)
    assert door.states == ["connecting", "refused", "online"]
    assert "Authentication failed" in door.of(LinkChanged)[1].reason


async def test_a_user_who_may_not_list_channels_is_told_which_class_is_missing(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    pbx.denied = {"coreshowchannels"}
    async with linked(settings, door):
        await door.until(lambda: "refused" in door.states)
    assert "reporting" in door.of(LinkChanged)[1].reason


async def test_a_pbx_that_does_not_list_its_rooms_is_online_all_the_same(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    """An Asterisk without app_confbridge answers the action with an error, too."""
    call = pbx.arrives("13800000001", "400")
    pbx.channels[call].application = "ConfBridge"
    pbx.denied.add("confbridgelistrooms")
    async with linked(settings, door):
        await door.until_has(Resynced)
    assert "confbridgelistrooms" in pbx.actions
    assert door.states == ["connecting", "online"]
    assert set(_seen(door)) == {call}


async def test_a_port_that_is_no_manager_interface_is_refused(settings: Settings, door: FrontDoor) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        while await reader.readline():
            writer.write(b"Response: Error\r\nActionID: 1\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    elsewhere = replace(settings, port=server.sockets[0].getsockname()[1])
    async with server, linked(elsewhere, door):
        await door.until(lambda: "refused" in door.states)
    assert "no manager interface" in door.of(LinkChanged)[1].reason


async def test_a_pbx_that_is_away_is_told_once_and_found_when_it_comes(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    await pbx.stop()
    async with linked(settings, door):
        await door.until(lambda: "offline" in door.states)
        await pbx.start()
        await door.until_has(Resynced)
    assert door.states == ["connecting", "offline", "online"]


async def test_rubbish_and_endless_lines_are_kept_as_unparsed_and_the_calls_go_on(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.send(b"\xff\xfe what is this\r\n\r\n")
        pbx.send(b"Event: Newstate\r\nChannel: " + b"x" * 200_000 + b"\r\n\r\n")
        pbx.send(b"Event: Hangup\r\n\r\nEvent: DialBegin\r\nDestUniqueid:\r\n\r\n")
        pbx.arrives("13800000001", "400")
        await door.until_has(Originated)
    assert len(door.of(Unparsed)) == 2
    assert all(one.raw for one in door.taken if isinstance(one.event, Unparsed))
    assert door.states == ["connecting", "online"]


async def test_a_peer_that_sends_nothing_but_rubbish_is_left(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.send(b"noise\r\n\r\n" * 500)
        await door.until_has(Resynced, 2)
    assert len(door.of(Unparsed)) == 100


async def test_a_name_torn_by_the_network_arrives_whole(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    pbx.piece_bytes = 1
    async with linked(settings, door):
        await door.until_has(Resynced)
        pbx.event(
            "Newchannel",
            {
                "Channel": "PJSIP/provider-0000000a",
                "ChannelState": "4",
                "Uniqueid": "1.1",
                "Linkedid": "1.1",
                "CallerIDNum": "13800000001",
                "CallerIDName": "重庆 3 栋业主",
                "Exten": "400",
            },
        )
        await door.until_has(Originated)
    assert door.of(Originated)[0].caller_name == "重庆 3 栋业主"


async def test_events_wait_while_the_store_is_down_and_arrive_in_order_once(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        door.refusal = StoreError("disk full")
        call = pbx.arrives("13800000001", "400")
        await door.until(lambda: door.refused >= 1)
        door.refusal = Overloaded("queue full")
        leg = pbx.rings(call, "801")
        pbx.answers(leg)
        await door.until(lambda: door.refused >= 2)
        door.refusal = None
        await door.until_has(Established, 2)
    kinds = [type(one.event).__name__ for one in door.taken if one.key]
    assert kinds == ["Originated", "Offered", "Delivered", "Established", "Established"]


async def test_too_many_waiting_events_break_the_link_and_the_lists_repair_it(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door, waiting_max=20) as link:
        await door.until_has(Resynced)
        door.refusal = StoreError("disk full")
        calls = [pbx.arrives(f"138000000{n:02}", "400") for n in range(40)]
        await pbx.until(lambda: pbx.listeners == 0)
        door.refusal = None
        await door.until_has(Resynced, 2)
        assert link.overflows == 1
    assert set(_seen(door)) == set(calls)
    assert "too slow" in next(one.reason for one in door.of(LinkChanged) if one.state == "offline")


async def test_what_happens_while_the_lists_are_made_comes_after_them(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    listed = pbx.lists["coreshowchannels"]
    calls: list[str] = []

    def list_late() -> list[tuple[str, dict[str, str]]]:
        answer = list(listed())
        calls.append(pbx.arrives("13800000001", "400"))
        return answer

    pbx.lists["coreshowchannels"] = list_late
    async with linked(settings, door):
        await door.until_has(Originated)
    kinds = [type(one.event).__name__ for one in door.taken]
    assert kinds == ["LinkChanged", "LinkChanged", "Resynced", "Originated"]
    assert [event.call for event in door.of(Originated)] == calls


async def test_a_hold_survives_a_lost_link_for_no_list_can_tell_it(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        call = pbx.arrives("13800000001", "400")
        leg = pbx.rings(call, "801")
        pbx.answers(leg)
        pbx.holds(leg)
        await door.until_has(Held)
        pbx.cut()
        await door.until_has(Resynced, 2)
    assert _seen(door)[leg].state == "held"


async def test_a_caller_queued_before_the_link_keeps_the_queue_after_it(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    async with linked(settings, door):
        await door.until_has(Resynced)
        call = pbx.arrives("13800000001", "400")
        pbx.queues(call, "desk")
        await door.until_has(Queued)
        pbx.cut()
        await door.until_has(Resynced, 2)
    assert (_seen(door)[call].state, _seen(door)[call].queue) == ("queued", "desk")


async def test_the_secret_may_change_between_two_connections(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    write = Path(str(settings.secret_file)).write_text
    write("wrong\n")
    async with linked(settings, door):
        await door.until(lambda: "refused" in door.states)
        write("s3cret\n")
        await door.until_has(Resynced)
    assert door.states[-1] == "online"


async def test_a_secret_that_cannot_be_read_any_more_is_told_and_tried_again(
    settings: Settings, door: FrontDoor
) -> None:
    write = Path(str(settings.secret_file)).write_bytes
    write(b"\xff")
    async with linked(settings, door):
        await door.until(lambda: "refused" in door.states)
        write(b"s3cret")
        await door.until_has(Resynced)
    assert "secret" in door.of(LinkChanged)[1].reason
