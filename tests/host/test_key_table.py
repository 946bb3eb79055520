"""Every configuration key does what it says: the test of each one's effect, by name."""

import ast
from pathlib import Path

import pytest

from firmware.ocpp16.configuration_keys import KEYS
from firmware.ocpp16.table import names

TESTS = Path(__file__).resolve().parents[1]

AUTHORIZATION = "scenario/test_authorization.py"
OFFLINE = "scenario/test_authorization_offline.py"
EFFECTS = "scenario/test_key_effects.py"
LENGTHS = (EFFECTS, "test_lengths_of_lists")
CERTIFICATES = "scenario/test_certificates.py"
CREDENTIALS = "scenario/test_credentials.py"
CONFIGURATION = "scenario/test_configuration.py"
METERING = "scenario/test_meter_values.py"
AT_THE_END = "scenario/test_transaction_data.py"

# Key -> file, test. The file names the key, too.
TABLE = {
    "AdditionalRootCertificateCheck": (CERTIFICATES, "test_AdditionalRootCertificateCheck"),
    "AllowOfflineTxForUnknownId": (OFFLINE, "test_AllowOfflineTxForUnknownId"),
    "AllowPkcs1Signature": ("host/test_update_trust.py", "test_AllowPkcs1Signature"),
    "AllowPlainUpdateFirmware": (
        "scenario/test_signed_update.py", "test_AllowPlainUpdateFirmware",
    ),
    "AuthorizationCacheEnabled": (OFFLINE, "test_AuthorizationCacheEnabled"),
    "AuthorizationKey": (CREDENTIALS, "test_tc_073_a_new_key"),
    "AuthorizeRemoteTxRequests": (
        "scenario/test_remote_start_stop.py", "test_asks_no_one_where_configured",
    ),
    "CertificateStoreMaxLength": (CERTIFICATES, "test_CertificateStoreMaxLength"),
    "ClockAlignedDataInterval": (METERING, "test_nothing_but_the_clock_without_a_transaction"),
    "ConnectionTimeOut": (CONFIGURATION, "test_connection_time_out_takes_effect"),
    "ConnectorPhaseRotation": (EFFECTS, "test_ConnectorPhaseRotation"),
    "ConnectorPhaseRotationMaxLength": LENGTHS,
    "CpoName": (EFFECTS, "test_CpoName"),
    "GetConfigurationMaxKeys": (EFFECTS, "test_GetConfigurationMaxKeys"),
    "HeartbeatInterval": (EFFECTS, "test_HeartbeatInterval"),
    "LocalAuthorizeOffline": (OFFLINE, "test_LocalAuthorizeOffline"),
    "LocalPreAuthorize": (AUTHORIZATION, "test_LocalPreAuthorize"),
    "LocalTimeOffset": ("scenario/test_update_policy.py", "test_window_is_in_local_time"),
    "MaxCurrent": (EFFECTS, "test_MaxCurrent"),
    "MaxEnergyOnInvalidId": (AUTHORIZATION, "test_MaxEnergyOnInvalidId"),
    "MessageTimeout": (EFFECTS, "test_MessageTimeout"),
    "MeterValueSampleInterval": (METERING, "test_interval_0_is_off"),
    "MeterValuesAlignedData": (AT_THE_END, "test_clock_aligned_alone"),
    "MeterValuesAlignedDataMaxLength": LENGTHS,
    "MeterValuesSampledData": (METERING, "test_measurands_are_those_of_the_key"),
    "MeterValuesSampledDataMaxLength": LENGTHS,
    "MinimumStatusDuration": (CONFIGURATION, "test_minimum_status_duration_takes_effect"),
    "NumberOfConnectors": (EFFECTS, "test_NumberOfConnectors"),
    "ResetRetries": (EFFECTS, "test_ResetRetries"),
    "RestartDelayMax": ("sim/test_restart_delay.py", "test_contactors_stay_open_after_power_on"),
    "SecurityProfile": (CREDENTIALS, "test_tc_083_to_a_higher_profile"),
    "StopTransactionMaxMeterValues": (
        AT_THE_END, "test_never_more_than_the_most_and_evenly_spaced",
    ),
    "StopTransactionOnEVSideDisconnect": (
        "scenario/test_ev_disconnect.py", "test_pulled_plug_suspends_it",
    ),
    "StopTransactionOnInvalidId": (AUTHORIZATION, "test_StopTransactionOnInvalidId"),
    "StopTxnAlignedData": (AT_THE_END, "test_clock_aligned_alone"),
    "StopTxnAlignedDataMaxLength": LENGTHS,
    "StopTxnSampledData": (AT_THE_END, "test_begin_samples_end"),
    "StopTxnSampledDataMaxLength": LENGTHS,
    "SupportedFeatureProfiles": (EFFECTS, "test_SupportedFeatureProfiles"),
    "SupportedFileTransferProtocols": (
        "sim/test_diagnostics.py", "test_the_protocols_it_tells_are_those_it_takes",
    ),
    "TransactionMessageAttempts": (EFFECTS, "test_TransactionMessageAttempts"),
    "TransactionMessageRetryInterval": (EFFECTS, "test_TransactionMessageRetryInterval"),
    "TxResumptionTimeout": ("scenario/test_resumption.py", "test_pilot_tells_nothing_in_time"),
    "UnlockConnectorOnEVSideDisconnect": (EFFECTS, "test_UnlockConnectorOnEVSideDisconnect"),
    "UpdateCheckEvents": ("scenario/test_update_check.py", "test_UpdateCheckEvents"),
    "UpdateCheckInterval": ("scenario/test_update_check.py", "test_UpdateCheckInterval"),
    "UpdateCheckUrl": ("scenario/test_update_check.py", "test_UpdateCheckUrl"),
    "UpdateLocations": ("scenario/test_update_policy.py", "test_UpdateLocations"),
    "UpdateMinimumIdle": ("scenario/test_update_policy.py", "test_UpdateMinimumIdle"),
    "UpdateProgress": ("scenario/test_update_policy.py", "test_UpdateProgress"),
    "UpdateWindowEnd": ("scenario/test_update_policy.py", "test_window"),
    "UpdateWindowStart": ("scenario/test_update_policy.py", "test_window"),
    "WebSocketPingInterval": ("unit/test_link.py", "test_a_dead_peer_is_given_up"),
}  # fmt: skip


@pytest.mark.parametrize("key", names(KEYS))
def test_every_key_has_a_test_of_its_effect(key):
    assert key in TABLE, f"{key} needs a test of what it does, named here"
    file, name = TABLE[key]
    source = (TESTS / file).read_text("utf-8")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tests = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, functions)}
    assert name in tests
    assert key.removesuffix("MaxLength") in source


def test_no_other_keys():
    assert set(TABLE) == set(names(KEYS))
