"""The composition root: builds everything, runs the tasks, confirms or rejects a trial.

May import: all of the image, ``loader``.
"""

import asyncio
import binascii
import gc
import os
import sys

import transport
from firmware.evse.evse import Evse
from firmware.hal.board import Board
from firmware.link import Link
from firmware.log import log
from firmware.ocpp16.charge_point import ChargePoint
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.firmware_management import FirmwareManagement
from firmware.ocpp16.open_transactions import saved_registers
from firmware.ocpp16.update_job import UpdateJob
from firmware.outlet import Outlet
from firmware.settings import Settings
from firmware.supervisor import Supervisor
from firmware.trial import Trial
from firmware.updater import Updater
from firmware.version import STATE_SCHEMA, VERSION
from loader import LOADER_VERSION
from loader.modules import forget
from loader.record import other
from loader.resets import POWER_ON
from micropython import const
from ocppj.unique_ids import UniqueIds
from ticks import ticks_ms

_CA = const("/certs/ca.der")
_MAX_CERTIFICATE = const(4096)


def main(context):
    """Run until a reset is due; ``context`` is the loader's. Called by main.py."""
    asyncio.run(App(context).run())


class App:
    """Owns what the tasks share. Raises SettingsError when it was not provisioned."""

    def __init__(self, context):
        now_ms = ticks_ms()
        self._context = context
        self._is_due = False  # a reset
        context.wdt.feed()
        files, slots = context.files, context.slots
        self._settings = settings = Settings(files)
        built_s, self._floor = _facts(slots[context.slot])
        log("app: %s, slot %s, %s" % (_version(), context.slot, _state(context)))

        self._board = board = Board(context.board)
        board.raise_clock(built_s)
        self._clock = Clock(now_ms, built_s)
        self._tls = self._tls_context()
        configuration = Configuration(files, settings.keys)
        self._evse = evse = Evse(board.max_ma, board.connectors, saved_registers(files))
        evse.inhibited = context.is_trial
        self._job = UpdateJob(files, log, _random_id)
        self._job.settle(context.record, slots[other(context.record.home)])
        self._charge_point = ChargePoint(
            self._boot_payload(),
            evse,
            configuration,
            self._clock,
            UniqueIds(os.urandom(12)),
            files,
            log,
            self._job,
            "PowerLoss" if context.cause == POWER_ON else "Reboot",
        )
        self._charge_point.register(FirmwareManagement(self._charge_point, self._job))
        self._outlet = Outlet(evse, board.pilot, board.contactor, board.meter)
        self._link = Link(
            self._charge_point,
            settings.endpoint(),
            self._tls,
            self._headers(),
            settings.identity,
            board.network_up,
            log,
        )
        self._updater = Updater(
            self._job,
            files,
            slots,
            lambda: context.record,
            self._device,
            self._get,
            self._now_s,
            self._request_reset,
            log,
        )
        self._trial = Trial(now_ms, settings.confirm_after_s, settings.trial_deadline_s)
        self._supervisor = Supervisor(context, self._outlet, settings.confirm_after_s, now_ms)

    async def run(self):
        """All tasks; returns when a reset is due, raises what any of them raises."""
        self._board.start_network(self._settings.wifi)
        gc.collect()
        log("app: heap %d used, %d free" % (gc.mem_alloc(), gc.mem_free()))
        tasks = [
            asyncio.create_task(task)
            for task in (self._outlet.run(), self._link.run(), self._updater.run())
        ]
        await self._supervisor.run(tasks, self._turn)
        await self._link.close()
        self._board.contactor.set(False)

    def _turn(self, now_ms):
        """Everything that time moves, ten times a second; True when a reset is due."""
        charge_point = self._charge_point
        charge_point.tick(now_ms)
        self._board.tick(now_ms)
        if self._clock.is_set:
            self._board.raise_clock(self._clock.now_s(now_ms))
        if self._context.is_trial:
            self._judge_trial(now_ms)
        elif charge_point.ready_to_reset(now_ms):
            log("app: reset, %s" % charge_point.reset_requested)
            self._is_due = True
        return self._is_due

    def _judge_trial(self, now_ms):
        from loader import verdict

        context = self._context
        finding = self._trial.verdict(
            now_ms, self._board.self_test(), self._charge_point.boot_answered
        )
        if finding is None:
            return
        if finding != Trial.CONFIRM:
            log("app: trial rejected, %s" % finding)
            context.record = verdict.reject(context.files, context.record, finding)
            self._is_due = True
            return
        context.record = verdict.confirm(context.files, context.record, context.slots, self._floor)
        log("app: %s is confirmed" % _version())
        self._job.settle(context.record, context.slots[other(context.record.home)])
        self._evse.inhibited = False

    # -- what others need ---------------------------------------------------------------

    def _request_reset(self):
        self._is_due = True

    def _now_s(self):
        return self._clock.now_s(ticks_ms())

    def _device(self, capacity, floor):
        from ota.manifest import Device

        return Device(
            self._context.board["compatible"],
            sys.implementation._mpy,
            tuple(sys.implementation.version[:3]),
            LOADER_VERSION,
            STATE_SCHEMA,
            floor,
            capacity,
        )

    async def _get(self, url):
        from httpc.client import get

        return await get(url, tls=self._tls, allow_http=self._settings.allow_http)

    def _tls_context(self):
        data = self._context.files.read(_CA, _MAX_CERTIFICATE)
        return transport.make_tls(data) if data else None

    def _headers(self):
        key = self._settings.authorization_key
        if not key:
            return ()
        credentials = self._settings.identity.encode() + b":" + binascii.unhexlify(key)
        text = binascii.b2a_base64(credentials).decode().strip()
        return (("Authorization", "Basic " + text),)

    def _boot_payload(self):
        settings = self._settings
        payload = {
            "chargePointVendor": settings.vendor[:20],
            "chargePointModel": settings.model[:20],
            "firmwareVersion": _version(),
        }
        if settings.serial:
            payload["chargePointSerialNumber"] = settings.serial[:25]
        return payload


def _facts(slot):
    """(build time in Unix seconds, version floor) of the image in ``slot``."""
    from ota.manifest import Manifest

    manifest = Manifest(slot.header())
    forget("ota.manifest")
    return manifest.built, manifest.floor


def _version():
    return "%d.%d.%d" % VERSION


def _state(context):
    return "on trial" if context.is_trial else "confirmed"


def _random_id():
    return int.from_bytes(os.urandom(4), "little") & 0x7FFFFFFF
