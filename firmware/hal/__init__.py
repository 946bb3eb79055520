"""The hardware edge: volts, duty and pins, no IEC or OCPP meaning.

Only these modules import ``machine`` and ``network``. May import: ``lib``.
"""
