"""A test central system: OCPP 1.6-J server, books of every message, HTTPS firmware host."""

from ucharge.csms.central import CentralSystem
from ucharge.csms.firmware_host import Fault, FirmwareHost
from ucharge.csms.policy import Policy

__all__ = ["CentralSystem", "Fault", "FirmwareHost", "Policy"]
