"""What provisioning wrote into ``/config.json``, checked field by field.

Pure. May import: built-ins.
"""

import json

from micropython import const

PATH = "/config.json"
_MAX_FILE = const(8192)
# RFC 3986
_UNRESERVED = const(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class SettingsError(Exception):
    """The file is missing or a field of it can't be used; the text says which."""


# name, type, default (None: must be there)
_FIELDS = (
    ("identity", str, None),
    ("url", str, None),
    ("secure_url", str, ""),  # in its place where SecurityProfile is 2 or 3
    ("allow_http", bool, False),  # plain http for downloads, plain ws for OCPP
    ("allow_unsigned", bool, False),  # update files that nobody signed: for development
    ("vendor", str, "uCharge"),
    ("model", str, "uCharge"),
    ("serial", str, ""),
    ("confirm_after_s", int, 30),
    ("trial_deadline_s", int, 600),
    ("wifi", dict, {}),
    ("authorization_key", str, ""),  # hex, Basic auth of security profiles 1 and 2
    ("keys", dict, {}),  # first values of OCPP configuration keys
)
# Of ``wifi``, in bytes: what the radio takes, and a name.
_WIFI = (
    ("ssid", 1, 32),
    ("password", 8, 64),
    ("country", 2, 2),
    ("hostname", 1, 32),
    ("ntp_server", 1, 253),
)


class Settings:
    """One attribute for each field of ``/config.json``."""

    identity: str
    url: str
    secure_url: str
    allow_http: bool
    allow_unsigned: bool
    vendor: str
    model: str
    serial: str
    confirm_after_s: int
    trial_deadline_s: int
    wifi: dict
    authorization_key: str
    keys: dict

    def __init__(self, files):
        """Raises SettingsError."""
        data = files.read(PATH, _MAX_FILE)
        if data is None:
            raise SettingsError(PATH + " is missing: provision the board")
        try:
            fields = json.loads(data)
        except ValueError:
            raise SettingsError(PATH + " is no JSON: provision the board again")
        if not isinstance(fields, dict):
            raise SettingsError(PATH + " is no JSON object: provision the board again")
        for name, kind, default in _FIELDS:
            value = fields.get(name)
            if value is None:
                value = default
            if not isinstance(value, kind) or (kind is int and value < 0):
                raise SettingsError("%s: %s is missing or malformed" % (PATH, name))
            setattr(self, name, value)
        for name, least, most in _WIFI:
            value = self.wifi.get(name)
            if value and not (isinstance(value, str) and least <= len(value.encode()) <= most):
                raise SettingsError("%s: wifi: %s has %d to %d bytes" % (PATH, name, least, most))

    def endpoint(self, is_secure=False):
        """The central system's URL with the identity, percent-encoded, behind it."""
        url = (is_secure and self.secure_url) or self.url
        name = "".join(
            chr(byte) if byte in _UNRESERVED else "%%%02X" % byte
            for byte in self.identity.encode()
        )
        return url.rstrip("/") + "/" + name
