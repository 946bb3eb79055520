"""The ESP32's payload: a stock MicroPython app image with the ROMFS image in the slot's tail."""

import contextlib
import hashlib
import io
import struct
from pathlib import Path
from typing import Any

from ucharge.errors import UserError
from ucharge.sim.fakes import app_image

SECTOR_BYTES = 4096
# What the stand-in weighs: little, for the simulator writes it by every flash operation.
_STAND_IN_BYTES = 12000


def join(app, romfs):
    """(payload, manifest fields) of the app image ``app`` with ``romfs`` behind it.

    set_boot and the boot loader ignore what follows the app image.
    """
    offset = -(-len(app) // SECTOR_BYTES) * SECTOR_BYTES
    fields = {
        "romfs_offset": offset,
        "romfs_size": len(romfs),
        "romfs_sha256": hashlib.sha256(romfs).hexdigest(),
    }
    return app.ljust(offset, b"\xff") + romfs, fields


def read_app(path, chip):
    """The app image in the file ``path``, checked as the ``chip``'s boot loader would.

    Raises UserError: no app image, damaged, or for another chip.
    """
    # Late: it takes a second.
    from esptool.bin_image import LoadFirmwareImage
    from esptool.util import FatalError

    hint = "give MicroPython's app image (micropython.bin), not the whole firmware"
    try:
        data = path.read_bytes()
        with contextlib.redirect_stdout(io.StringIO()):
            image: Any = LoadFirmwareImage(chip, str(path))
    except OSError as error:
        raise UserError(f"can't read {path}: {error.strerror}") from error
    except (FatalError, ValueError, IndexError, struct.error) as error:
        raise UserError(f"{path} is no app image for {chip}: {error}", hint) from error
    if image.chip_id != app_image.CHIP_IDS[chip]:
        raise UserError(f"{path} is an app image for chip {image.chip_id}, not {chip}", hint)
    if image.checksum != image.calculate_checksum():
        raise UserError(f"{path}: the checksum is wrong", hint)
    if not image.append_digest or image.stored_digest != image.calc_digest:
        raise UserError(f"{path}: the SHA-256 is missing or wrong", hint)
    return data[: image.data_length + 32]


def stand_in(chip):
    """An app image without code for the simulated ``chip``: its interpreter is the unix port."""
    body = hashlib.sha256(b"stand-in").digest() * (_STAND_IN_BYTES // 32)
    return app_image.make(body, app_image.CHIP_IDS[chip])


def interpreter(board, path=None):
    """The app image for ``board``: the file ``path``, or a simulated board's stand-in; None
    where images do not hold one. Raises UserError."""
    if board["family"] != "esp32":
        if path:
            raise UserError(f"{board['name']} takes no --micropython", "leave it out")
        return None
    if path:
        return read_app(Path(path), board["chip"])
    if board["name"].startswith("sim_"):
        return stand_in(board["chip"])
    raise UserError(
        f"{board['name']} takes interpreter and application as one", "give --micropython FILE.bin"
    )
