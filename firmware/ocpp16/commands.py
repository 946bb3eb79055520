"""The central system's commands: who answers them (OCPP 1.6 section 5).

May import: its siblings, `ocppj`, `loader.modules`. The commands are in `core`, `remote_control`,
`firmware_commands`, `security_commands` and `remote_trigger`, each loaded, as this one is, for one
command and dropped: 25 to 110 ms on a Pico W.
"""

from firmware.ocpp16.table import row
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY, CallError

# Which module has which.
_CORE = const(
    " ChangeAvailability ChangeConfiguration ClearCache DataTransfer GetConfiguration"
    " UnlockConnector "
)
_REMOTE = const(" RemoteStartTransaction RemoteStopTransaction Reset ")
_FIRMWARE = const(" GetDiagnostics SignedUpdateFirmware UpdateFirmware ")
_SECURITY = const(" DeleteCertificate GetInstalledCertificateIds GetLog InstallCertificate ")
_RARE_MODULES = (
    "firmware.certificates",
    "firmware.ocpp16.authorization_rules",
    "firmware.ocpp16.availability",
    "firmware.ocpp16.charging_profile",
    "firmware.ocpp16.configuration_check",
    "firmware.ocpp16.configuration_keys",
    "firmware.ocpp16.core",
    "firmware.ocpp16.data_transfer",
    "firmware.ocpp16.firmware_commands",
    "firmware.ocpp16.iso",
    "firmware.ocpp16.remote_control",
    "firmware.ocpp16.remote_trigger",
    "firmware.ocpp16.security_commands",
    "firmware.ocpp16.security_keys",
    "firmware.ocpp16.validate",
    "surrogates",
)
# Of OCPP 1.6, but of profiles that this charger does not have: NotSupported. Any other unknown
# action is NotImplemented.
_UNSUPPORTED = const(
    " CancelReservation ClearChargingProfile GetCompositeSchedule GetLocalListVersion ReserveNow"
    " SendLocalList SetChargingProfile "
)


def answer(charge_point, action, payload, now_ms):
    """The payload that answers ``action``. Raises CallError.

    None: the answer comes later (`ChargePoint.later`). What answers is a function of the
    action's name, with the same arguments less ``action``.
    """
    name = " " + action + " "
    if " " in action:
        raise CallError("NotImplemented")  # no name at all, but a piece of the tables
    try:
        if name in _REMOTE:
            from firmware.ocpp16 import remote_control

            handlers = remote_control.__dict__
        elif name in _CORE:
            from firmware.ocpp16 import core

            handlers = core.__dict__
        elif name in _FIRMWARE:
            from firmware.ocpp16 import firmware_commands

            handlers = firmware_commands.__dict__
        elif action == "TriggerMessage" or action == "ExtendedTriggerMessage":
            from firmware.ocpp16 import remote_trigger

            handlers = remote_trigger.__dict__
        elif name in _SECURITY:
            from firmware.ocpp16 import security_commands

            handlers = security_commands.__dict__
        else:
            raise CallError("NotSupported" if name in _UNSUPPORTED else "NotImplemented")
        from firmware.ocpp16.validate import validate

        validate(row(handlers["ACTIONS"], action)[1:], payload)
        return handlers[action](charge_point, payload, now_ms)
    except NO_MEMORY:
        raise CallError("InternalError", "out of memory")  # the link goes on
    except OSError as error:
        raise CallError("InternalError", "storage: %s" % error)
    finally:
        forget(*_RARE_MODULES)
