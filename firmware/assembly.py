"""The composition root: builds every part of the application. Loaded for the start only.

Nothing here may outlive it, so no function of this module is handed to a part.
May import: all of the image.
"""

import json
import os

from firmware import weld_latch
from firmware.app import random_id, version
from firmware.evse.evse import Evse
from firmware.hal import start
from firmware.hal.board import Board
from firmware.link import Link
from firmware.ocpp16.charge_point import ChargePoint
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.firmware_management import FirmwareManagement
from firmware.ocpp16.security_keys import PATH as CREDENTIALS
from firmware.ocpp16.update import Update
from firmware.outcome import fell
from firmware.outlet import Outlet
from firmware.room import shortage
from firmware.settings import Settings
from firmware.supervisor import Supervisor
from firmware.updater import Updater
from firmware.version import VERSION
from loader.record import other
from loader.resets import POWER_ON
from ocppj import UniqueIds
from resolver import Resolver
from ticks import ticks_ms

# What the start alone needs, or a later moment of its own: out of the heap after it.
START_ONLY = (
    "firmware.assembly",
    "firmware.certificates",
    "firmware.credentials",
    "firmware.hal.start",
    "firmware.ocpp16.availability",
    "firmware.ocpp16.configuration_check",
    "firmware.ocpp16.configuration_keys",
    "firmware.ocpp16.security_keys",
    "firmware.outcome",
    "firmware.preload",
    "firmware.room",
    "firmware.settings",
    "firmware.weld_latch",
    "loader.verdict",
    "ws.masking",
)
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
    header = slots[context.slot].header()
    manifest = json.loads(header.manifest())
    line = shortage(files, slots[other(context.slot)], header.payload_size)
    if line:
        log.lasting(line)

    board = Board(context.board)
    log.clock = clock = Clock(now_ms, manifest["built"])
    wifi = start.start_wifi(settings.wifi, log)
    board.wifi = wifi  # pyright: ignore[reportAttributeAccessIssue]
    resolver = Resolver(wifi.name_servers if wifi else tuple)
    evse = Evse(board.max_ma)
    evse.connectors[0].register.max_ma = 0  # pulses: counted here, they can't jump
    evse.inhibited = context.is_trial
    evse.ventilated = context.board.get("ventilated", False)
    weld_latch.restore(evse, files)
    configuration = Configuration(files, _keys(settings))
    is_power_on = context.cause == POWER_ON
    delay_s = configuration.number("RestartDelayMax") if is_power_on else 0
    evse.hold_open(now_ms, random_id() % (delay_s * 1000 + 1))
    update = Update(files, log, log.lasting, random_id, VERSION)
    update.has_roots = app.late("has_roots")
    update.cause = fell(context)
    update.settle(context.record, slots[other(context.record.home)])
    charge_point = ChargePoint(
        _boot_payload(settings),
        evse,
        configuration,
        clock,
        UniqueIds(os.urandom(12)),
        files,
        log,
        update,
        "PowerLoss" if is_power_on else "Reboot",
    )
    charge_point.now_ms = now_ms  # of the event of this start
    charge_point.register(FirmwareManagement(charge_point, update))
    surroundings = _surroundings(evse, context.board)
    outlet = Outlet(evse, board.pilot, board.contactor, board.meter, surroundings)
    charge_point.security_event(
        "StartupOfTheDevice" if is_power_on else "ResetOrReboot", str(context.cause)
    )
    charge_point.credentials_changed = files.size(CREDENTIALS) is not None
    from firmware.credentials import load  # so late that it is gone again

    url, headers, tls = load(charge_point)
    link = Link(
        charge_point,
        url,
        tls,
        headers,
        settings.identity,
        board.network_up,
        log,
        resolver,
    )
    updater = Updater(
        update, files, slots, app.record, app.late("device"), app.late("get"), app.now_s,
        app.request_reset, log, app.late("update_trust"), board.network_up, link,
    )  # fmt: skip
    trial = _trial(settings, now_ms, manifest, update.job) if context.is_trial else None
    supervisor = Supervisor(context, outlet, settings.confirm_after_s, now_ms)
    # Once the outbox has told the last time that it has noted.
    start.raise_clock(max(manifest["built"], clock.seen_s))
    return (
        resolver,
        settings.allow_http,
        settings.allow_unsigned,
        board,
        clock,
        update,
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


def _trial(settings, now_ms, manifest, job):
    from firmware.trial import Trial, deadline_s

    floor = tuple(manifest["floor"])
    least_s = deadline_s(settings.trial_deadline_s, job)
    return Trial(now_ms, settings.confirm_after_s, least_s, floor)


def _keys(settings):
    """The configuration keys' first values."""
    keys = {"SupportedFileTransferProtocols": "HTTP,HTTPS" if settings.allow_http else "HTTPS"}
    if settings.authorization_key:
        keys["AuthorizationKey"] = settings.authorization_key
        keys["SecurityProfile"] = "2" if settings.url[:4].lower() == "wss:" else "1"
    keys.update(settings.keys)
    return keys


def _boot_payload(settings):
    return {
        "chargePointVendor": settings.vendor[:20],
        "chargePointModel": settings.model[:20],
        "chargePointSerialNumber": (settings.serial or start.unique_id())[:25],
        "firmwareVersion": version(),
    }
