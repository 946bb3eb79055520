"""OCPP-J: JSON remote procedure calls over any text link (OCPP-J 1.6, section 4).

Pure: texts in, events out, texts to send out. May import: `ticks`, `json`.
"""
