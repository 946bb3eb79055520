"""One outlet: pilot, contactor and transaction together.

May import: its siblings, `ticks`. IEC 61851-1 Annex A: energy in state C or D with PWM only,
within 3 s of the vehicle's wish, gone within 100 ms of its end. Statuses: see `status`.
"""

from firmware.evse.contactor import Contactor
from firmware.evse.faults import Faults
from firmware.evse.limits import Limits
from firmware.evse.pilot import Pilot
from firmware.evse.status import next_status
from firmware.evse.transaction import Register, Transaction
from micropython import const
from ticks import ticks_diff

# An ordinary stop waits this long for the vehicle to unload.
_UNLOAD_MS = const(6000)
# The time a vehicle has to take up an offer (IEC 61851-1 Annex A): till then it isn't the cause.
_ASK_MS = const(5000)
# Each status, so that who looks ten times a second misses no step of the specification's table.
_SHOWN_MS = const(200)
# Finishing lasts at least this long where the plug is out already, so that it can be seen.
_FINISHING_MS = const(1000)


class Connector:
    """``station`` is the `Evse` it belongs to: what it decides holds for every connector.

    Outputs: ``contactor.on``, ``offered_ma`` (0: steady +12 V), ``status``, ``errorCode``.
    """

    def __init__(self, station, connector_id, max_ma):
        self.connector_id = connector_id
        self.pilot = Pilot()
        self.faults = Faults()
        self.contactor = Contactor(self.faults)
        self.limits = Limits(max_ma)
        self.register = Register(max_ma)
        self.transaction = None
        self.plugged = False  # whether a vehicle is there
        self.offered_ma = 0
        self.status = "Available"
        self.errorCode = "NoError"
        # ChangeAvailability's; `held` is the charger's own choice (an update, say).
        self.operative = True
        self.held = False
        # What the present transaction may take at most; None: as much as the vehicle wants.
        self.energy_limit_wh = None
        # False: a test of the board's protection has still to be passed before each connection.
        self.protection_tested = True
        self._station = station
        self._idTag = None  # authorized, waits for the plug
        self._parentIdTag = None
        self._stopping = None  # reason of the stop under way
        self._preparing_ms = None
        self._finishing = False
        self._finished_ms = None
        self._unload_ms = None
        self._ask_ms = None  # since when there is an offer that may yet be taken up
        self._shown_ms = None  # since when the status is shown; None: for long enough

    @property
    def in_use(self):
        """Whether a transaction runs or is about to."""
        return self.transaction is not None or self._idTag is not None

    @property
    def startable(self):
        """Whether `authorize` would succeed now."""
        return (
            not self.in_use
            and not self._station.starts_blocked
            and self._may_serve()
            and not self.faults.active
        )

    def authorize(self, idTag, now_ms, parentIdTag=None):
        """Let ``idTag`` charge here, at once or when the cable comes; False if it can't."""
        if not self.startable:
            return False
        self._idTag = idTag
        self._parentIdTag = parentIdTag
        self._finishing = False
        self._preparing_ms = now_ms
        return True

    def resume(self, transaction):
        """Go on with a transaction of the last run, authorized anew; False if that can't be."""
        if not self.startable or not self.plugged:
            return False
        self._begin(transaction)
        return True

    def stop(self, reason, idTag=None):
        """Stop the transaction, or forget the one about to start. Unloads first."""
        self._idTag = None
        if self.transaction is not None and self._stopping is None:
            self._stopping = reason
            self.transaction.stop_idTag = idTag

    def tick(self, now_ms, high_mv, low_mv, meter_wh, contactor_feedback):
        """Take one measurement and set the outputs; ``meter_wh`` None: the meter is silent."""
        self.pilot.update(now_ms, high_mv, low_mv, self.offered_ma > 0)
        self.contactor.tick(now_ms, contactor_feedback)
        self._find_faults(now_ms, meter_wh)
        self._watch_plug(now_ms)
        self._start_or_time_out(now_ms)
        self._switch(now_ms)
        self._end(now_ms)
        self._show(now_ms)

    def _may_serve(self):
        return self.operative and not self.held and not self._station.inhibited

    def _find_faults(self, now_ms, meter_wh):
        faults = self.faults
        state = self.pilot.state
        faults.set("pilot", state in ("E", "F") or self.pilot.stuck)
        faults.set("meter", not self.register.update(meter_wh, now_ms))
        faults.set("diode", self.pilot.diode_fault)
        faults.set(
            "ventilation",
            state == "D" and self.transaction is not None and not self._station.ventilated,
        )
        if faults.active:
            # Energy comes back only after a fresh check.
            self.pilot.forget_diode()
        if "weld" in faults.active:
            # Nothing more can be charged here: the books must close.
            self.stop("Other")

    def _watch_plug(self, now_ms):
        pilot = self.pilot
        if pilot.plugged:
            self.plugged = True
        elif pilot.state == "A":
            if pilot.gone:
                self.faults.unplugged()
            if self.plugged:
                self.plugged = False
                self._preparing_ms = None
                self._finishing = False
                if self._station.stop_on_unplug:
                    self.stop("EVDisconnected")

    def _start_or_time_out(self, now_ms):
        if self.transaction is not None:
            return
        idTag = self._idTag
        serves = not self.faults.active and (idTag is not None or self._may_serve())
        if self.faults.worst[1] and self.status != "Faulted":
            self._finishing = False  # after the fault it is what the pilot shows then
        if serves and idTag is not None and self.plugged and self.status != "Faulted":
            transaction = Transaction(
                self.connector_id, idTag, self.register.wh, self._parentIdTag
            )
            # First what wants memory: without it nothing has happened yet.
            self._station.events.append(("started", transaction))
            self._begin(transaction)
        elif self._finishing or not (self.plugged or idTag is not None):
            self._preparing_ms = None
        elif self._preparing_ms is None or (serves and self.status != "Preparing"):
            # Anew where the connector couldn't serve in between.
            self._preparing_ms = now_ms
        else:
            limit_ms = self._station.connection_timeout_ms
            if limit_ms and ticks_diff(now_ms, self._preparing_ms) >= limit_ms:
                # Card without cable: forget the card. Cable without card: Finishing.
                self._idTag = None
                self._finishing = self.plugged and serves

    def _begin(self, transaction):
        self.transaction = transaction
        self._idTag = self._preparing_ms = self.energy_limit_wh = None
        self._finishing = False

    def _may_take_energy(self):
        transaction = self.transaction
        if transaction is None or self._stopping is not None:
            return False
        limit_wh = self.energy_limit_wh
        if limit_wh is not None and self.register.wh - transaction.meter_start_wh >= limit_wh:
            return False
        return self.protection_tested and not (self.faults.active or self._station.inhibited)

    def _switch(self, now_ms):
        pilot = self.pilot
        contactor = self.contactor
        state = pilot.state
        asked = state == "C" or (state == "D" and self._station.ventilated)
        # An offer that is taken up must be followed by energy within 3 s: while the contactor
        # must rest there is none, but one that was made stands until the vehicle asks.
        ready = contactor.on or contactor.may_close() or (self.offered_ma > 0 and not asked)
        offers = ready and pilot.plugged and self._may_take_energy()
        offered_ma = self.limits.offered_ma if offers else 0
        if not offered_ma:
            self._ask_ms = None
        elif not self.offered_ma:
            # What was measured without this PWM proves nothing: state C1 gets no energy.
            pilot.forget_diode()
            self._ask_ms = now_ms
        self.offered_ma = offered_ma
        energize = offered_ma > 0 and asked and pilot.diode_verified
        if not contactor.on:
            if energize and pilot.settled and contactor.may_close():
                contactor.close(now_ms)
                self._unload_ms = None
        elif energize:
            self._unload_ms = None
        elif self.faults.active or not asked:
            # A fault, or the vehicle has let go by itself.
            contactor.open(now_ms)
        elif self._unload_ms is None:
            self._unload_ms = now_ms
        elif ticks_diff(now_ms, self._unload_ms) >= _UNLOAD_MS:
            contactor.open(now_ms)

    def _end(self, now_ms):
        transaction = self.transaction
        if transaction is None or self._stopping is None or self.contactor.on:
            return
        transaction.meter_stop_wh = self.register.wh
        transaction.reason = self._stopping
        self._station.events.append(("stopped", transaction))
        self.transaction = self._stopping = self._unload_ms = None
        self._finishing = self.plugged
        self._finished_ms = now_ms

    def _show(self, now_ms):
        finished_ms = self._finished_ms
        if finished_ms is not None and ticks_diff(now_ms, finished_ms) >= _FINISHING_MS:
            self._finished_ms = None
        code, faulted = self.faults.worst
        wanted = "Faulted" if faulted else self._charging_status(now_ms)
        if wanted is None:
            wanted = self._idle_status(code)
        if self._shown_ms is not None and ticks_diff(now_ms, self._shown_ms) >= _SHOWN_MS:
            self._shown_ms = None
        status = self.status
        if wanted != status and (wanted == "Faulted" or self._shown_ms is None):
            self.status = status = next_status(status, wanted)
            self._shown_ms = now_ms
        if code == "EVCommunicationError" and status not in (
            "Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing",
        ):  # fmt: skip
            code = "NoError"
        self.errorCode = code

    def _charging_status(self, now_ms):
        if self.transaction is None:
            return None
        status = self.status
        if self._stopping is not None:
            return status
        state = self.pilot.state
        if self.contactor.on and self.offered_ma:
            self._ask_ms = None
            return "Charging"
        if self.offered_ma == 0 and state != "A":
            return "SuspendedEVSE"
        if self._ask_ms is not None and ticks_diff(now_ms, self._ask_ms) >= _ASK_MS:
            self._ask_ms = None
        # The vehicle's time to react, then pilot and diode are to be believed: it goes on as it
        # was, and what was not the vehicle's doing is not called so.
        if self._ask_ms is None and state != "C" and state != "D":
            return "SuspendedEV"
        if status.startswith("Susp"):
            return status
        return "SuspendedEVSE" if status == "Charging" or status == "Faulted" else "Preparing"

    def _idle_status(self, code):
        if self._finished_ms is not None:
            return "Finishing"
        if not self._may_serve() and self._idTag is None:
            self._finishing = False
            return "Unavailable"
        if self._finishing:
            return "Finishing"
        if code == "EVCommunicationError":
            return "SuspendedEVSE"
        return "Preparing" if self.plugged or self._idTag is not None else "Available"
