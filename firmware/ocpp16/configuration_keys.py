"""The configuration keys there are (OCPP 1.6 section 9). Loaded where one is used the first time.

May import: its siblings.
"""

from firmware.ocpp16.table import row

# Name, access (W: also writable), default ("-": empty), type and its bounds: "b" bool; "i" integer
# from, to; "m" list of measurands, "p" of phase rotations, at most so many; "s" anything;
# "k" a key in hexadecimal digits, which is never told. One text
# takes a third of the heap that a dict would.
# UnlockConnector...: the cable is fixed to the charger.
# This charger's own: AllowPkcs1Signature, AllowPlainUpdateFirmware, MaxCurrent (A),
# LocalTimeOffset (minutes), RestartDelayMax, TxResumptionTimeout (s), Update...: `update_policy`,
# UpdateCheck...: `update_check`.
# "t": "HH:MM" or nothing; "u": a URL or nothing; "e": list of events, `update_check`; "z": 0 (off)
# or an integer from, to.
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
GetConfigurationMaxKeys R 60 i 1 60
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
UpdateCheckEvents W - e 8
UpdateCheckInterval W 0 z 60 2592000
UpdateCheckUrl W - u
UpdateLocations W - s
UpdateMinimumIdle W 0 i 0 86400
UpdateProgress W false b
UpdateWindowEnd W - t
UpdateWindowStart W - t
WebSocketPingInterval W 60 i 0 86400
"""


def default(name):
    """The value of the key ``name`` where none was set."""
    value = row(KEYS, name)[2]
    return "" if value == "-" else value
