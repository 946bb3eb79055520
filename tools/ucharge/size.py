"""What the application costs: bytes of its .mpy files, of the image, and of heap once loaded.

The heap is measured on the 64-bit unix port, with the modules loaded from .mpy files as on a
board with a file slot, by paths as short as there. The loader is there before, less what it has
dropped by then: it is on the board, not in the image. Objects, made later, are not in it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from rich import box
from rich.table import Table

from ucharge.build.mpy import compile_tree
from ucharge.build.romfs import write_romfs
from ucharge.build.stage import stage
from ucharge.console import out
from ucharge.errors import UserError
from ucharge.paths import source_root

# The application, what puts it together (its START_ONLY names what then is dropped), and what
# a board's network and a connection keep.
START_MODULES = ("firmware.app", "firmware.assembly", "firmware.hal.wifi", "ws.websocket")
# Of the loader: it drops two itself, the application drops the third.
_DROPPED_BY_START = ("choose", "decide", "verdict")
SINGLE = "(single modules)"
# Of the loader; a board with file slots never loads them.
OTHER_SLOTS = {"otadata", "partition", "region"}
NOT_LOADED = OTHER_SLOTS | {"service"}  # after a Ctrl-C only
# Measured: the same modules on the unix port built with and without -m32.
TO_32_BIT = 0.69

# Runs on MicroPython. Hardware modules the unix port lacks answer to any name; nothing is called.
MEASURE = """
import gc, sys
class Hardware:
    def __getattr__(self, name):
        return Hardware
for name in ("machine", "network", "esp32", "rp2"):
    sys.modules[name] = Hardware()
for name in LOADER:
    __import__(name)
import asyncio
from loader.modules import forget
forget(*DROPPED)
gc.collect()
before = gc.mem_alloc()
for name in MODULES:
    __import__(name)
forget(*getattr(sys.modules.get("firmware.assembly"), "START_ONLY", ()))
gc.collect()
resident = gc.mem_alloc() - before
loaded = " ".join(sys.modules)
import micropython
micropython.qstr_info()
for name in ALL:
    __import__(name)
micropython.qstr_info()
print("loaded", loaded)
print("resident", resident)
"""


def report():
    """Print the table and the closing line ``size: image N B, resident N B``; returns 0.

    Raises UserError when the sources do not compile or do not load.
    """
    compiled = compile_tree(stage())
    image = len(write_romfs(compiled))
    resident, loaded, names = load(compiled)
    out.print(make_table(compiled, image, resident, loaded, names))
    print(f"size: image {image} B, resident {resident} B", flush=True)
    return 0


def make_table(compiled, image, resident, loaded, names):
    """The table of ``compiled`` (path -> bytes): every module, a sub-total per package.

    A module that is not in ``loaded`` is marked: it costs no heap until it is needed.
    """
    table = Table(box=box.SIMPLE_HEAD, show_footer=False)
    table.add_column("module")
    table.add_column("bytes", justify="right")
    table.add_column("")
    for package, modules in by_package(compiled).items():
        table.add_row(package, f"{sum(modules.values()):,}", style="bold")
        for name, size in modules.items():
            whole = name if package == SINGLE else f"{package}.{name}".removesuffix(".__init__")
            table.add_row(f"  {name}", f"{size:,}", "" if whole in loaded else "not at start")
        table.add_section()
    table.add_row("all modules", f"{sum(map(len, compiled.values())):,}", style="bold")
    table.add_row("image (ROMFS)", f"{image:,}", style="bold")
    table.add_row("heap once loaded, 64-bit", f"{resident:,}", style="bold")
    table.add_row("heap once loaded, about, 32-bit", f"{int(resident * TO_32_BIT):,}")
    table.add_row("names that all others leave", f"{names:,}", "64-bit, once loaded")
    return table


def by_package(compiled):
    """{package: {module: bytes}} of a compiled tree."""
    packages = {}
    for path, data in sorted(compiled.items()):
        folder = PurePosixPath(path).parent.as_posix()
        package = SINGLE if folder == "." else folder.replace("/", ".")
        packages.setdefault(package, {})[PurePosixPath(path).stem] = len(data)
    return packages


def load(compiled):
    """Import the application from .mpy files (``compiled``: path -> bytes) on MicroPython.

    Returns the bytes of heap it keeps (64-bit), the names of the modules then loaded, and the
    bytes of names that all other modules leave in the heap when they have been loaded and
    dropped. Where there are no START_MODULES, all are imported. Raises UserError when one does
    not load.
    """
    everything = [module_name(path) for path in compiled if path.endswith(".mpy")]
    modules = [name for name in START_MODULES if name in everything] or everything
    with tempfile.TemporaryDirectory(prefix="ucharge-size-") as folder:
        for path, data in compiled.items():
            place = Path(folder, "app", path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        sources = source_root() / "lib" / "loader"
        copy = Path(folder, "loader")
        shutil.copytree(sources, copy, ignore=shutil.ignore_patterns("__pycache__"))
        loader = [path for path in sorted(copy.glob("[a-z]*.py")) if path.stem not in NOT_LOADED]
        return _measure(folder, loader, modules, everything)


def module_name(path):
    """``ws.client`` of ``ws/client.mpy``, ``ws`` of ``ws/__init__.mpy``."""
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def _measure(folder, loader, modules, everything):
    micropython = shutil.which("micropython", path=str(Path(sys.executable).parent))
    if micropython is None:
        raise UserError("no micropython beside this Python", "call it by `make size`")
    names = {
        "LOADER": [f"loader.{path.stem}" for path in loader],
        "DROPPED": [f"loader.{name}" for name in _DROPPED_BY_START],
        "MODULES": modules,
        "ALL": everything,
    }
    script = "".join(f"{name} = {value!r}\n" for name, value in names.items()) + MEASURE
    done = subprocess.run(
        [micropython, "-X", "heapsize=4M", "-c", script],
        cwd=folder,
        env={**os.environ, "MICROPYPATH": "app::.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) < 2 or not lines[-1].startswith("resident "):
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise UserError(f"the application does not load: {words[-1]}", " ".join(words[-3:-1]))
    pools = [int(size) for size in re.findall(r"n_total_bytes=(\d+)", done.stdout)]
    return int(lines[-1].split()[1]), set(lines[-2].split()[1:]), pools[1] - pools[0]


if __name__ == "__main__":
    from ucharge.console import fail

    try:
        sys.exit(report())
    except UserError as error:
        fail(error)
        sys.exit(1)
