"""The simulated NOR flash keeps the rules of real flash, and loses power where it is told to."""

import os
import unittest

from tools.ucharge.sim.chip.nor import (
    AddressError,
    AlignmentError,
    FileCells,
    MemoryCells,
    NorFlash,
    NotErasedError,
    PowerCut,
)

SECTOR = 4096
PAGE = 256


def flash(sectors=4, **kwargs):
    return NorFlash(MemoryCells(sectors), sectors, **kwargs)


def read(nor, address, length):
    data = bytearray(length)
    nor.readblocks(address // SECTOR, data, address % SECTOR)
    return bytes(data)


class Rules(unittest.TestCase):
    def test_new_flash_is_erased(self):
        self.assertEqual(read(flash(), 2 * SECTOR, SECTOR), b"\xff" * SECTOR)

    def test_program_clears_bits(self):
        nor = flash()
        nor.program(PAGE, b"\xf0" * PAGE)
        nor.program(PAGE, b"\x30" * PAGE)
        self.assertEqual(read(nor, PAGE, PAGE), b"\x30" * PAGE)
        self.assertEqual(read(nor, 0, PAGE), b"\xff" * PAGE)
        self.assertEqual(read(nor, 2 * PAGE, PAGE), b"\xff" * PAGE)

    def test_program_can_not_set_a_bit(self):
        nor = flash()
        nor.program(0, b"\x0f" * PAGE)
        with self.assertRaises(NotErasedError):
            nor.program(0, b"\x0f" * (PAGE - 1) + b"\x1f")
        self.assertEqual(read(nor, 0, PAGE), b"\x0f" * PAGE)
        self.assertEqual(nor.operations, 1)

    def test_erase_is_of_one_sector(self):
        nor = flash()
        for address in (0, SECTOR, 2 * SECTOR):
            nor.program(address, b"\x00" * PAGE)
        nor.erase(1)
        self.assertEqual(read(nor, 0, PAGE), b"\x00" * PAGE)
        self.assertEqual(read(nor, SECTOR, PAGE), b"\xff" * PAGE)
        self.assertEqual(read(nor, 2 * SECTOR, PAGE), b"\x00" * PAGE)

    def test_program_is_by_whole_pages(self):
        nor = flash()
        for address, length in ((0, 255), (0, 257), (1, 256), (128, 256)):
            with self.subTest(address=address, length=length):
                with self.assertRaises(AlignmentError):
                    nor.program(address, b"\x00" * length)
        self.assertEqual(nor.operations, 0)

    def test_outside_of_the_flash(self):
        nor = flash(2)
        with self.assertRaises(AddressError):
            nor.readblocks(2, bytearray(1))
        with self.assertRaises(AddressError):
            nor.writeblocks(1, b"\x00" * (SECTOR + PAGE), 0)
        with self.assertRaises(AddressError):
            nor.erase(-1)


class BlockDevice(unittest.TestCase):
    def test_two_arguments_erase_first(self):
        nor = flash()
        nor.writeblocks(1, b"\x00" * SECTOR)
        nor.writeblocks(1, b"\x55" * SECTOR)
        self.assertEqual(read(nor, SECTOR, SECTOR), b"\x55" * SECTOR)
        self.assertEqual(nor.erases, 2)

    def test_three_arguments_do_not_erase(self):
        nor = flash()
        nor.writeblocks(1, b"\x00" * PAGE, PAGE)
        with self.assertRaises(NotErasedError):
            nor.writeblocks(1, b"\x55" * PAGE, PAGE)

    def test_ioctl(self):
        nor = flash(4)
        nor.program(0, b"\x00" * PAGE)
        self.assertEqual([nor.ioctl(op, 0) for op in (1, 2, 3)], [0, 0, 0])
        self.assertEqual((nor.ioctl(4, 0), nor.ioctl(5, 0)), (4, SECTOR))
        self.assertEqual(nor.ioctl(6, 0), 0)
        self.assertEqual(read(nor, 0, PAGE), b"\xff" * PAGE)
        self.assertLess(nor.ioctl(99, 0), 0)

    def test_operations_are_erases_and_pages(self):
        nor = flash()
        nor.erase(0)
        nor.writeblocks(0, b"\x00" * (3 * PAGE), 0)
        nor.writeblocks(1, b"\x00" * SECTOR)
        self.assertEqual(nor.operations, 1 + 3 + 1 + 16)


class Cut(unittest.TestCase):
    def test_clean_page(self):
        nor = flash(cut_at=2)
        with self.assertRaises(PowerCut):
            nor.program(0, b"\x00" * (3 * PAGE))
        nor.power_on()
        self.assertEqual(read(nor, 0, PAGE), b"\x00" * PAGE)
        self.assertEqual(read(nor, PAGE, 2 * PAGE), b"\xff" * (2 * PAGE))

    def test_torn_page(self):
        nor = flash(cut_at=1, torn=True)
        with self.assertRaises(PowerCut):
            nor.program(0, b"\x00" * PAGE)
        nor.power_on()
        page = read(nor, 0, PAGE)
        self.assertEqual(page[: PAGE // 2], b"\x00" * (PAGE // 2))
        self.assertEqual(page[PAGE // 2], 0x55)
        self.assertEqual(page[PAGE // 2 + 1 :], b"\xff" * (PAGE // 2 - 1))

    def test_clean_erase(self):
        nor = flash(cut_at=2)
        nor.program(0, b"\x00" * PAGE)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        nor.power_on()
        self.assertEqual(read(nor, 0, PAGE), b"\x00" * PAGE)

    def test_torn_erase(self):
        nor = flash(cut_at=17, torn=True)
        nor.program(0, b"\x00" * SECTOR)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        nor.power_on()
        self.assertEqual(read(nor, 0, SECTOR // 2), b"\xff" * (SECTOR // 2))
        self.assertEqual(read(nor, SECTOR // 2, SECTOR // 2), b"\x00" * (SECTOR // 2))

    def test_everything_is_refused_after_it(self):
        nor = flash(cut_at=1)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        for access in (
            lambda: nor.readblocks(0, bytearray(1)),
            lambda: nor.writeblocks(0, b"\x00" * PAGE, 0),
            lambda: nor.ioctl(6, 1),
            lambda: nor.program(0, b"\x00" * PAGE),
        ):
            with self.assertRaises(PowerCut):
                access()
        self.assertEqual(nor.operations, 1)

    def test_is_no_exception(self):
        self.assertFalse(issubclass(PowerCut, Exception))

    def test_on_cut_comes_before_the_raise(self):
        calls = []
        nor = flash(cut_at=1)
        nor.on_cut = lambda: calls.append(nor.operations)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        self.assertEqual(calls, [1])

    def test_next_cut_counts_on(self):
        nor = flash(cut_at=1)
        with self.assertRaises(PowerCut):
            nor.erase(0)
        nor.power_on(cut_at=3)
        nor.erase(0)
        with self.assertRaises(PowerCut):
            nor.erase(0)

    def test_on_operation(self):
        seen = []
        nor = flash(operations=7)
        nor.on_operation = lambda count, is_erase: seen.append((count, is_erase))
        nor.erase(0)
        nor.program(0, b"\x00" * PAGE)
        self.assertEqual(seen, [(8, True), (9, False)])


class File(unittest.TestCase):
    # Both interpreters may run this at the same time.
    PATH = "test_nor_flash.%d.tmp" % int.from_bytes(os.urandom(4), "little")

    def tearDown(self):
        try:
            os.remove(self.PATH)
        except OSError:
            pass

    def test_is_written_through(self):
        cells = FileCells(self.PATH, 3)
        NorFlash(cells, 3).program(SECTOR, b"\x5a" * PAGE)
        self.assertEqual(os.stat(self.PATH)[6], 3 * SECTOR)
        with open(self.PATH, "rb") as file:  # while the flash is open
            file.seek(SECTOR)
            self.assertEqual(file.read(PAGE), b"\x5a" * PAGE)
        cells.close()

    def test_survives(self):
        cells = FileCells(self.PATH, 2)
        NorFlash(cells, 2).program(0, b"\x00" * PAGE)
        cells.close()
        cells = FileCells(self.PATH, 2)
        self.assertEqual(read(NorFlash(cells, 2), 0, PAGE), b"\x00" * PAGE)
        cells.close()


class FileSystem(unittest.TestCase):
    """MicroPython only: the real LittleFS keeps all the rules above, and survives every cut."""

    def setUp(self):
        try:
            import vfs  # noqa: F401
        except ImportError:
            self.skipTest("CPython has no VFS")

    def test_littlefs_keeps_the_rules(self):
        import vfs

        nor = flash(32)
        vfs.VfsLfs2.mkfs(nor, progsize=PAGE)
        vfs.mount(vfs.VfsLfs2(nor, progsize=PAGE), "/nor")
        try:
            for turn in range(20):
                with open("/nor/f%d" % (turn % 3), "wb") as file:
                    file.write(bytes([turn]) * 9000)
            with open("/nor/f1", "rb") as file:
                self.assertEqual(file.read(), b"\x13" * 9000)
        finally:
            vfs.umount("/nor")
        self.assertGreater(nor.operations, 20 * 35)

    def test_a_file_is_old_or_new_after_every_cut(self):
        import vfs

        old, new = b"old" * 2000, b"new" * 2000
        for torn in (False, True):
            nor = flash(16)
            vfs.VfsLfs2.mkfs(nor, progsize=PAGE)
            self._write(nor, old)
            at = 0
            is_done = False
            while not is_done:
                at += 1
                nor.operations = 0
                nor.power_on(at, torn)
                try:
                    self._write(nor, new)
                    is_done = True
                except PowerCut:
                    pass
                nor.power_on()
                self.assertIn(self._read(nor), (old, new))
                self._write(nor, old)
            self.assertGreater(at, 20)

    def _write(self, nor, data):
        # Through the file-system object: nothing stays mounted after a cut.
        import vfs

        with vfs.VfsLfs2(nor, progsize=PAGE).open("/file", "wb") as file:
            file.write(data)

    def _read(self, nor):
        import vfs

        with vfs.VfsLfs2(nor, progsize=PAGE).open("/file", "rb") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
