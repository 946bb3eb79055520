"""A slot's image mounted for real, by C VfsRom and by the Python one, and imported from."""

import sys
import unittest

import samples
from loader.slots import FileSlot
from romfs_image import ROMFS as IMAGE

IS_MICROPYTHON = sys.implementation.name == "micropython"
_POINT = "/mnt-test"


class Mapped(FileSlot):
    """A slot that is memory-mapped."""

    def memory_view(self):
        return memoryview(IMAGE)


@unittest.skipUnless(IS_MICROPYTHON, "CPython can't mount a file system")
class TestMount(unittest.TestCase):
    def imported(self, slot_class):
        """Mount an image in ``slot_class``; (kind of the file system, what was imported)."""
        import vfs

        from loader.mount import file_system

        slot = slot_class(samples.folder(), "a")
        slot.append(IMAGE)
        slot.publish(samples.header(IMAGE))
        mounted = file_system(slot)
        vfs.mount(mounted, _POINT)
        sys.path.insert(0, _POINT)
        try:
            from pkg_in_rom.answer import x

            return type(mounted).__name__, x
        finally:
            sys.path.remove(_POINT)
            vfs.umount(_POINT)
            for name in ("pkg_in_rom.answer", "pkg_in_rom"):
                sys.modules.pop(name, None)

    def test_a_file_slot_is_mounted_in_python(self):
        self.assertEqual(self.imported(FileSlot), ("RomfsVfs", 42))

    def test_a_memory_mapped_slot_is_mounted_in_c(self):
        self.assertEqual(self.imported(Mapped), ("VfsRom", 42))


if __name__ == "__main__":
    unittest.main()
