"""The charge point without its I/O: texts of one link in, texts out, time as an argument.

May import: its siblings, `ocppj`. Composes the profiles and owns the order of what is sent:
BootNotification first, then transaction messages and all others in turn (OCPP 1.6 section 4).
"""

from firmware.ocpp16.authorization import Authorization
from firmware.ocpp16.meter_values import Metering
from firmware.ocpp16.outbox import Outbox
from firmware.ocpp16.registration import Registration
from firmware.ocpp16.status import StatusReporter
from firmware.ocpp16.transactions import Transactions
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY, CallError, Rpc

# What `on_answer` gets in the place of a CALLERROR's code.
NOT_SENT = "NotSent"
TIMEOUT = "Timeout"

_MAX_QUEUE = const(24)


class ChargePoint:
    """One charge point and its central system.

    ``boot``: BootNotification's payload. ``files`` keeps state. ``log(text)``. ``job``: an
    `Update` or None. ``stop_reason``: of the transactions that the last run left open.
    ``outgoing``: the texts to send, in order; whoever sends one takes it out.
    """

    def __init__(
        self, boot, evse, configuration, clock, unique_ids, files, log,
        job=None, stop_reason="PowerLoss",
    ):  # fmt: skip
        self.outgoing = []
        self.evse = evse
        self.configuration = configuration
        self.clock = clock
        self.files = files
        self.job = job
        self.log = log
        self._rpc = Rpc(unique_ids)
        self._link = False
        self._links = 0
        self._answering = None  # the id of the CALL that is being answered
        self._queue = []  # (action, payload, on_answer, triggered)
        self._on_answer = None  # of the CALL in flight
        self._on_late = None  # of the one whose answer still counts when it comes too late
        self._boot_in_flight = False
        self._outbox_sent_last = False
        self.now_ms = 0
        self._profiles = []
        self.work = []  # coroutines that handlers want awaited, beside all else
        self.events = None  # security events, while some wait to be told
        self.credentials_changed = False  # by a command: the link is to take them up
        self._outbox = Outbox(configuration, clock, log, files, unique_ids, evse)
        self.status = StatusReporter(self)
        self.registration = Registration(
            boot, configuration, clock, log, self.status.forget, self.security_event
        )
        self.authorization = Authorization(self)
        self.transactions = Transactions(self, self._outbox, stop_reason)
        self.metering = Metering(self, self._outbox)
        self.diagnostics = None  # the upload of the logs, while there is one
        self.reset = None  # once one was asked for
        from firmware.ocpp16.availability import restore  # for the start only

        restore(evse, files)
        configuration.assign("NumberOfConnectors", len(evse.connectors))
        self.apply_configuration()

    def register(self, profile):
        """Have ``profile.tick(now_ms)`` called by `tick`."""
        self._profiles.append(profile)

    @property
    def registered(self):
        """Whether the last BootNotification was Accepted."""
        return self.registration.status == "Accepted"

    @property
    def boot_answered(self):
        """Whether any valid answer to a BootNotification has come since the boot."""
        return self.registration.status is not None

    @property
    def online(self):
        """Whether messages can go out now: linked and Accepted."""
        return self._link and self.registered

    @property
    def reset_requested(self):
        """None, "Soft" or "Hard": what the central system asked for."""
        return None if self.reset is None else self.reset.requested

    def request_reset(self, kind, now_ms):
        """Answer, stop and deliver, then let `ready_to_reset` say yes. ``kind``: Soft or Hard."""
        if self.reset is None:
            from firmware.ocpp16.reset import Reset

            self.reset = Reset(self, self._outbox)
        self.reset.request(kind, now_ms)

    def ready_to_reset(self, now_ms):
        """Whether the reset that was asked for may happen now."""
        return self.reset is not None and self.reset.is_ready(now_ms)

    def security_event(self, kind, techInfo=""):
        """Log that ``kind`` has happened, and have it told; False: no memory for it."""
        try:
            if self.events is None:
                from firmware.ocpp16.security_events import SecurityEvents

                self.events = SecurityEvents(self)
            self.events.note(kind, techInfo)
        except NO_MEMORY:
            self.log("security: no memory to tell of " + kind)
            return False

    def present_id_tag(self, idTag, now_ms, connector_id=None):
        """Somebody holds the card ``idTag`` against the reader: start or stop."""
        self.now_ms = now_ms
        self.authorization.present(idTag, connector_id)
        self._pump(now_ms)

    def apply_configuration(self):
        """Pass on the keys that others act on."""
        configuration = self.configuration
        self.evse.connection_timeout_ms = configuration.number("ConnectionTimeOut") * 1000
        self.evse.stop_on_unplug = configuration.flag("StopTransactionOnEVSideDisconnect")
        self.evse.limit("configuration", configuration.number("MaxCurrent") * 1000)
        self._rpc.timeout_ms = configuration.number("MessageTimeout") * 1000

    def send(self, action, payload, on_answer=None, triggered=False):
        """Queue a CALL. ``on_answer(ok, payload or code, now_ms)`` is told what became of it.

        False where it can't be sent; then the code is NOT_SENT, at once. ``triggered``: asked for
        by a TriggerMessage, so it may go while Pending. Transaction messages go by the outbox.
        """
        allowed = self.registered or (triggered and self.registration.status == "Pending")
        if self._link and allowed and len(self._queue) < _MAX_QUEUE:
            self._queue.append((action, payload, on_answer, triggered))
            return True
        if on_answer:
            on_answer(False, NOT_SENT, self.now_ms)
        return False

    def connected(self, now_ms):
        """A link to the central system is open."""
        self.now_ms = now_ms
        self._link = True
        self._links += 1
        self.registration.link_up(now_ms)
        self._pump(now_ms)

    def disconnected(self, now_ms):
        """The link is gone, and with it every answer that was still to come."""
        self.now_ms = now_ms
        self._link = False
        self._rpc.reset()
        self.outgoing.clear()
        self._outbox.interrupted()
        self.registration.link_down(self._boot_in_flight)
        waiting = self._queue
        self._queue = []
        try:
            self._settle(False, NOT_SENT, now_ms)
        except NO_MEMORY:
            self._on_answer = None
        self._boot_in_flight = False
        for _, _, on_answer, _ in waiting:
            try:
                if on_answer:
                    on_answer(False, NOT_SENT, now_ms)
            except NO_MEMORY:
                pass  # whoever it was about has to ask again

    def receive(self, text, now_ms):
        """Take one text message of the link."""
        self.now_ms = now_ms
        event = self._rpc.receive(text, now_ms)
        if event is None:
            return
        kind, unique_id = event[:2]
        if kind == "call":
            self._answer(unique_id, event[2], event[3], now_ms)
        elif kind == "result":
            self._settle(True, event[2], now_ms)
        elif kind == "late":
            self._rpc.late = None
            self._on_late(True, event[2], now_ms)
        elif kind == "error":
            self.log("CALLERROR %s %s" % event[2:])
            self._settle(False, event[2] or "GenericError", now_ms)
        else:
            self.log("malformed message: " + event[2])
            if unique_id is not None and self.registration.may_answer:
                self.outgoing.append(self._rpc.error(unique_id, "FormationViolation", event[2]))
        self._pump(now_ms)

    def tick(self, now_ms):
        """Whatever time brings. Call it after each `Evse.tick`, or a few times a second."""
        self.now_ms = now_ms
        self.clock.now_s(now_ms)
        unique_id = self._rpc.expire(now_ms)
        if unique_id:
            self.log("no answer in time")
            on_answer = self._on_answer
            if self._settle(False, TIMEOUT, now_ms):
                self._rpc.late = unique_id
                self._on_late = on_answer
        evse = self.evse
        if self.job:
            evse.set_available(not self.job.wants_unavailable, False)
        evse.starts_blocked = bool(
            self.reset or (self.job and self.job.wants_idle) or self._outbox.full
        )
        self.transactions.tick(now_ms)
        self.metering.tick(now_ms)
        self._outbox.tick(now_ms, self.online)
        if self.events is not None:
            self.events.tick(now_ms)  # before statuses, as the extension's sequences have it
        self.status.tick(now_ms)
        for profile in self._profiles:
            profile.tick(now_ms)
        self._pump(now_ms)

    def _answer(self, unique_id, action, payload, now_ms):
        if not self.registration.may_answer:
            self.log("ignored while Rejected: " + action[:50])
            return
        self._answering = unique_id
        try:
            from firmware.ocpp16.commands import answer

            result = answer(self, action, payload, now_ms)
            # None: see `later`
            text = None if result is None else self._rpc.result(unique_id, result)
        except CallError as error:
            self.log("%s refused: %s %s" % (action[:50], error.code, error.description))
            text = self._rpc.error(unique_id, error.code, error.description)
        except NO_MEMORY:  # the answer's text was too long for what is left
            text = self._rpc.error(unique_id, "InternalError", "out of memory")
        forget("firmware.ocpp16.commands")
        if text:
            self.outgoing.append(text)

    def later(self):
        """For the one that answers now: it returns None, and calls what this gives, once, with
        the answer. Lost with the link."""
        unique_id, link = self._answering, self._links

        def reply(payload):
            if self._link and self._links == link:
                self.outgoing.append(self._rpc.result(unique_id, payload))

        return reply

    def _settle(self, ok, payload, now_ms):
        """Say what became of the CALL in flight; true where a late answer would still count.

        What fails in there, for want of memory say, costs the link: then it is told NOT_SENT.
        """
        on_answer = self._on_answer
        is_awaited = on_answer(ok, payload, now_ms) if on_answer else None
        self._on_answer = None
        self._boot_in_flight = False
        return is_awaited

    def _pump(self, now_ms):
        """Send the next CALL where the link is free for one."""
        if not self._link or self._rpc.pending is not None or self._on_answer:
            return
        due = self.registration.next_call(now_ms)
        if due:
            self._boot_in_flight = due[0] == "BootNotification"
            self._call(due[0], due[1], due[2], now_ms)
            return
        queue = self._queue
        outbox_ready = self.registered and self._outbox.ready(now_ms)
        if queue and not (outbox_ready and not self._outbox_sent_last):
            action, payload, on_answer, _ = queue.pop(0)
            self._outbox_sent_last = False
            self._call(action, payload, on_answer, now_ms)
        elif outbox_ready:
            action, payload, number, unique_id = self._outbox.take()
            self._outbox_sent_last = True
            on_answer = self.transactions.on_answer(action, number, payload.get("idTag"))
            self._call(action, payload, on_answer, now_ms, unique_id)

    def _call(self, action, payload, on_answer, now_ms, unique_id=None):
        self._on_answer = on_answer
        if unique_id or self._boot_in_flight:
            self._rpc.late = None  # it is sent again
        self.outgoing.append(self._rpc.call(action, payload, now_ms, unique_id))
