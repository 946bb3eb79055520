"""What the application costs: bytes of its .mpy files, of the image, and of heap once loaded.

The heap is measured on the 64-bit unix port, with the modules loaded from .mpy files as on a
board with a file slot. The loader is there before: it is on the board, not in the image.
"""

import os
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

# The application, what puts it together (START_ONLY of the first names what then is dropped), and
# what a connection keeps.
START_MODULES = ("firmware.app", "firmware.assembly", "ws.websocket")
SINGLE = "(single modules)"
# Of the loader; a board with file slots never loads them.
ESP32_ONLY = {"otadata", "partition"}
# Measured: the same modules on the unix port built with and without -m32.
TO_32_BIT = 0.68

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
gc.collect()
before = gc.mem_alloc()
for name in MODULES:
    __import__(name)
from loader.modules import forget
forget(*getattr(sys.modules.get("firmware.app"), "START_ONLY", ()))
gc.collect()
resident = gc.mem_alloc() - before
print("loaded", " ".join(sys.modules))
print("resident", resident)
"""


def report():
    """Print the table and the closing line ``size: image N B, resident N B``; returns 0.

    Raises UserError when the sources do not compile or do not load.
    """
    compiled = compile_tree(stage())
    image = len(write_romfs(compiled))
    resident, loaded = load(compiled)
    out.print(make_table(compiled, image, resident, loaded))
    print(f"size: image {image} B, resident {resident} B", flush=True)
    return 0


def make_table(compiled, image, resident, loaded):
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

    Returns the bytes of heap it keeps (64-bit) and the names of the modules then loaded. Where
    there are no START_MODULES, all are imported. Raises UserError when one does not load.
    """
    modules = [module_name(path) for path in compiled if path.endswith(".mpy")]
    modules = [name for name in START_MODULES if name in modules] or modules
    with tempfile.TemporaryDirectory(prefix="ucharge-size-") as folder:
        app, root = Path(folder, "app"), Path(folder, "root")
        for path, data in compiled.items():
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            (app / path).write_bytes(data)
        loader = source_root() / "lib" / "loader"
        shutil.copytree(loader, root / "loader", ignore=shutil.ignore_patterns("__pycache__"))
        stems = sorted({path.stem for path in loader.glob("[a-z]*.py")} - ESP32_ONLY)
        loaders = [f"loader.{stem}" for stem in stems]
        return _measure(root, f"{app}:{root}:.frozen", loaders, modules)


def module_name(path):
    """``ws.client`` of ``ws/client.mpy``, ``ws`` of ``ws/__init__.mpy``."""
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def _measure(folder, search_path, loaders, modules):
    micropython = shutil.which("micropython", path=str(Path(sys.executable).parent))
    if micropython is None:
        raise UserError("no micropython beside this Python", "call it by `make size`")
    script = f"LOADER = {loaders!r}\nMODULES = {modules!r}\n{MEASURE}"
    done = subprocess.run(
        [micropython, "-X", "heapsize=4M", "-c", script],
        cwd=folder,
        env={**os.environ, "MICROPYPATH": search_path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) < 2 or not lines[-1].startswith("resident "):
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise UserError(f"the application does not load: {words[-1]}", " ".join(words[-3:-1]))
    return int(lines[-1].split()[1]), set(lines[-2].split()[1:])


if __name__ == "__main__":
    from ucharge.console import fail

    try:
        sys.exit(report())
    except UserError as error:
        fail(error)
        sys.exit(1)
