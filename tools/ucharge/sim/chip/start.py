"""Power-on of the simulated chip: what MicroPython's C code does before and after boot.py.

Runs on MicroPython's unix port; sys.argv[1:] is the runner's port and the number of this start.
May import: the fakes. All of them are imported here: later they are out of reach.
"""

import gc
import json
import os
import sys
import time

_IDLE_MS = 20

gc.collect()
_before = gc.mem_alloc()

import _thread  # noqa: E402

import blocking  # noqa: E402
import machine  # noqa: E402
import network  # noqa: E402
import nor  # noqa: E402
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


def _flash(settings, page_bytes):
    sectors = settings["sectors"]
    cells = nor.FileCells(settings["flash"], sectors)
    return nor.NorFlash(
        cells,
        sectors,
        settings["cut_at"],
        settings["torn"],
        settings["operations"],
        on_cut=_cut,
        program_bytes=page_bytes,
    )


class _Rp2:
    """The file system is all of the flash. As the port's frozen _boot.py does: one that can't be
    mounted there, a smaller one too, is made anew."""

    program_bytes = nor.PAGE_BYTES

    def __init__(self):
        import rp2  # noqa: F401

    def file_system(self, flash, settings):
        try:
            return vfs.VfsLfs2(flash, progsize=256)
        except OSError:
            vfs.VfsLfs2.mkfs(flash, progsize=256)
            return vfs.VfsLfs2(flash, progsize=256)


class _Esp32:
    """A boot loader chooses the app; the file system is a partition."""

    program_bytes = 1

    def __init__(self):
        import esp32
        import machine_esp32
        import network_esp32
        import ota_boot

        self._ota_boot, self._esp32 = ota_boot, esp32
        sys.modules["machine"], sys.modules["network"] = machine_esp32, network_esp32
        for name in ("app_image", "machine_esp32", "network_esp32", "ota_boot"):
            del sys.modules[name]

    def file_system(self, flash, settings):
        ota, label = self._ota_boot.Ota(flash), settings["running"]
        if label:  # a soft reset: the boot loader does not run
            row = next(row for row in ota.apps if row[4] == label)
        else:
            row = ota.boot()
            if row is None:
                print("boot loader: no bootable app partitions")
                wires.end("abort")
            wires.send("running " + row[4])
        self._esp32.power_on(ota, row, lambda: wires.end("abort"))
        partition = self._esp32.Partition
        return vfs.VfsLfs2(partition.find(partition.TYPE_DATA, label="vfs")[0])


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


def _interrupts():
    """While the REPL waits, timers and pins go on, as on silicon."""
    while True:
        time.sleep_ms(_IDLE_MS)
        wires.service()


def _leave_to_repl():
    """This script ends, and MicroPython's own REPL begins; its Ctrl-D is a soft reset."""
    sys.atexit(lambda *_: wires.end("soft_reset"))
    _thread.start_new_thread(_interrupts, ())


def run(port, boot):
    settings = json.loads(wires.connect(int(port), boot, _die))
    wires.reset(settings)
    family = {"esp32": _Esp32}.get(settings["family"], _Rp2)()
    flash = _flash(settings, family.program_bytes)
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
    if settings["tls_heap"]:
        import tls_heap

        sys.modules["ssl"] = tls_heap.Module()
    file_system = family.file_system(flash, settings)
    has_terminal, is_raw = settings["terminal"], settings["raw_repl"]
    settings = family = None
    for name in ("start", "blocking", "nor", "tls_heap", "watchdog", "wires"):
        sys.modules.pop(name, None)
    vfs.umount("/rom")
    vfs.umount("/")
    vfs.mount(file_system, "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]
    sys.argv[:] = []
    gc.collect()
    wires.send("ready %d %d" % (gc.mem_alloc() - _before, gc.mem_free()))
    namespace = {"__name__": "__main__"}
    # As in the ports' main.c: main.py runs neither after a boot.py that raised nor when a soft
    # reset came from the raw REPL.
    if _execute("/boot.py", namespace) and not is_raw:
        _execute("/main.py", namespace)
    if has_terminal:
        _leave_to_repl()
    else:
        _repl()


run(sys.argv[1], sys.argv[2])
