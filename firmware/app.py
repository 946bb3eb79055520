"""The application while it runs: its tasks, resets, and the verdict on a trial.

May import: all of the image, ``loader``. What only the start needs is in ``firmware.assembly``.
"""

import asyncio
import gc
import os

from firmware.log import Log
from firmware.version import VERSION
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from ticks import ticks_add, ticks_diff, ticks_ms

_WELD_RETRY_MS = const(10000)
_MOST_SHORT = const(100)  # turns, some 10 s


def main(context):
    """Run until a reset is due; ``context`` is the loader's. Called by main.py."""
    from firmware.settings import SettingsError

    log = Log(context.files)
    try:
        app = App(context, log)
    except SettingsError as error:
        if context.is_trial:
            raise  # the image before this one could read them
        from firmware.preload import wait_for_provisioning

        wait_for_provisioning(context, error, log)
        return
    asyncio.run(app.run())


class App:
    """Owns what the tasks share. Raises SettingsError when it was not provisioned."""

    def __init__(self, context, log):
        self.context = context
        self.log = log
        self._is_due = False  # a reset
        self._short = 0  # turns in a row that lacked memory
        self._work = None  # the task a command left behind last
        self._renewal = None  # of the credentials, while it is under way
        self._judge = None  # the task that judges the request of a signed update
        from firmware.outcome import outcome

        log.lasting("app: %s, slot %s, %s" % (version(), context.slot, outcome(context)))
        from firmware.preload import load

        load(context.wdt.feed)
        from firmware.assembly import START_ONLY, assemble

        (
            self._resolver,
            self._allow_http,
            self.allow_unsigned,
            self._board,
            self._clock,
            self._update,
            self.charge_point,
            self._outlet,
            self._link,
            self._updater,
            self._supervisor,
            self._trial,  # None unless this is one
        ) = assemble(self)
        self._welded = self.charge_point.evse.welded  # as the file says
        self._again_ms = None  # when writing it may be tried again
        forget(*START_ONLY)

    async def run(self):
        """All tasks; returns when a reset is due, raises what any of them raises."""
        gc.collect()
        self.log("app: heap %d used, %d free" % (gc.mem_alloc(), gc.mem_free()))
        updater = self._updater.run(self._upload)
        tasks = [
            asyncio.create_task(task) for task in (self._outlet.run(), self._link.run(), updater)
        ]
        try:
            await self._supervisor.run(tasks, self._turn)
            tasks[0].cancel()  # the outlet's: its contactor opens before anything is waited for
            self._board.contactor.set(False)
            await self._link.close()  # 1.5 s at most: the watchdog goes on
        finally:
            self._board.contactor.set(False)
            self.log.flush()

    def _turn(self, now_ms):
        """True when a reset is due; a turn that lacks memory is made up for by the next one."""
        try:
            self._move(now_ms)
            self._short = 0
        except NO_MEMORY:
            self._short += 1
            if self._short > _MOST_SHORT:
                raise
        return self._is_due

    def _move(self, now_ms):
        """Everything that time moves, ten times a second."""
        charge_point = self.charge_point
        charge_point.tick(now_ms)
        if self._outlet.failed:
            self._outlet.failed = False
            self.log("outlet: a turn lacked memory")
        if charge_point.evse.welded != self._welded:
            self._keep_welds(charge_point.evse, now_ms)
        if charge_point.work:
            self._work = asyncio.create_task(charge_point.work.pop(0))
        if charge_point.credentials_changed or self._renewal is not None:
            self._renew(now_ms)
        if self._board.tick(now_ms):
            try:
                from firmware.network_change import attend

                attend(self._board.wifi, self._link, self._resolver, self.charge_point, self.log)
            except NO_MEMORY:
                pass  # the link misses a ping's answer, then
        if self._update.offer and self._judge is None:
            self._judge = asyncio.create_task(self._judge_offer())
        if self._clock.is_set:
            self._board.set_clock(self._clock.now_s(now_ms))
        if self.context.is_trial:
            self._judge_trial(now_ms)
        elif charge_point.ready_to_reset(now_ms):
            self.log("app: reset, %s" % charge_point.reset_requested)
            self._is_due = True
        self.log.tick(now_ms)

    async def _judge_offer(self):
        try:
            await self._updater.judge()
        finally:
            self._judge = None

    def _renew(self, now_ms):
        if self._renewal is None:
            from firmware.renewal import Renewal

            self._renewal = Renewal(self.charge_point, self._link)
        if self._renewal.tick(now_ms):
            self._renewal = None
            forget("firmware.renewal", "firmware.ocpp16.security_keys")

    def _judge_trial(self, now_ms):
        self._is_due = self._trial.judge(
            now_ms,
            self.context,
            self._board,
            self.charge_point,
            self._update,
            self.log,
        )
        if not self.context.is_trial:
            self._trial = None
            forget("firmware.trial", "loader.verdict")

    def _keep_welds(self, evse, now_ms):
        """Until it is written: the contact may not tell of it again after a reset."""
        if self._again_ms is not None and ticks_diff(now_ms, self._again_ms) < 0:
            return
        self._again_ms = ticks_add(now_ms, _WELD_RETRY_MS)
        try:
            from firmware.weld_latch import keep

            keep(evse, self.context.files)
            self._welded = evse.welded
            self._again_ms = None
        except (OSError,) + NO_MEMORY as error:
            self.log("weld not kept: %r" % error)
        forget("firmware.weld_latch")

    async def _upload(self):
        """Upload the logs where that is due: with every contactor open, as for an update."""
        charge_point = self.charge_point
        job = charge_point.diagnostics
        if job is None or charge_point.evse.inhibited or not job.is_due(self.now_s()):
            return
        for connector in charge_point.evse.connectors:
            if connector.contactor.on:
                return
        job.begin()
        try:
            from firmware.upload import attempt
        except NO_MEMORY:
            job.failed("out of memory", self.now_s())
            return
        await attempt(self, job, charge_point.registration.payload)

    def trust(self):
        """The options of ``httpc`` that say whom this board trusts."""
        tls = self._link.trust()
        return {"tls": tls, "allow_http": self._allow_http, "resolver": self._resolver}

    # -- what others need ---------------------------------------------------------------

    def request_reset(self):
        """End this boot at the next turn."""
        self._is_due = True

    def record(self):
        """The boot record in force."""
        return self.context.record

    def now_s(self):
        """Unix time in seconds."""
        return self._clock.now_s(ticks_ms())

    def late(self, name):
        """The function ``name`` of `update_source` for this application, loaded when called."""

        def call(*arguments):
            from firmware import update_source

            return getattr(update_source, name)(self, *arguments)

        return call


def version():
    """The running image's version as text."""
    return "%d.%d.%d" % VERSION


def random_id():
    """Below 2^31, for an update request."""
    return int.from_bytes(os.urandom(4), "little") & 0x7FFFFFFF
