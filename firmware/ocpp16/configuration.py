"""Configuration keys: type, access, bounds, default; kept over reboots (OCPP 1.6 section 9).

May import: its siblings. Values are kept and sent as strings, as on the wire.
"""

from firmware.ocpp16.table import row

# Name, access (W: also writable), default ("-": empty), type and its bounds: "b" bool; "i" integer
# from, to; "m" list of measurands, "p" of phase rotations, at most so many; "s" anything;
# "k" a key in hexadecimal digits, which is never told. One text
# takes a third of the heap that a dict would.
# UnlockConnector...: the cable is fixed to the charger.
# This charger's own: AllowPkcs1Signature, AllowPlainUpdateFirmware, MaxCurrent (A),
# LocalTimeOffset (minutes), RestartDelayMax, TxResumptionTimeout (s), Update...: `update_policy`.
# "t": "HH:MM" or nothing.
KEYS = """
AdditionalRootCertificateCheck R false b
AllowOfflineTxForUnknownId W false b
AllowPkcs1Signature W true b
AllowPlainUpdateFirmware W false b
AuthorizationCacheEnabled W true b
AuthorizationKey W - k
AuthorizeRemoteTxRequests W true b
CertificateStoreMaxLength R 4 i 1 4
ClockAlignedDataInterval W 0 i 0 86400
ConnectionTimeOut W 60 i 0 86400
ConnectorPhaseRotation W 0.Unknown p 10
ConnectorPhaseRotationMaxLength R 10 i 10 10
CpoName W - s
GetConfigurationMaxKeys R 50 i 1 50
HeartbeatInterval W 300 i 1 86400
LocalAuthorizeOffline W true b
LocalPreAuthorize W false b
LocalTimeOffset W 0 i -840 840
MaxCurrent W 80 i 0 80
MaxEnergyOnInvalidId W 0 i 0 1000000
MessageTimeout W 30 i 1 600
MeterValueSampleInterval W 60 i 0 86400
MeterValuesAlignedData W Energy.Active.Import.Register m 2
MeterValuesAlignedDataMaxLength R 2 i 2 2
MeterValuesSampledData W Energy.Active.Import.Register m 2
MeterValuesSampledDataMaxLength R 2 i 2 2
MinimumStatusDuration W 0 i 0 3600
NumberOfConnectors R 1 i 1 99
ResetRetries W 0 i 0 10
RestartDelayMax W 60 i 0 1800
SecurityProfile W 0 i 0 3
StopTransactionMaxMeterValues R 12 i 2 40
StopTransactionOnEVSideDisconnect W true b
StopTransactionOnInvalidId W true b
StopTxnAlignedData W - m 2
StopTxnAlignedDataMaxLength R 2 i 2 2
StopTxnSampledData W - m 2
StopTxnSampledDataMaxLength R 2 i 2 2
SupportedFeatureProfiles R Core,FirmwareManagement,RemoteTrigger s
SupportedFileTransferProtocols R HTTPS s
TransactionMessageAttempts W 3 i 1 100
TransactionMessageRetryInterval W 60 i 0 86400
TxResumptionTimeout W 0 i 0 86400
UnlockConnectorOnEVSideDisconnect R false b
UpdateLocations W - s
UpdateMinimumIdle W 0 i 0 86400
UpdateProgress W false b
UpdateWindowEnd W - t
UpdateWindowStart W - t
WebSocketPingInterval W 60 i 0 86400
"""


class Configuration:
    """The keys' values. ``files``: a `Files`; ``provided``: the board's own defaults.

    ``provided`` may set read-only keys too; what it holds that is unknown or bad is ignored.
    """

    def __init__(self, files, provided=None):
        # Loaded for the start and for each change, 25 ms or more: see `commands`.
        from firmware.ocpp16.configuration_check import initial

        self._files = files
        self._values = initial(files, provided or {})  # of the keys that were set or asked for

    def text(self, name):
        """The value of the key ``name`` as on the wire."""
        value = self._values.get(name)
        if value is None:
            value = row(KEYS, name)[2]
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
        from firmware.ocpp16.configuration_check import keep

        status, name, value = keep(self._files, name, value, self.number("NumberOfConnectors"))
        if status == "Accepted":
            self._values[name] = value
        return status

    def assign(self, name, number):
        """Set the integer key ``name`` until the reboot; ``number`` is within its bounds."""
        self._values[name] = str(number)
