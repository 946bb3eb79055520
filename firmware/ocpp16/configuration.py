"""The configuration keys' values, kept over reboots (OCPP 1.6 section 9).

May import: its siblings, `loader.modules`. Values are kept and sent as strings, as on the wire.
"""

from loader.modules import forget


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
        """The value of the key ``name`` as on the wire. Of those that `configuration_check.SOON`
        does not name only for who may fail for want of memory: see NO_MEMORY."""
        value = self._values.get(name)
        if value is None:
            from firmware.ocpp16.configuration_keys import default

            self._values[name] = value = default(name)
            forget("firmware.ocpp16.configuration_keys")
        return value

    def known(self):
        """The values of keys that were set, or used since the start."""
        return self._values

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
