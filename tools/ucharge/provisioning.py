"""What a charger is told before it starts: its config.json and certificates, checked.

The same for a simulated chip and for a board on a cable.
"""

import json
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from ucharge.build.device import make_config
from ucharge.errors import UserError

CONFIG = "/config.json"
BOARD = "/board.json"
CA = "/certs/ca.der"
ROOT = "/certs/root.der"
CLIENT = "/certs/client.der"
CLIENT_KEY = "/certs/client_key.der"

# Of ``wifi`` in config.json, in bytes, as firmware/settings.py takes them.
_WIFI_BYTES = {
    "ssid": (1, 32),
    "password": (8, 63),
    "country": (2, 2),
    "hostname": (1, 32),
    "ntp_server": (1, 253),
}
_MERGED = ("wifi", "keys")


def check_url(url):
    """The address of a central system. Raises UserError."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        shown = url.rpartition("@")[2]
        raise UserError(f"{shown!r} is no address of a central system", "wss://host:port/path")
    if parts.username or parts.password:
        raise UserError("the URL holds a password", "give the AuthorizationKey apart from it")
    return url


def check_identity(identity):
    """The charge point's identity. Raises UserError."""
    if not 0 < len(identity) <= 48:
        raise UserError("--identity must have 1 to 48 characters")
    return identity


def check_key(text):
    """An AuthorizationKey in hexadecimal, as config.json has it. Raises UserError, without it."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise UserError(
            "--key is not hexadecimal",
            "two digits a byte, like 000102030405060708090a0b0c0d0e0f",
        ) from None
    if not 0 < len(key) <= 20:
        raise UserError("an AuthorizationKey has at most 20 bytes")
    return key.hex()


def check_wifi(wifi):
    """Fields of ``wifi``; "" stands for none. Raises UserError, which shows no password."""
    for name, value in wifi.items():
        least, most = _WIFI_BYTES[name]
        if value and not least <= len(value.encode()) <= most:
            raise UserError(f"the Wi-Fi's {name} must have {least} to {most} bytes")
    return wifi


def read_certificate(path, what="certificate"):
    """The ``what`` in ``path``, PEM or DER, as DER. Raises UserError."""
    try:
        data = path.read_bytes()
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
        return load(data).public_bytes(Encoding.DER)
    except (OSError, ValueError) as error:
        raise UserError(
            f"can't read the {what} {path}: {error}", "give a PEM or DER file"
        ) from error


def read_key(path):
    """The private key in ``path``, PEM or DER without a password, as DER. Raises UserError."""
    try:
        data = path.read_bytes()
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
        return load(data, None).private_bytes(
            Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"can't read the key {path}: {type(error).__name__}",
            "give a PEM or DER file without a password",
        ) from None


def configured(board, before, changes):
    """config.json as a dict: ``before`` (None for a new charger) with ``changes``.

    board: the dict of board.json. In ``wifi`` and ``keys`` only the entries that ``changes`` names
    change. Raises UserError where a new charger lacks its identity or its URL.
    """
    config = dict(before) if before else None
    if config is None:
        missing = [name for name in ("identity", "url") if not changes.get(name)]
        if missing:
            raise UserError(
                "a board that was not provisioned yet needs --" + " and --".join(missing)
            )
        config = make_config(changes["identity"], changes["url"], board)
    elif changes.get("identity") and config.get("serial") == _serial(board, config):
        config["serial"] = _serial(board, changes)
    for name, value in changes.items():
        config[name] = {**config.get(name, {}), **value} if name in _MERGED else value
    return config


def parse_config(data):
    """The dict in the bytes of a config.json, None where there is none. Raises UserError."""
    if data is None:
        return None
    try:
        config = json.loads(data)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise UserError(
            f"{CONFIG} on the board is damaged", "write a new one with: ucharge provision --fresh"
        )
    return config


def pack(value):
    """The bytes of a JSON file of the device."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _serial(board, config):
    return f"{board['name']}-{config.get('identity')}"
