"""A simulated board of either family, with a terminal, whose second slot is on trial."""

from ucharge.boards import load_board
from ucharge.build import image, updatefile
from ucharge.build.device import device_files, make_config
from ucharge.build.stage import stage
from ucharge.device_loader import record as records
from ucharge.sim.fakes import ota_boot
from ucharge.sim.runner import Chip

_IDLE = b'''"""Closes its contactor, runs, feeds."""

import time

import machine


def main(context):
    machine.Pin(context.board["contactor_pin"], machine.Pin.OUT, value=1)
    print("idle %s %s" % (context.slot, context.is_trial))
    while True:
        context.wdt.feed()
        time.sleep_ms(100)
'''


def make_chip(folder, board_name, attempts, **options):
    """A chip that is off: slot a confirmed, b on trial with ``attempts`` made; for both a program
    that feeds the watchdog and keeps the contactor closed."""
    board = load_board(board_name)
    confirmed, tried = (_update(board, (1, minor, 0)) for minor in (0, 1))
    config = make_config("CP1", "ws://127.0.0.1:1/x", board, allow_http=True)
    files = device_files(board, config, None, confirmed)
    file = updatefile.parse(tried)
    files["/slots/b.mf"] = bytes(file.header.data)
    if board["family"] == "esp32":
        files["@ota_1"] = file.payload
        files["@otadata"] = _entry(1, ota_boot.VALID) + _entry(2, ota_boot.NEW)
    else:
        files["/slots/b.rom"] = file.payload
    record = records.Record(records.TRIAL, "b", "a", "install")
    record.digest, record.attempts = file.header.digest, attempts
    files["/slots/rec0"] = record.pack()
    chip = Chip(folder, board, has_terminal=True, **options)
    chip.provision(files)
    return chip


def _update(board, version):
    return image.build_for(board, tree={**stage(version), "firmware/app.py": _IDLE})


def _entry(sequence, state):
    crc = ota_boot.crc_of(sequence).to_bytes(4, "little")
    entry = sequence.to_bytes(4, "little") + b"\xff" * 20 + state.to_bytes(4, "little") + crc
    return entry.ljust(4096, b"\xff")
