"""The test central system, talked to by a plain web socket client."""

import asyncio
import base64

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus, NegotiationError

from csms_client import BOOT, CHARGER_CALLS, TIME, client
from ucharge.csms import CentralSystem, Policy
from ucharge.csms.errors import CallRejected, CallTimeout, NotConnected, WaitTimeout
from ucharge.csms.policy import not_implemented
from ucharge.csms.tls import client_context, server_context
from ucharge.keys import create


@pytest.mark.asyncio
async def test_every_message_of_a_charger_is_answered_with_a_result():
    async with CentralSystem() as central, client(central) as charger:
        for action, payload in CHARGER_CALLS.items():
            kind, _, answer = await charger.ask(action, payload)
            assert kind == 3, (action, answer)
        seen = central.charger("CP001")
        assert [entry.action for entry in seen.messages if entry.kind == "result"] == list(
            CHARGER_CALLS
        )
        assert seen.violations == []


@pytest.mark.asyncio
async def test_the_book_has_both_sides_with_times():
    async with CentralSystem() as central:
        async with client(central) as charger:
            await charger.ask("Heartbeat", {})
        await central.charger("CP001").wait_for_entry(lambda e: e.kind == "disconnected")
        book = central.charger("CP001").messages
        assert [(entry.side, entry.kind) for entry in book] == [
            ("central", "connected"),
            ("charger", "call"),
            ("central", "result"),
            ("central", "disconnected"),
        ]
        assert sorted(entry.at_s for entry in book) == [entry.at_s for entry in book]
        assert book[2].action == "Heartbeat"


@pytest.mark.asyncio
async def test_boot_answers_are_used_up_one_by_one():
    policy = Policy(boot_status=["Rejected", "Pending", "Accepted"], boot_interval_s=7)
    async with CentralSystem(policy=policy) as central, client(central) as charger:
        answers = [(await charger.ask("BootNotification", BOOT))[2] for _ in range(4)]
    assert [answer["status"] for answer in answers] == [
        "Rejected",
        "Pending",
        "Accepted",
        "Accepted",
    ]
    assert {answer["interval"] for answer in answers} == {7}


@pytest.mark.asyncio
async def test_a_central_system_that_implements_boot_notification_only():
    async with CentralSystem(policy=not_implemented()) as central, client(central) as charger:
        assert (await charger.ask("BootNotification", BOOT))[0] == 3
        for action, payload in CHARGER_CALLS.items():
            if action != "BootNotification":
                answer = await charger.ask(action, payload)
                assert answer[0] == 4 and answer[2] == "NotImplemented"
                assert len(answer) == 5


@pytest.mark.violations
@pytest.mark.asyncio
async def test_id_tags_delay_and_silence_are_policy():
    async with CentralSystem() as central, client(central) as charger:
        central.policy.id_tags["B"] = "Blocked"
        assert (await charger.ask("Authorize", {"idTag": "B"}))[2]["idTagInfo"] == {
            "status": "Blocked"
        }
        central.policy.silent.add("Heartbeat")
        await charger.send([2, "1", "Heartbeat", {}])
        central.policy.delay_s = 0.2
        answer = await charger.ask("Authorize", {"idTag": "A"}, "2")
        assert answer[1] == "2"


