"""The composition root: builds every part of the application. Loaded for the start only.

Nothing here may outlive it, so no function of this module is handed to a part.
May import: all of the image.
"""

import binascii
import json
import os

import transport
from firmware import weld_latch
from firmware.app import random_id, version
from firmware.evse.evse import Evse
from firmware.hal.board import Board
from firmware.link import Link
from firmware.ocpp16.charge_point import ChargePoint
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.firmware_management import FirmwareManagement
from firmware.ocpp16.update_job import UpdateJob
from firmware.outlet import Outlet
from firmware.settings import Settings
from firmware.supervisor import Supervisor
from firmware.updater import Updater
from loader.record import other
from loader.resets import POWER_ON
from micropython import const
from ocppj import UniqueIds
from resolver import Resolver
from ticks import ticks_ms

_CA = const("/certs/ca.der")
_MAX_CERTIFICATE = const(4096)
_INPUTS = ("proximity_adc_pin", "temperature_adc_pin", "ground_fault_pin", "emergency_stop_pin")


def assemble(app):
    """The parts of ``app``, in the order of its attributes; starts the network.

    Raises SettingsError.
    """
    now_ms = ticks_ms()
    context, log = app.context, app.log
    files, slots = context.files, context.slots
    settings = Settings(files)
    # The loader has verified this image, and what it says of itself with it.
    manifest = json.loads(slots[context.slot].header().manifest())

    board = Board(context.board)
    board.raise_clock(manifest["built"])
    log.clock = clock = Clock(now_ms, manifest["built"])
    tls = _tls_context(files)
    resolver = Resolver(board.name_servers)
    evse = Evse(board.max_ma)
    evse.connectors[0].register.max_ma = 0  # pulses: counted here, they can't jump
    evse.inhibited = context.is_trial
    evse.ventilated = context.board.get("ventilated", False)
    weld_latch.restore(evse, files)
    configuration = Configuration(files, _keys(settings))
    is_power_on = context.cause == POWER_ON
    delay_s = configuration.number("RestartDelayMax") if is_power_on else 0
    evse.hold_open(now_ms, random_id() % (delay_s * 1000 + 1))
    job = UpdateJob(files, log.lasting, random_id)
    job.settle(context.record, slots[other(context.record.home)])
    charge_point = ChargePoint(
        _boot_payload(settings, board),
        evse,
        configuration,
        clock,
        UniqueIds(os.urandom(12)),
        files,
        log,
        job,
        "PowerLoss" if is_power_on else "Reboot",
    )
    charge_point.register(FirmwareManagement(charge_point, job))
    surroundings = _surroundings(evse, context.board)
    outlet = Outlet(evse, board.pilot, board.contactor, board.meter, surroundings)
    link = Link(
        charge_point,
        settings.endpoint(),
        tls,
        _headers(settings),
        settings.identity,
        board.network_up,
        log,
        resolver,
    )
    updater = Updater(
        job, files, slots, app.record, app.device, app.get, app.now_s, app.request_reset, log
    )
    trial = _trial(settings, now_ms, manifest) if context.is_trial else None
    supervisor = Supervisor(context, outlet, settings.confirm_after_s, now_ms)
    board.start_network(settings.wifi)
    return (
        tls,
        resolver,
        settings.allow_http,
        board,
        clock,
        job,
        charge_point,
        outlet,
        link,
        updater,
        supervisor,
        trial,
    )


def _surroundings(evse, board):
    """What the board senses besides pilot and meter, None where that is nothing."""
    for name in board:
        if name in _INPUTS:
            from firmware.evse.surroundings import Surroundings
            from firmware.hal.inputs import Inputs

            max_ma = board["max_current_a"] * 1000
            max_c = board.get("temperature_max_c")
            return Surroundings(evse.connectors[0], Inputs(board), max_ma, max_c)
    return None


def _trial(settings, now_ms, manifest):
    from firmware.trial import Trial

    floor = tuple(manifest["floor"])
    return Trial(now_ms, settings.confirm_after_s, settings.trial_deadline_s, floor)


def _tls_context(files):
    data = files.read(_CA, _MAX_CERTIFICATE)
    return transport.make_tls(data) if data else None


def _headers(settings):
    key = settings.authorization_key
    if not key:
        return ()
    credentials = settings.identity.encode() + b":" + binascii.unhexlify(key)
    text = binascii.b2a_base64(credentials).decode().strip()
    return (("Authorization", "Basic " + text),)


def _keys(settings):
    """The configuration keys' first values."""
    keys = {"SupportedFileTransferProtocols": "HTTP,HTTPS" if settings.allow_http else "HTTPS"}
    keys.update(settings.keys)
    return keys


def _boot_payload(settings, board):
    return {
        "chargePointVendor": settings.vendor[:20],
        "chargePointModel": settings.model[:20],
        "chargePointSerialNumber": (settings.serial or board.unique_id())[:25],
        "firmwareVersion": version(),
    }
