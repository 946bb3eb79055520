"""What the link shows and trusts: URL, Basic authentication, TLS. Loaded when it connects anew.

May import: ``firmware``, ``transport``, ``loader.modules``. Security extension A00: profile 1 is
Basic authentication, 2 with TLS, 3 TLS with the charger's own certificate. TLS, once there, stays.
"""

import binascii

import transport
from firmware.certificates import CENTRAL_SYSTEM, roots
from firmware.settings import Settings
from loader.modules import forget
from micropython import const

CLIENT = "/certs/client.der"
CLIENT_KEY = "/certs/client_key.der"
_MAX_BYTES = const(4096)
_LOADED = ("firmware.credentials", "firmware.certificates", "firmware.settings")


def load(charge_point):
    """(URL, header fields, TLS context or None) as they are now. Raises TransportError,
    SettingsError."""
    files, configuration = charge_point.files, charge_point.configuration
    settings = Settings(files)
    profile = configuration.number("SecurityProfile")
    url = settings.endpoint(profile >= 2)
    if profile >= 2 and url[:5].lower() == "ws://":
        url = "wss" + url[2:]
    key = configuration.text("AuthorizationKey") or settings.authorization_key
    found = url, _headers(settings.identity, key), _tls(charge_point, profile)
    forget(*_LOADED)
    return found


def _tls(charge_point, profile):
    files = charge_point.files
    trusted = roots(files, CENTRAL_SYSTEM)
    if not trusted:
        return None
    own = own_key = None
    if profile == 3:
        own, own_key = files.read(CLIENT, _MAX_BYTES), files.read(CLIENT_KEY, _MAX_BYTES)
    context = transport.make_tls(trusted[0], own, own_key)
    for der in trusted[1:]:
        try:
            context.load_verify_locations(cadata=der)
        except (ValueError, OSError) as error:
            charge_point.log("TLS: a root can't be used: %s" % error)
    return context


def _headers(identity, key):
    if not key:
        return ()
    credentials = identity.encode() + b":" + binascii.unhexlify(key)
    text = binascii.b2a_base64(credentials).decode().strip()
    return (("Authorization", "Basic " + text),)