@pytest.mark.asyncio
async def test_transactions_are_numbered_and_closed():
    async with CentralSystem() as central, client(central) as charger:
        start = {"connectorId": 1, "idTag": "A", "meterStart": 100, "timestamp": TIME}
        first = (await charger.ask("StartTransaction", start))[2]["transactionId"]
        again = (await charger.ask("StartTransaction", start))[2]["transactionId"]
        other = (await charger.ask("StartTransaction", {**start, "meterStart": 200}))[2]
        assert first == again != other["transactionId"]
        stop = {"transactionId": first, "meterStop": 350, "timestamp": TIME, "reason": "Remote"}
        await charger.ask("StopTransaction", stop)
        await charger.ask("StopTransaction", {**stop, "transactionId": 99})
        known = central.charger("CP001").transactions[0]
        assert (known.energy_wh, known.reason, known.starts, known.stops) == (250, "Remote", 2, 1)
        assert central.charger("CP001").transactions[1].is_open
        assert len(central.transactions.unknown_stops) == 1


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ([2, "1", "BootNotification", {"chargePointVendor": "v"}], "required"),
        ([2, "1", "BootNotification", {**BOOT, "chargePointVendor": "v" * 21}], "too long"),
        ([2, "1", "StatusNotification", {"connectorId": "1"}], "connectorId"),
        ([2, "1", "Heartbeat", {"extra": 1}], "Additional properties"),
        ([2, "1", "Nonsense", {}], "unknown action"),
        ([2, "x" * 37, "Heartbeat", {}], "37 characters"),
        ([2, "1", "DataTransfer", {"vendorId": "v", "data": None}], "null"),
        ([3, "never-asked", {}], "no open CALL"),
        ("hello", "no OCPP-J message"),
        ([2, "1", "Heartbeat"], "no OCPP-J message"),
        ([4, "1", "GenericError", ""], "no OCPP-J message"),
    ],
)
@pytest.mark.violations
@pytest.mark.asyncio
async def test_violations_are_recorded(message, words):
    async with CentralSystem() as central, client(central) as charger:
        await charger.send(message)
        seen = central.charger("CP001")
        entry = await seen.wait_for_entry(lambda entry: entry.violation)
        assert words in entry.violation
        assert seen.violations == [entry]
        assert (await charger.ask("Heartbeat", {}, "after"))[0] in (3, 4)


@pytest.mark.violations
@pytest.mark.asyncio
async def test_two_calls_at_once_and_reused_ids_are_violations():
    async with CentralSystem() as central:
        central.policy.delay_s = 0.1
        async with client(central) as charger:
            await charger.send([2, "1", "Heartbeat", {}])
            await charger.send([2, "2", "Heartbeat", {}])
            await charger.receive()
            await charger.receive()
            await charger.ask("Authorize", {"idTag": "A"}, "1")
        two_at_once, reused = central.charger("CP001").violations
        assert "waits for its answer" in two_at_once.violation
        assert "used for another" in reused.violation


@pytest.mark.asyncio
async def test_calls_to_the_charger():
    async with CentralSystem() as central, client(central) as charger:
        known = central.charger("CP001")
        asked = asyncio.create_task(known.call("Reset", {"type": "Soft"}))
        kind, unique_id, action, payload = await charger.receive()
        assert (kind, action, payload) == (2, "Reset", {"type": "Soft"})
        await charger.send([3, unique_id, {"status": "Accepted"}])
        assert await asked == {"status": "Accepted"}

        asked = asyncio.create_task(known.call("Reset", {"type": "Odd"}))
        unique_id = (await charger.receive())[1]
        await charger.send([4, unique_id, "PropertyConstraintViolation", "type", {}])
        with pytest.raises(CallRejected) as refused:
            await asked
        assert refused.value.code == "PropertyConstraintViolation"

        with pytest.raises(CallTimeout):
            await known.call("Reset", {"type": "Soft"}, timeout_s=0.05)
        assert known.violations == []


@pytest.mark.asyncio
async def test_a_call_ends_with_the_connection():
    async with CentralSystem() as central:
        known = central.charger("CP001")
        with pytest.raises(NotConnected):
            await known.call("Reset", {"type": "Soft"})
        async with client(central) as charger:
            asked = asyncio.create_task(known.call("Reset", {"type": "Soft"}))
            await charger.receive()
            await charger.socket.close()
            with pytest.raises(NotConnected):
                await asked


