"""What ``ucharge sim`` puts on its chip, and the car that visits it."""

import asyncio
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ucharge import paths
from ucharge.build import image
from ucharge.build.device import device_files, make_config
from ucharge.errors import UserError
from ucharge.keys import KeyFolder
from ucharge.sim.provision import PARTITION

# Lives as long as the flash; --firmware and --fresh start anew.
_KEPT = ("/slots/", "/state/", PARTITION)
# What was installed over the air.
_CERTIFICATES = "/certs/"
_PAUSE_S = 10
# With a manufacturer's root only SignedUpdateFirmware would do; the files are signed anyway.
_KEYS = {
    "RestartDelayMax": "0",  # no grid to be gentle with
    "AllowPlainUpdateFirmware": "true",
}


def settings_of(url, ca, identity, key, confirm_after_s):
    """The command line, checked, as a dict for ``make_files``. Raises UserError."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise UserError(f"{url!r} is no address of a central system", "wss://host:port/path")
    if parts.scheme == "wss" and not ca:
        raise UserError("wss needs --ca", "the CA that signed the central system's certificate")
    if not 0 < len(identity) <= 48:
        raise UserError("--identity must have 1 to 48 characters")
    try:
        authorization_key = bytes.fromhex(key).hex() if key else None
    except ValueError:
        raise UserError(
            "--key is not hexadecimal", "two digits a byte, like 000102030405060708090a0b0c0d0e0f"
        ) from None
    return {
        "identity": identity,
        "url": url,
        "ca_der": read_ca(ca) if ca else None,
        "authorization_key": authorization_key,
        "confirm_after_s": confirm_after_s,
    }


def read_root(path=None):
    """The ManufacturerRootCertificate in ``path`` as DER; by default that of the keys in this
    folder, None where there are none. Raises UserError."""
    if path:
        return read_ca(path)
    keys = KeyFolder(paths.KEYS)
    return keys.manufacturer_der if keys.exists else None


def read_ca(path):
    """The CA in ``path``, PEM or DER, as DER. Raises UserError."""
    try:
        data = path.read_bytes()
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
        return load(data).public_bytes(Encoding.DER)
    except (OSError, ValueError) as error:
        raise UserError(f"can't read the CA {path}: {error}", "give a PEM or DER file") from error


def make_files(chip, board, settings, firmware=None, is_fresh=False):
    """Device path -> bytes for the chip: what it had, with ``settings`` made new.

    firmware: path of an update file that becomes its first image (and forgets what was there).
    Raises UserError.
    """
    files = {}
    if chip.flash_path.exists() and not is_fresh and not firmware:
        files = {path: chip.read_file(path) for path in chip.list_files()}
        files.update(chip.partitions())
    config = make_config(
        settings["identity"],
        settings["url"],
        board,
        keys=_KEYS,
        authorization_key=settings["authorization_key"],
        confirm_after_s=settings["confirm_after_s"],
        allow_http=settings["url"].startswith("ws:"),
        allow_unsigned=settings["allow_unsigned"],
    )
    made = device_files(board, config, settings["ca_der"], _first_image(board, firmware))
    if settings["root_der"]:
        made[_CERTIFICATES + "root.der"] = settings["root_der"]
    kept = {path: data for path, data in files.items() if path.startswith(_KEPT)}
    if kept:
        made = {path: data for path, data in made.items() if not path.startswith(_KEPT)}
        installed = {path: data for path, data in files.items() if path.startswith(_CERTIFICATES)}
        made = {**installed, **made}
    return {**made, **kept}


def _first_image(board, firmware):
    if firmware is None:
        return image.build_for(board)
    try:
        return firmware.read_bytes()
    except OSError as error:
        raise UserError(
            f"can't read {firmware}: {error.strerror}", "make one with: ucharge build"
        ) from error


async def visit(chip, stay_s, tell):
    """Cars come and go until cancelled: plug in, ask for energy, stay, leave."""
    vehicle = chip.vehicle
    while True:
        await asyncio.sleep(_PAUSE_S)
        before_wh = vehicle.energy_wh
        vehicle.plug_in()
        vehicle.request_power()
        tell("plugs in, asks for energy")
        await asyncio.sleep(stay_s)
        vehicle.stop_request()
        await asyncio.sleep(1)
        vehicle.unplug()
        tell(f"leaves with {vehicle.energy_wh - before_wh:.0f} Wh")
