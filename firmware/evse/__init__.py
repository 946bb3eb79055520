"""One outlet's control pilot, contactor and transaction: pure, by IEC 61851-1 Annex A.

Never imports OCPP: safety does not hang on the network. May import: `ticks`.
"""
