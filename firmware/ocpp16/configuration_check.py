"""What configuration keys take, and the file of those that were changed.

May import: `json`, its siblings. Loaded at the start and for a change of a key, then dropped.
"""

import json

from firmware.ocpp16.configuration_keys import KEYS, default
from firmware.ocpp16.table import row
from micropython import const

PATH = "/state/keys.json"
_SCHEMA = const(1)
_MAX_FILE = const(8192)

# What is asked for while the charger runs, outside commands and updates: the table of all keys
# must not have to be loaded in the middle of that. The names cost no heap, others have them too.
SOON = const(
    "AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests"
    " ClockAlignedDataInterval ConnectionTimeOut HeartbeatInterval LocalAuthorizeOffline"
    " LocalPreAuthorize MaxCurrent MaxEnergyOnInvalidId MessageTimeout MeterValueSampleInterval"
    " MeterValuesAlignedData MeterValuesSampledData MinimumStatusDuration NumberOfConnectors"
    " ResetRetries RestartDelayMax SecurityProfile StopTransactionMaxMeterValues"
    " StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId StopTxnAlignedData"
    " StopTxnSampledData TransactionMessageAttempts TransactionMessageRetryInterval"
    " TxResumptionTimeout UpdateCheckEvents UpdateCheckInterval UpdateCheckUrl"
    " WebSocketPingInterval"
)
_MEASURANDS = const("Energy.Active.Import.Register,Current.Offered")
# See `update_check`: what may have happened to the image, and the errorCodes of `evse.faults`.
_EVENTS = const(
    "RollBack,CorruptSlot,EVCommunicationError,GroundFailure,HighTemperature,OtherError,"
    "PowerMeterFailure,PowerSwitchFailure"
)
_HEX = const("0123456789abcdefABCDEF")
_KEY_SIZES = (0, 32, 34, 36, 38, 40)  # 16 to 20 bytes, or none at all
_ROTATIONS = const("NotApplicable,Unknown,RST,RTS,SRT,STR,TRS,TSR")


def initial(files, provided):
    """The values that ``provided`` and what was changed before set, good ones only."""
    values = {}
    same = {}  # most values are "0", "60" or "false"
    for name in SOON.split(" "):
        value = default(name)
        values[name] = same.setdefault(value, value)
    saved = _load(files)
    for source in (provided, saved):
        for name in source:
            found = row(KEYS, name)
            if found and (source is provided or found[1] == "W"):
                value = accepted(name, str(source[name]))
                if value is not None:
                    values[name] = value
    return values


def key_of(name):
    """The key that ``name`` means, whatever its case (a CiString); ``name`` itself otherwise."""
    if row(KEYS, name) is None and " " not in name:
        at = KEYS.lower().find("\n" + name.lower() + " ") + 1
        if at:
            return KEYS[at : at + len(name)]
    return name


def keep(files, name, value, connectors):
    """Write ``value`` of ``name`` to the file: (ChangeConfiguration's status, key, value).

    ``connectors``: how many there are.
    """
    name = key_of(name)
    found = row(KEYS, name)
    if found is None:
        return "NotSupported", name, None
    value = accepted(name, value, connectors) if found[1] == "W" else None
    if value is None:
        return "Rejected", name, None
    # As read, so that keys of a later version survive this one.
    saved = _load(files)
    if value != saved.get(name):
        saved[name] = value
        try:
            files.write(PATH, json.dumps({"schema": _SCHEMA, "keys": saved}).encode())
        except OSError:
            return "Rejected", name, None
    return "Accepted", name, value


def accepted(name, value, connectors=99):
    """``value`` as it is kept, or None where the key can't take it."""
    found = row(KEYS, name)
    if found is None or len(value) > 500:
        return None
    kind = found[3]
    if kind == "b":
        value = value.lower()
        return value if value in ("true", "false") else None
    if kind == "i":
        return _integer(value, int(found[4]), int(found[5]))
    if kind == "z" and value != "0":
        return _integer(value, int(found[4]), int(found[5]))
    if kind == "s" or kind == "z":
        return value
    if kind == "u":
        scheme, mark, rest = value.partition("://")
        good = mark and rest and " " not in rest and scheme.lower() in ("http", "https")
        return value if good or not value else None
    if kind == "t":
        good = len(value) == 5 and value[2] == ":"
        good = good and _integer(value[:2], 0, 23) and _integer(value[3:], 0, 59)
        return value if good or not value else None
    if kind == "k":
        return value.lower() if not value.strip(_HEX) and len(value) in _KEY_SIZES else None
    items = [item.strip() for item in value.split(",")] if value.strip() else []
    for item in items:
        if kind == "m" or kind == "e":
            choice = _MEASURANDS if kind == "m" else _EVENTS
            good = item in choice.split(",") and items.count(item) == 1
        else:
            connector, _, rotation = item.partition(".")
            good = rotation in _ROTATIONS.split(",") and _integer(connector, 0, connectors)
        if not good:
            return None
    return ",".join(items) if len(items) <= int(found[4]) else None


def _integer(value, low, high):
    digits = value[1:] if value[:1] == "-" else value
    if not 0 < len(digits) < 10:
        return None
    for char in digits:
        if not "0" <= char <= "9":
            return None
    return str(int(value)) if low <= int(value) <= high else None


def _load(files):
    data = files.read(PATH, _MAX_FILE)
    try:
        saved = json.loads(data)["keys"] if data else {}
    except (ValueError, KeyError, TypeError):
        return {}
    return saved if isinstance(saved, dict) else {}
