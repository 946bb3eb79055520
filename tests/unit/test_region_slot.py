"""RegionSlot on the fake RP2's raw flash: what is written, read back, gone on with, mounted."""

import sys
import unittest

import samples
from esp_bench import nor
from fakes import rp2
from loader import backends
from loader.header import Header
from loader.region import RegionSlot, ViewFile, open_slots
from loader.romfs import RomfsVfs
from loader.slots import SlotFull, SlotInUse
from romfs_image import ROMFS

SECTOR = 4096
REGIONS = [[2 * SECTOR, 6 * SECTOR], [8 * SECTOR, 4 * SECTOR]]
PAYLOAD = samples.payload(9000, 1)
HEADER = samples.header(PAYLOAD)


class Flash(rp2.Flash):
    """Notes the lengths written."""

    lengths = []

    def writeblocks(self, block, buf, offset=None):
        Flash.lengths.append((len(buf), offset))
        super().writeblocks(block, buf, offset)


class Base(unittest.TestCase):
    def setUp(self):
        self.cells = nor.MemoryCells(16)
        self.cells.data[:] = b"\x00" * len(self.cells.data)  # whatever was there
        rp2.power_on(nor.NorFlash(self.cells, 16))
        self.files = samples.folder()
        del Flash.lengths[:]

    def tearDown(self):
        rp2.power_on(None)

    def slots(self):
        return open_slots(self.files, REGIONS, Flash, lambda flash: flash.view())

    def stage(self, payload=PAYLOAD, header=HEADER, name="b"):
        slot = self.slots()[name]
        slot.erase()
        for at in range(0, len(payload), SECTOR):
            slot.append(memoryview(payload)[at : at + SECTOR])
        slot.publish(header)
        return slot


class WritingTest(Base):
    def test_written_and_read_back(self):
        slot = self.stage()
        self.assertTrue(slot.verifies())
        self.assertEqual(bytes(slot.memory_view()), PAYLOAD)
        self.assertEqual((slot.kind, slot.attempts, slot.state()), ("app", 0, None))

    def test_lies_where_the_board_says_and_nowhere_else(self):
        self.stage()
        data = bytes(self.cells.data)
        start = REGIONS[1][0]
        self.assertEqual(data[start : start + 9000], PAYLOAD)
        self.assertEqual(data[:start], bytes(start))
        self.assertEqual(data[start + 3 * SECTOR :], bytes(16 * SECTOR - start - 3 * SECTOR))

    def test_every_write_is_a_whole_sector_and_erases_nothing_unasked(self):
        self.stage()
        self.assertEqual(set(Flash.lengths), {(SECTOR, 0)})
        self.assertEqual(SECTOR % nor.PAGE_BYTES, 0)

    def test_capacity(self):
        slots = self.slots()
        self.assertEqual([slots[name].capacity() for name in "ab"], [6 * SECTOR, 4 * SECTOR])
        with self.assertRaises(SlotFull):
            slots["b"].append(bytes(4 * SECTOR + 1))

    def test_a_mounted_slot_is_refused(self):
        slot = self.slots()["a"]
        slot.mounted = True
        for call in (slot.erase, lambda: slot.append(PAYLOAD), lambda: slot.publish(HEADER)):
            with self.assertRaises(SlotInUse):
                call()

    def test_a_flash_that_does_not_take_it_is_noticed(self):
        class Worn(Flash):
            def writeblocks(self, block, buf, offset=None):
                pass

        slot = RegionSlot(self.files, "a", Worn(start=0, len=SECTOR), lambda flash: flash.view())
        with self.assertRaises(OSError):
            slot.append(PAYLOAD[:SECTOR])

    def test_a_new_image_takes_the_old_ones_header_away(self):
        self.stage()
        slot = self.slots()["b"]
        slot.erase()
        self.assertIsNotNone(slot.header())
        slot.append(PAYLOAD[:SECTOR])
        self.assertIsNone(self.slots()["b"].header())

    def test_a_short_sector_is_the_last(self):
        slot = self.slots()["a"]
        slot.append(PAYLOAD[:100])
        with self.assertRaises(ValueError):
            slot.append(PAYLOAD[100:200])

    def test_a_flipped_bit(self):
        self.stage()
        self.cells.data[REGIONS[1][0] + 8999] ^= 1
        self.assertFalse(self.slots()["b"].verifies())

    def test_larger_than_the_region(self):
        header = Header(samples.header(samples.payload(5 * SECTOR)))
        self.assertEqual(list(self.slots()["b"].compare(header)), [False])

    def test_no_image(self):
        with self.assertRaises(OSError):
            self.slots()["a"].memory_view()

    def test_regions_that_are_none(self):
        for regions in ([[1, SECTOR], [SECTOR, SECTOR]], [[0, SECTOR], [0, 17 * SECTOR]]):
            with self.assertRaises(ValueError):
                open_slots(self.files, regions, Flash)


class ResumeTest(Base):
    def test_goes_on_behind_what_is_good(self):
        slot = self.slots()["a"]
        slot.erase()
        slot.append(PAYLOAD[: 2 * SECTOR])
        slot = self.slots()["a"]
        taken = []
        self.assertEqual(slot.resume(Header(HEADER), lambda view: taken.append(bytes(view))), 2)
        self.assertEqual(b"".join(taken), PAYLOAD[: 2 * SECTOR])
        slot.append(PAYLOAD[2 * SECTOR :])
        slot.publish(HEADER)
        self.assertTrue(slot.verifies())

    def test_what_is_damaged_is_written_again(self):
        slot = self.slots()["a"]
        slot.append(PAYLOAD[: 2 * SECTOR])
        self.cells.data[REGIONS[0][0] + SECTOR] ^= 1
        self.assertEqual(self.slots()["a"].resume(Header(HEADER)), 1)

    def test_a_staged_image_is_no_beginning(self):
        slot = self.stage()
        self.assertEqual(slot.resume(Header(HEADER)), 0)


class MountTest(Base):
    def test_in_python_where_the_build_has_no_vfsrom(self):
        slot = self.stage(ROMFS, samples.header(ROMFS))
        file, size = slot.open_image()
        self.assertEqual(size, len(ROMFS))
        self.assertIn("pkg_in_rom", [entry[0] for entry in RomfsVfs(file, size).ilistdir("/")])

    def test_in_place(self):
        if sys.implementation.name != "micropython":
            self.skipTest("CPython can't mount a file system")
        from loader.mount import file_system

        mounted = file_system(self.stage(ROMFS, samples.header(ROMFS)))
        self.assertEqual(type(mounted).__name__, "VfsRom")
        self.assertEqual([entry[0] for entry in mounted.ilistdir("/")], ["pkg_in_rom"])

    def test_view_file(self):
        file, buffer = ViewFile(memoryview(b"abcde")), bytearray(3)
        self.assertEqual((file.readinto(buffer), bytes(buffer)), (3, b"abc"))
        self.assertEqual((file.readinto(buffer), bytes(buffer[:2])), (2, b"de"))
        self.assertEqual(file.readinto(buffer), 0)
        file.seek(9)
        self.assertEqual(file.readinto(buffer), 0)


class BackendTest(Base):
    def test_the_board_says_so(self):
        found = backends.open_slots({"family": "rp2", "slot_regions": REGIONS}, self.files)
        self.assertIsInstance(found["a"], RegionSlot)
        found = backends.open_slots({"family": "rp2"}, self.files)
        self.assertFalse(isinstance(found["a"], RegionSlot))


if __name__ == "__main__":
    unittest.main()
