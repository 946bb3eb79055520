"""What ``ucharge sim`` puts on its chip, and the car that visits it."""

import asyncio

from ucharge import paths
from ucharge.build import image
from ucharge.build.device import device_files
from ucharge.errors import UserError
from ucharge.keys import KeyFolder
from ucharge.provisioning import check_identity, check_key, check_url, configured, read_certificate
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
    check_url(url)
    if url.startswith("wss") and not ca:
        raise UserError("wss needs --ca", "the CA that signed the central system's certificate")
    return {
        "identity": check_identity(identity),
        "url": url,
        "ca_der": read_certificate(ca, "CA") if ca else None,
        "authorization_key": check_key(key) if key else None,
        "confirm_after_s": confirm_after_s,
    }


def read_root(path=None):
    """The ManufacturerRootCertificate in ``path`` as DER; by default that of the keys in this
    folder, None where there are none. Raises UserError."""
    if path:
        return read_certificate(path, "root")
    keys = KeyFolder(paths.KEYS)
    return keys.manufacturer_der if keys.exists else None


def make_files(chip, board, settings, firmware=None, is_fresh=False):
    """Device path -> bytes for the chip: what it had, with ``settings`` made new.

    firmware: path of an update file that becomes its first image (and forgets what was there).
    Raises UserError.
    """
    files = {}
    if chip.flash_path.exists() and not is_fresh and not firmware:
        files = {path: chip.read_file(path) for path in chip.list_files()}
        files.update(chip.partitions())
    config = configured(
        board,
        None,
        {
            "identity": settings["identity"],
            "url": settings["url"],
            "keys": _KEYS,
            "authorization_key": settings["authorization_key"],
            "confirm_after_s": settings["confirm_after_s"],
            "allow_http": settings["url"].startswith("ws:"),
            "allow_unsigned": settings["allow_unsigned"],
        },
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
