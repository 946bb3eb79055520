"""The central system's commands: who answers them; starting, stopping, reset (OCPP 1.6 5).

May import: its siblings, `ocppj`, `loader.modules`. A profile's commands are in its module:
`core`, `firmware_commands`, `remote_trigger`, each loaded, as this one is, for one command and
dropped: 25 to 110 ms on a Pico W. Of Core what switches power, or leads to it, is here.
"""

from firmware.ocpp16.table import row
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY, CallError

# Name, then each field and what it holds (see `validate`); "-": no fields.
# A good chargingProfile is ignored, as section 5.11 wants without SmartCharging.
ACTIONS = """
RemoteStartTransaction connectorId i1 idTag s20! chargingProfile o
RemoteStopTransaction transactionId il!
Reset type eHard|Soft!
"""
_CORE = const(
    " ChangeAvailability ChangeConfiguration ClearCache DataTransfer GetConfiguration"
    " UnlockConnector "
)
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
        if row(ACTIONS, action):
            handlers = globals()
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


def RemoteStartTransaction(charge_point, payload, now_ms):
    if "chargingProfile" in payload:
        from firmware.ocpp16.charging_profile import check

        check(payload["chargingProfile"])
    authorization = charge_point.authorization
    from firmware.ocpp16.authorization_rules import free_connector

    connector = free_connector(charge_point, payload.get("connectorId"))
    idTag = payload["idTag"]
    if connector is None or not idTag or not charge_point.registered:
        return {"status": "Rejected"}
    if charge_point.configuration.flag("AuthorizeRemoteTxRequests"):
        authorization.authorize(idTag, connector)
    elif connector.authorize(idTag, now_ms):
        authorization.allowed[connector.connector_id] = idTag
    return {"status": "Accepted"}


def RemoteStopTransaction(charge_point, payload, now_ms):
    done = charge_point.registered and _stop(charge_point, payload["transactionId"])
    return {"status": "Accepted" if done else "Rejected"}


def _stop(charge_point, transaction_id):
    """Stop that transaction, also where it waits to go on; False: there is none."""
    transactions = charge_point.transactions
    for connector in charge_point.evse.connectors:
        if transactions.id_at(connector) == transaction_id:
            connector.stop("Remote")
            return True
    outbox = transactions.outbox
    for record in outbox.left_open:
        if outbox.transaction_id(record["n"]) == transaction_id:
            record["reason"] = "Remote"
            return True
    return False


def Reset(charge_point, payload, now_ms):
    charge_point.request_reset(payload["type"], now_ms)
    return {"status": "Accepted"}