@pytest.mark.asyncio
async def test_wait_for_sees_the_past_and_the_future_and_tells_what_came():
    async with CentralSystem() as central, client(central) as charger:
        known = central.charger("CP001")
        await charger.ask("Authorize", {"idTag": "A"})
        assert (await known.wait_for("Authorize")).payload == {"idTag": "A"}
        since = len(known.messages)
        waiting = asyncio.create_task(
            known.wait_for("Authorize", lambda p: p["idTag"] == "C", since=since)
        )
        await charger.ask("Authorize", {"idTag": "B"})
        await charger.ask("Authorize", {"idTag": "C"})
        assert (await waiting).payload == {"idTag": "C"}
        with pytest.raises(WaitTimeout, match="last: connected, Authorize"):
            await known.wait_for("Heartbeat", timeout_s=0.05)


@pytest.mark.asyncio
async def test_percent_encoded_identities_and_unknown_ones():
    async with CentralSystem(known={"RDAM 123"}) as central:
        async with client(central, "RDAM%20123") as charger:
            await charger.ask("Heartbeat", {})
        assert list(central.chargers) == ["RDAM 123"]
        with pytest.raises(InvalidStatus, match="404"):
            async with client(central, "other"):
                pass


@pytest.mark.asyncio
async def test_basic_authentication_with_raw_key_bytes():
    key = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
    value = "Basic " + base64.b64encode(b"AL1000:" + key).decode()
    assert value == "Basic QUwxMDAwOgABAgMEBQYH////////////////"
    async with CentralSystem(passwords={"AL1000": key}) as central:
        headers = {"Authorization": value}
        async with client(central, "AL1000", additional_headers=headers) as charger:
            assert (await charger.ask("Heartbeat", {}))[0] == 3
        for wrong in ({}, {"Authorization": "Basic QUwxMDAwOgA="}, {"Authorization": "Basic *"}):
            with pytest.raises(InvalidStatus, match="401"):
                async with client(central, "AL1000", additional_headers=wrong):
                    pass
        with pytest.raises(InvalidStatus, match="401"):
            async with client(central, "CP001", additional_headers=headers):
                pass


@pytest.mark.asyncio
async def test_the_subprotocol_must_be_offered_and_can_be_forgotten():
    async with CentralSystem() as central:
        for offered in (None, ["ocpp2.0.1"]):
            with pytest.raises((InvalidStatus, NegotiationError)):
                async with client(central, subprotocols=offered):
                    pass
        central.selects_subprotocol = False
        async with client(central) as charger:
            assert charger.socket.subprotocol is None
        central.selects_subprotocol = True
        async with client(central) as charger:
            assert charger.socket.subprotocol == "ocpp1.6"


@pytest.mark.asyncio
async def test_refusing_dropping_and_coming_back_on_the_same_port():
    async with CentralSystem() as central:
        central.refuse_status = 503
        with pytest.raises(InvalidStatus, match="503"):
            async with client(central):
                pass
        central.refuse_status = None
        for is_abrupt in (False, True):
            async with client(central) as charger:
                await central.charger("CP001").disconnect(is_abrupt)
                with pytest.raises(ConnectionClosed):
                    await charger.receive()
        port = central.port
        await central.stop()
        with pytest.raises(OSError, match="Connect"):
            async with client(central):
                pass
        await central.start()
        assert central.port == port
        async with client(central) as charger:
            await charger.ask("Heartbeat", {})
        assert central.charger("CP001").book.connection == 3


@pytest.mark.asyncio
async def test_a_new_connection_replaces_the_old_one():
    async with CentralSystem() as central, client(central):
        async with client(central) as second:
            asked = asyncio.create_task(central.charger("CP001").call("ClearCache"))
            unique_id = (await second.receive())[1]
            await second.send([3, unique_id, {"status": "Accepted"}])
            assert await asked == {"status": "Accepted"}


@pytest.mark.asyncio
async def test_tls(tmp_path):
    keys = create(tmp_path)
    async with CentralSystem(tls=server_context(keys)) as central:
        assert central.url.startswith("wss://")
        async with client(central, ssl=client_context(keys)) as charger:
            assert (await charger.ask("BootNotification", BOOT))[0] == 3
