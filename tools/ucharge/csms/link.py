"""One connection of a charger, on PyPI ``ocpp``: answers what it sends, carries CALLs to it."""

import asyncio
import contextlib
import logging

from ocpp.messages import Call, MessageType
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action
from websockets.exceptions import ConnectionClosed

from ucharge.csms.book import CENTRAL, CHARGER
from ucharge.csms.errors import CallRejected, CallTimeout, NotConnected
from ucharge.csms.policy import Silent

# The books hold every message already; the library's own log would print each twice.
_QUIET = logging.getLogger("ucharge.ocpp")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class _Recorder:
    """The web socket as ``ocpp`` sees it; writes the book on the way."""

    def __init__(self, socket, note):
        self._socket = socket
        self._note = note

    async def recv(self):
        text = await self._socket.recv()
        self._note(CHARGER, text)
        return text

    async def send(self, text):
        self._note(CENTRAL, text)
        await self._socket.send(text)


class Link(ChargePoint):
    """The central system's end of one web socket."""

    def __init__(self, identity, socket, note, policy, transactions):
        super().__init__(identity, _Recorder(socket, note), logger=_QUIET)
        self.socket = socket
        self._policy = policy
        self._transactions = transactions
        self._answering = set()

    async def serve(self):
        """Answer until the connection ends; returns why it did."""
        try:
            while True:
                text = await self._connection.recv()
                # A slow answer must not keep the charger's answers to our CALLs waiting.
                task = asyncio.create_task(self._route(text))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
        except ConnectionClosed as closed:
            return str(closed)
        finally:
            for task in self._answering:
                task.cancel()

    async def call_action(self, action, payload, timeout_s, on_give_up):
        """Send a CALL as it is, valid or not; returns the answer's payload.

        Raises CallRejected, CallTimeout, NotConnected.
        """
        message = Call(str(self._unique_id_generator()), action, payload)
        async with self._call_lock:
            try:
                await self._send(message.to_json())
                answer = await self._answer_to(message.unique_id, timeout_s)
            except asyncio.TimeoutError:
                on_give_up(message.unique_id)
                raise CallTimeout(f"no answer to {action} within {timeout_s:g} s") from None
            except ConnectionClosed as closed:
                raise NotConnected(f"connection lost during {action}: {closed}") from None
        if answer.message_type_id == MessageType.CallError:
            raise CallRejected(action, answer.error_code, answer.error_description)
        return answer.payload

    async def _answer_to(self, unique_id, timeout_s):
        """The answer, given up as soon as the connection ends."""
        answer = asyncio.create_task(self._get_specific_response(unique_id, timeout_s))
        closed = asyncio.create_task(self.socket.wait_closed())
        try:
            await asyncio.wait({answer, closed}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise NotConnected("connection lost before the answer")
            return answer.result()
        finally:
            answer.cancel()
            closed.cancel()

    async def _route(self, text):
        with contextlib.suppress(ConnectionClosed, Silent):
            await self.route_message(text)

    async def _handle_call(self, msg):
        await self._policy.before(msg.action)
        return await super()._handle_call(msg)

    def _id_tag_info(self, id_tag):
        return {"status": self._policy.id_tag_status(id_tag)}

    # -- answers: one per action of a 1.6 charger, the whitepaper's included

    @on(Action.boot_notification)
    def on_boot_notification(self, **_):
        status, interval_s = self._policy.boot_answer()
        return call_result.BootNotification(
            current_time=self._policy.now(), interval=interval_s, status=status
        )

    @on(Action.heartbeat)
    def on_heartbeat(self, **_):
        return call_result.Heartbeat(current_time=self._policy.now())

    @on(Action.authorize)
    def on_authorize(self, id_tag, **_):
        return call_result.Authorize(id_tag_info=self._id_tag_info(id_tag))

    @on(Action.start_transaction)
    def on_start_transaction(self, connector_id, id_tag, meter_start, timestamp, **_):
        started = self._transactions.start(self.id, connector_id, id_tag, meter_start, timestamp)
        return call_result.StartTransaction(
            transaction_id=started.transaction_id, id_tag_info=self._id_tag_info(id_tag)
        )

    @on(Action.stop_transaction)
    def on_stop_transaction(self, transaction_id, **payload):
        self._transactions.stop(transaction_id, payload)
        id_tag = payload.get("id_tag")
        return call_result.StopTransaction(
            id_tag_info=self._id_tag_info(id_tag) if id_tag is not None else None
        )

    @on(Action.meter_values)
    def on_meter_values(self, meter_value, transaction_id=None, **_):
        known = self._transactions.by_id.get(transaction_id)
        if known:
            known.meter_values.extend(meter_value)
        return call_result.MeterValues()

    @on(Action.data_transfer)
    def on_data_transfer(self, **_):
        return call_result.DataTransfer(status="UnknownVendorId")

    @on(Action.status_notification)
    def on_status_notification(self, **_):
        return call_result.StatusNotification()

    @on(Action.firmware_status_notification)
    def on_firmware_status_notification(self, **_):
        return call_result.FirmwareStatusNotification()

    @on(Action.diagnostics_status_notification)
    def on_diagnostics_status_notification(self, **_):
        return call_result.DiagnosticsStatusNotification()

    @on(Action.signed_firmware_status_notification)
    def on_signed_firmware_status_notification(self, **_):
        return call_result.SignedFirmwareStatusNotification()

    @on(Action.log_status_notification)
    def on_log_status_notification(self, **_):
        return call_result.LogStatusNotification()

    @on(Action.security_event_notification)
    def on_security_event_notification(self, **_):
        return call_result.SecurityEventNotification()

    @on(Action.sign_certificate)
    def on_sign_certificate(self, **_):
        return call_result.SignCertificate(status="Accepted")
