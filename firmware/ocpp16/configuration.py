"""Configuration keys: type, access, bounds, default; kept over reboots (OCPP 1.6 section 9).

May import: `json`. Values are kept and sent as strings, as on the wire.
"""

import json

from micropython import const

PATH = "/state/keys.json"
_SCHEMA = const(1)
_MAX_FILE = const(8192)

_MEASURANDS = const("Energy.Active.Import.Register,Current.Offered")
_ROTATIONS = const("NotApplicable,Unknown,RST,RTS,SRT,STR,TRS,TSR")

# Name, access (W: also writable), default ("-": empty), type and its bounds: "b" bool; "i" integer
# from, to; "m" list of measurands, at most so many; "p" phase rotations; "s" anything. One text
# takes a third of the heap that a dict would.
# StopTxn...: readings within StopTransaction aren't kept yet, so the lists stay empty.
# UnlockConnector...: the cable is fixed to the charger.
KEYS = """
AllowOfflineTxForUnknownId W false b
AuthorizeRemoteTxRequests W true b
ClockAlignedDataInterval W 0 i 0 86400
ConnectionTimeOut W 60 i 0 86400
ConnectorPhaseRotation W 0.Unknown p
GetConfigurationMaxKeys R 50 i 1 50
HeartbeatInterval W 300 i 1 86400
LocalAuthorizeOffline W true b
LocalPreAuthorize W false b
MessageTimeout W 30 i 1 600
MeterValueSampleInterval W 60 i 0 86400
MeterValuesAlignedData W Energy.Active.Import.Register m 2
MeterValuesAlignedDataMaxLength R 2 i 2 2
MeterValuesSampledData W Energy.Active.Import.Register m 2
MeterValuesSampledDataMaxLength R 2 i 2 2
MinimumStatusDuration W 0 i 0 3600
NumberOfConnectors R 1 i 1 99
ResetRetries W 0 i 0 10
StopTransactionOnEVSideDisconnect W true b
StopTransactionOnInvalidId W true b
StopTxnAlignedData W - m 0
StopTxnAlignedDataMaxLength R 0 i 0 0
StopTxnSampledData W - m 0
StopTxnSampledDataMaxLength R 0 i 0 0
SupportedFeatureProfiles R Core,FirmwareManagement,RemoteTrigger s
TransactionMessageAttempts W 3 i 1 100
TransactionMessageRetryInterval W 60 i 0 86400
UnlockConnectorOnEVSideDisconnect R false b
WebSocketPingInterval W 60 i 0 86400
"""


class Configuration:
    """The keys' values. ``files``: a `Files`; ``provided``: the board's own defaults.

    ``provided`` may set read-only keys too; what it holds that is unknown or bad is ignored.
    """

    def __init__(self, files, provided=None):
        self._files = files
        self._values = {}  # of the keys that were set or asked for
        for name in provided or ():
            self.assign(name, provided[name])
        # As read, so that keys of a later version survive this one.
        self._saved = _load(files)
        for name in self._saved:
            found = row(name)
            if found and found[1] == "W":
                self.assign(name, self._saved[name])

    def text(self, name):
        """The value of the key ``name`` as on the wire."""
        value = self._values.get(name)
        if value is None:
            value = row(name)[2]
            if value == "-":
                value = ""
            self._values[name] = value
        return value

    def number(self, name):
        """The value of an integer key."""
        return int(self.text(name))

    def flag(self, name):
        """The value of a boolean key."""
        return self.text(name) == "true"

    def items(self, name):
        """The items of a list key."""
        text = self.text(name)
        return text.split(",") if text else ()

    def change(self, name, value):
        """Set and keep ``name``; the status for ChangeConfiguration's answer."""
        found = row(name)
        if found is None:
            return "NotSupported"
        value = _accepted(name, value) if found[1] == "W" else None
        if value is None:
            return "Rejected"
        if value != self._saved.get(name):
            saved = dict(self._saved)
            saved[name] = value
            try:
                text = json.dumps({"schema": _SCHEMA, "keys": saved})
                self._files.write(PATH, text.encode())
            except OSError:
                return "Rejected"
            self._saved = saved
        self._values[name] = value
        return "Accepted"

    def assign(self, name, value):
        """Set ``name`` until the reboot, where the key takes ``value``."""
        value = _accepted(name, str(value))
        if value is not None:
            self._values[name] = value


def names():
    """All keys, sorted."""
    return [line.split(" ")[0] for line in KEYS.split("\n") if line]


def row(name):
    """The key's row of KEYS as a list, or None where there is no such key."""
    at = KEYS.find("\n" + name + " ") + 1
    found = KEYS[at : KEYS.find("\n", at)].split(" ")
    return found if found[0] == name and name else None


def _load(files):
    data = files.read(PATH, _MAX_FILE)
    try:
        saved = json.loads(data)["keys"] if data else {}
    except (ValueError, KeyError, TypeError):
        return {}
    return saved if isinstance(saved, dict) else {}


def _accepted(name, value):
    """``value`` as it is kept, or None where the key can't take it."""
    found = row(name)
    if found is None or len(value) > 500:
        return None
    kind = found[3]
    if kind == "b":
        value = value.lower()
        return value if value in ("true", "false") else None
    if kind == "i":
        return _integer(value, int(found[4]), int(found[5]))
    if kind == "s":
        return value
    items = [item.strip() for item in value.split(",")] if value.strip() else []
    for item in items:
        if kind == "m":
            good = item in _MEASURANDS.split(",") and items.count(item) == 1
        else:
            connector, _, rotation = item.partition(".")
            good = rotation in _ROTATIONS.split(",") and _integer(connector, 0, 99)
        if not good:
            return None
    return ",".join(items) if kind == "p" or len(items) <= int(found[4]) else None


def _integer(value, low, high):
    digits = value[1:] if value[:1] == "-" else value
    if not 0 < len(digits) < 10:
        return None
    for char in digits:
        if not "0" <= char <= "9":
            return None
    return str(int(value)) if low <= int(value) <= high else None
