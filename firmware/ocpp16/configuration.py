"""Configuration keys: type, access, bounds, default; kept over reboots (OCPP 1.6 section 9).

May import: `json`. Values are kept and sent as strings, as on the wire.
"""

import json

PATH = "/state/keys.json"
_SCHEMA = 1
_MAX_FILE = 8192

MEASURANDS = ("Energy.Active.Import.Register", "Current.Offered")
_ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")

# access (W: also writable), type, then bounds, then the default: "b" bool; "i" integer from, to;
# "m" list of measurands, at most so many; "p" phase rotations; "s" anything.
KEYS = {
    "AllowOfflineTxForUnknownId": "W b false",
    "AuthorizeRemoteTxRequests": "W b true",
    "ClockAlignedDataInterval": "W i 0 86400 0",
    "ConnectionTimeOut": "W i 0 86400 60",
    "ConnectorPhaseRotation": "W p 0.Unknown",
    "GetConfigurationMaxKeys": "R i 1 50 50",
    "HeartbeatInterval": "W i 1 86400 300",
    "LocalAuthorizeOffline": "W b true",
    "LocalPreAuthorize": "W b false",
    "MessageTimeout": "W i 1 600 30",
    "MeterValueSampleInterval": "W i 0 86400 60",
    "MeterValuesAlignedData": "W m 2 Energy.Active.Import.Register",
    "MeterValuesAlignedDataMaxLength": "R i 2 2 2",
    "MeterValuesSampledData": "W m 2 Energy.Active.Import.Register",
    "MeterValuesSampledDataMaxLength": "R i 2 2 2",
    "MinimumStatusDuration": "W i 0 3600 0",
    "NumberOfConnectors": "R i 1 99 1",
    "ResetRetries": "W i 0 10 0",
    "StopTransactionOnEVSideDisconnect": "W b true",
    "StopTransactionOnInvalidId": "W b true",
    # Readings within StopTransaction aren't kept yet: the lists stay empty.
    "StopTxnAlignedData": "W m 0 ",
    "StopTxnAlignedDataMaxLength": "R i 0 0 0",
    "StopTxnSampledData": "W m 0 ",
    "StopTxnSampledDataMaxLength": "R i 0 0 0",
    "SupportedFeatureProfiles": "R s Core,FirmwareManagement,RemoteTrigger",
    "TransactionMessageAttempts": "W i 1 100 3",
    "TransactionMessageRetryInterval": "W i 0 86400 60",
    # The cable is fixed to the charger.
    "UnlockConnectorOnEVSideDisconnect": "R b false",
    "WebSocketPingInterval": "W i 0 86400 60",
}


class Configuration:
    """The keys' values. ``files``: a `Files`; ``provided``: the board's own defaults.

    ``provided`` may set read-only keys too; what it holds that is unknown or bad is ignored.
    """

    def __init__(self, files, provided=None):
        self._files = files
        self._values = {}
        for name in provided or ():
            value = _accepted(name, str(provided[name]))
            if value is not None:
                self._values[name] = value
        # As read, so that keys of a later version survive this one.
        self._saved = _load(files)
        for name in self._saved:
            if KEYS.get(name, "R")[0] == "W":
                value = _accepted(name, self._saved[name])
                if value is not None:
                    self._values[name] = value

    def text(self, name):
        """The value of ``name`` (a key of KEYS) as on the wire."""
        value = self._values.get(name)
        return KEYS[name].split(" ")[-1] if value is None else value

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
        if name not in KEYS:
            return "NotSupported"
        value = _accepted(name, value) if KEYS[name][0] == "W" else None
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
        """Set ``name`` until the reboot: what the central system says in passing."""
        value = _accepted(name, str(value))
        if value is not None:
            self._values[name] = value


def is_writable(name):
    """Whether the key ``name`` may be changed."""
    return KEYS[name][0] == "W"


def _load(files):
    data = files.read(PATH, _MAX_FILE)
    try:
        saved = json.loads(data)["keys"] if data else {}
    except (ValueError, KeyError, TypeError):
        return {}
    return saved if isinstance(saved, dict) else {}


def _accepted(name, value):
    """``value`` as it is kept, or None where the key can't take it."""
    spec = KEYS.get(name, "").split(" ")
    if len(spec) < 2 or not isinstance(value, str) or len(value) > 500:
        return None
    kind = spec[1]
    if kind == "b":
        value = value.lower()
        return value if value in ("true", "false") else None
    if kind == "i":
        return _integer(value, int(spec[2]), int(spec[3]))
    if kind == "m":
        return _measurands(value, int(spec[2]))
    if kind == "p":
        return _rotations(value)
    return value


def _integer(value, low, high):
    digits = value[1:] if value[:1] == "-" else value
    if not 0 < len(digits) < 10:
        return None
    for char in digits:
        if not "0" <= char <= "9":
            return None
    return str(int(value)) if low <= int(value) <= high else None


def _measurands(value, most):
    items = [item.strip() for item in value.split(",")] if value.strip() else []
    for item in items:
        if item not in MEASURANDS or items.count(item) > 1:
            return None
    return ",".join(items) if len(items) <= most else None


def _rotations(value):
    items = [item.strip() for item in value.split(",")]
    for item in items:
        connector, _, rotation = item.partition(".")
        if rotation not in _ROTATIONS or _integer(connector, 0, 99) is None:
            return None
    return ",".join(items)
