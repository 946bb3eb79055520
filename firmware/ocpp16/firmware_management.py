"""Profile FirmwareManagement: UpdateFirmware in, FirmwareStatusNotification out.

GetDiagnostics joins it in time. Pure. May import: ``ocppj``.
"""
