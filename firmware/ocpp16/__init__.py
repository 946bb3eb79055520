"""OCPP 1.6-J, pure: one module per feature profile, composed by `charge_point`.

May import: `firmware.evse`, `ocppj`, `ota`, `ticks`.
"""
