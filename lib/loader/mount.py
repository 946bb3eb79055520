"""The file system of a slot's image, ready for ``vfs.mount``.

May import: built-ins (``vfs`` where there is one), ``loader.romfs``.
"""

import vfs

from loader.romfs import RomfsVfs


def file_system(slot):
    """C VfsRom where the slot is memory-mapped and the build has it, else the Python one.

    A memory-mapped slot has ``memory_view()``: modules then run in place, at about half the
    heap. Raises RomfsError, OSError.
    """
    view = getattr(slot, "memory_view", None)
    if view is not None and hasattr(vfs, "VfsRom"):
        return vfs.VfsRom(view())  # pyright: ignore[reportAttributeAccessIssue]
    return RomfsVfs(*slot.open_image())
