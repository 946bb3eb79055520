"""PartitionSlot on the simulated ESP32: what is written when, and what the boot loader is told."""

import unittest

import samples
from esp_bench import app_image
from esp_device import HOME, NEXT, Device
from loader.header import Header, HeaderError
from loader.slots import SlotFull, SlotInUse
from ota.installer import Installer


class TestWriting(Device):
    def test_written_and_read_back(self):
        slot = self.stage()
        self.assertTrue(slot.verifies())
        self.assertFalse(slot.proven())
        self.assertEqual(slot.version(), (1, 1, 0))
        self.assertEqual((slot.kind, slot.capacity()), ("esp32", 12 * 4096))

    def test_the_running_slot_is_refused_before_the_chip_aborts(self):
        slot = self.slots()["a"]
        for call in (slot.erase, lambda: slot.append(NEXT[0]), lambda: slot.publish(b"")):
            with self.assertRaises(SlotInUse):
                call()

    def test_the_fallback_of_a_trial_is_refused(self):
        self.arm()
        self.board.reset()
        with self.assertRaises(SlotInUse):
            self.slots()["a"].erase()

    def test_a_wrong_first_sector_erases_nothing(self):
        self.stage()
        before = bytes(self.board.flash.cells.data)
        wrong_chip = app_image.make(samples.payload(6000), chip_id=9)
        magic, none, segments, unhashed, plain = (bytearray(NEXT[0]) for _ in range(5))
        magic[0], none[1], segments[1], unhashed[23], plain[32] = 0xEA, 0, 17, 0, 0
        large = bytearray(NEXT[0])
        large[28:32] = (13 * 4096).to_bytes(4, "little")
        slot = self.slots()["b"]
        for data in (wrong_chip, magic, none, segments, unhashed, plain, large, b"\xe9"):
            slot.erase()
            with self.assertRaises(HeaderError):
                slot.append(memoryview(data)[:4096])
        self.assertTrue(bytes(self.board.flash.cells.data) == before)
        self.assertTrue(self.slots()["b"].verifies())

    def test_more_than_fits(self):
        slot = self.slots()["b"]
        slot.erase()
        with self.assertRaises(SlotFull):
            slot.append(HOME[0] + bytes(12 * 4096))

    def test_a_new_image_is_not_staged_until_published(self):
        self.stage()
        slot = self.slots()["b"]
        slot.erase()
        slot.append(HOME[0][:4096])
        self.assertIsNone(self.slots()["b"].header())
        self.assertFalse(self.slots()["b"].verifies())

    def test_damage_anywhere_is_noticed(self):
        self.stage()
        for at in (0, 4095, len(NEXT[0]) - 1):
            self.board.put("ota_1", bytes([NEXT[0][at] ^ 1]), at)
            self.assertFalse(self.slots()["b"].verifies(), at)
            self.board.put("ota_1", NEXT[0])

    def test_of_the_running_slot_the_tail_is_read(self):
        self.assertTrue(self.slots()["a"].verifies())
        self.board.put("ota_0", b"\x00", len(HOME[0]) - 1)
        self.assertFalse(self.slots()["a"].verifies())

    def test_resume_behind_the_sectors_that_are_right(self):
        header = Header(NEXT[1])
        slot = self.slots()["b"]
        self.assertEqual(slot.resume(header), 0)
        slot.append(memoryview(NEXT[0])[:8192])
        slot = self.slots()["b"]
        self.assertEqual(slot.resume(header), 2)
        slot.append(memoryview(NEXT[0])[8192:12288])
        self.board.put("ota_1", b"\x00", 4100)
        slot = self.slots()["b"]
        self.assertEqual(slot.resume(header), 1)
        slot.append(memoryview(NEXT[0])[4096:])
        self.assertTrue(slot.matches(header))

    def test_installed_from_an_update_file(self):
        device = samples.device(12 * 4096, kind="esp32", board="sim_esp32")
        slot = self.slots()["b"]
        installer = Installer(slot, device, bytearray(4096))
        data, at = NEXT[1] + NEXT[0], 0
        space = installer.space()
        while space:
            space[:] = data[at : at + len(space)]
            at += len(space)
            installer.advance(len(space))
            space = installer.space()
            if installer.is_asking:
                installer.begin()
                space = installer.space()
        for _ in installer.check():
            pass
        installer.publish()
        self.assertTrue(self.slots()["b"].verifies())
        self.assertEqual(installer.version, (1, 1, 0))

    def test_a_staged_image_is_no_beginning(self):
        self.assertEqual(self.stage().resume(Header(NEXT[1])), 0)

    def test_the_tail_as_a_file(self):
        file, size = self.slots()["a"].open_image()
        data = bytearray(size + 10)
        self.assertEqual(file.readinto(data), size)
        self.assertEqual(bytes(data[:size]), HOME[0][-size:])
        file.seek(5)
        short = bytearray(3)
        self.assertEqual((file.readinto(short), bytes(short)), (3, HOME[0][-size:][5:8]))


if __name__ == "__main__":
    unittest.main()
