"""Power-on of the simulated chip: what MicroPython's C code does before and after boot.py.

Runs on MicroPython's unix port; sys.argv[1:] is the runner's port and the number of this start.
May import: the fakes. All of them are imported here: later they are out of reach.
"""

import gc
import json
import os
import sys

gc.collect()
_before = gc.mem_alloc()

import blocking  # noqa: E402
import machine  # noqa: E402
import network  # noqa: E402
import nor  # noqa: E402
import rp2  # noqa: E402, F401
import vfs  # noqa: E402
from wires import wires  # noqa: E402


def _die():
    # sys.exit could be swallowed by the firmware; the parent of the shell is this process.
    while True:
        os.system("kill -9 $PPID")


def _cut():
    wires.end("cut")


def _count_into(path):
    """Keep the number of flash operations in a file, for the runner to read after a kill."""
    file = open(path, "r+b")

    def count(operations, is_erase):
        file.seek(0)
        file.write(operations.to_bytes(4, "little"))

    return count


def _flash(settings):
    sectors = settings["sectors"]
    cells = nor.FileCells(settings["flash"], sectors)
    flash = nor.NorFlash(
        cells, sectors, settings["cut_at"], settings["torn"], settings["operations"]
    )
    flash.on_cut = _cut
    return flash


def _execute(path, namespace):
    """Run a script as MicroPython does: its exceptions are printed. False if it failed."""
    try:
        os.stat(path)
    except OSError:
        return True
    try:
        execfile(path, namespace)  # noqa: F821
    except SystemExit:
        wires.end("soft_reset")
    except nor.PowerCut:
        _die()
    except BaseException as error:  # noqa: BLE001 - as the port does, KeyboardInterrupt too
        sys.print_exception(error, sys.stdout)
        return False
    return True


def _repl():
    """Nobody types: the chip waits for its watchdog, or for ever."""
    while True:
        try:
            machine.idle()
        except KeyboardInterrupt:
            pass


def run(port, boot):
    settings = json.loads(wires.connect(int(port), boot, _die))
    wires.reset(settings)
    flash = _flash(settings)
    count = _count_into(settings["counter"])
    if settings["blocking"]:
        blocking.install(settings["blocking"], flash)
        charge = flash.on_operation

        def on_operation(operations, is_erase):
            count(operations, is_erase)
            if charge:
                charge(operations, is_erase)

        flash.on_operation = on_operation
    else:
        flash.on_operation = count
    if settings["name_server"]:
        import socket

        sys.modules["socket"] = network.Sockets(  # pyright: ignore[reportAttributeAccessIssue]
            socket, settings["name_server"]
        )
    settings = None
    for name in ("start", "blocking", "nor", "watchdog", "wires"):
        sys.modules.pop(name, None)
    vfs.umount("/rom")
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(flash, progsize=256), "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]
    sys.argv[:] = []
    gc.collect()
    wires.send("ready %d %d" % (gc.mem_alloc() - _before, gc.mem_free()))
    namespace = {"__name__": "__main__"}
    # As in the ports' main.c: main.py does not run after a boot.py that raised.
    if _execute("/boot.py", namespace):
        _execute("/main.py", namespace)
    _repl()


run(sys.argv[1], sys.argv[2])
