"""The simulated ESP32 boots and refuses as the real one was measured to: one test a fact."""

import unittest

import samples
from esp_bench import LAYOUT, Board, app_image, esp32, ota_boot

Partition = esp32.Partition
ONE = app_image.make(samples.payload(9000, 1))
TWO = app_image.make(samples.payload(9000, 2), segments=3)
NEW, PENDING, VALID, ABORTED = 0, 1, 2, 4
VALIDATE_FAILED = (-5379, "ESP_ERR_OTA_VALIDATE_FAILED")


class Base(unittest.TestCase):
    def setUp(self):
        self.board = Board({"ota_0": ONE, "ota_1": TWO})
        self.assertEqual(self.board.reset(), "ota_0")

    def os_error(self, call, *args):
        """The arguments of the OSError that ``call`` raises."""
        try:
            call(*args)
        except OSError as error:
            return error.args
        self.fail("no OSError")

    def choose(self, label):
        Partition(label).set_boot()


class TestPartitions(Base):
    def test_numbers_and_labels(self):
        self.assertEqual(Partition(Partition.RUNNING).info()[4], "ota_0")
        self.assertEqual(Partition(Partition.BOOT).info()[4], "ota_0")
        self.assertEqual(Partition("vfs").info()[:2], (1, 0x81))
        self.assertEqual(self.os_error(Partition, "nothing")[0], 2)

    def test_info(self):
        kind, subtype, address, size, label, encrypted = Partition("ota_1").info()
        self.assertEqual((kind, subtype, label, encrypted), (0, 0x11, "ota_1", False))
        self.assertEqual((address, size), LAYOUT[2][2:4])

    def test_find(self):
        apps = Partition.find(Partition.TYPE_APP)
        self.assertEqual([p.info()[4] for p in apps], ["ota_0", "ota_1"])
        self.assertEqual(len(Partition.find(Partition.TYPE_APP, 0x11)), 1)
        self.assertEqual(len(Partition.find(Partition.TYPE_DATA, label="otadata")), 1)

    def test_next_update_is_the_other_slot(self):
        running = Partition(Partition.RUNNING)
        self.assertEqual(running.get_next_update().info()[4], "ota_1")

    def test_two_arguments_erase_three_do_not(self):
        slot, block = Partition("ota_1"), bytearray(4096)
        slot.writeblocks(3, b"\x0f" * 4096)
        slot.writeblocks(3, b"\x05", 7)
        slot.readblocks(3, block)
        self.assertEqual(bytes(block[6:9]), b"\x0f\x05\x0f")
        slot.writeblocks(3, b"\xf0" * 4096)
        slot.readblocks(3, block)
        self.assertEqual(bytes(block), b"\xf0" * 4096)

    def test_two_arguments_want_whole_blocks(self):
        error = self.os_error(Partition("ota_1").writeblocks, 0, b"abc")
        self.assertEqual(error, (-260, "ESP_ERR_INVALID_SIZE"))

    def test_ioctl_6_erases_a_block(self):
        slot, block = Partition("ota_1"), bytearray(4096)
        slot.ioctl(6, 0)
        slot.readblocks(0, block)
        self.assertEqual(bytes(block), b"\xff" * 4096)
        slot.readblocks(1, block)
        self.assertNotEqual(bytes(block), b"\xff" * 4096)
        self.assertEqual((slot.ioctl(4, 0), slot.ioctl(5, 0)), (12, 4096))

    def test_the_end_of_the_partition_is_the_end(self):
        slot = Partition("ota_1")
        self.assertEqual(self.os_error(slot.readblocks, 12, bytearray(1))[0], -260)
        self.assertEqual(self.os_error(slot.ioctl, 6, 12)[0], -260)

    def test_writing_the_running_partition_aborts_the_chip(self):
        aborts = []
        esp32.power_on(self.board.ota, self.board.ota.apps[0], lambda: aborts.append(1))
        slot = Partition("ota_0")
        for call in (
            lambda: slot.writeblocks(0, bytes(4096)),
            lambda: slot.writeblocks(0, b"\x00", 0),
            lambda: slot.ioctl(6, 0),
        ):
            with self.assertRaises(esp32.ChipAbort):
                call()
        self.assertEqual(len(aborts), 3)


class TestSetBoot(Base):
    def check_refused(self):
        before = self.board.states()
        self.assertEqual(self.os_error(self.choose, "ota_1"), VALIDATE_FAILED)
        self.assertEqual(self.board.states(), before)
        self.assertEqual(Partition(Partition.BOOT).info()[4], "ota_0")

    def test_a_whole_image_is_taken(self):
        self.choose("ota_1")
        self.assertEqual(Partition(Partition.BOOT).info()[4], "ota_1")
        self.assertEqual(self.board.states(), [(0, VALID), (1, NEW)])

    def test_bad_magic(self):
        self.board.put("ota_1", b"\xea")
        self.check_refused()

    def test_bit_flip_anywhere(self):
        for at in (1, 30, 40, 4096, len(TWO) - 33, len(TWO) - 1):
            self.board.put("ota_1", TWO)
            self.board.put("ota_1", bytes([TWO[at] ^ 4]), at)
            self.check_refused()

    def test_truncated(self):
        self.board.put("ota_1", b"\xff" * 4096, 8192)
        self.check_refused()

    def test_another_chip(self):
        self.board.put("ota_1", app_image.make(samples.payload(9000), chip_id=9))
        self.check_refused()

    def test_empty_slot(self):
        self.board.put("ota_1", b"\xff" * 12 * 4096)
        self.check_refused()

    def test_bytes_behind_the_image_are_ignored(self):
        self.board.put("ota_1", samples.payload(5000), len(TWO))
        self.choose("ota_1")
        self.assertEqual(self.board.reset(), "ota_1")


class TestRollback(Base):
    def try_other(self):
        self.choose("ota_1")
        self.assertEqual(self.board.reset(), "ota_1")

    def test_the_second_reset_brings_the_old_slot_back(self):
        self.try_other()
        self.assertEqual(self.board.states(), [(0, VALID), (1, PENDING)])
        self.assertEqual(self.board.reset(), "ota_0")
        self.assertEqual(self.board.states(), [(0, VALID), (1, ABORTED)])

    def test_there_is_exactly_one_attempt(self):
        self.try_other()
        self.assertEqual([self.board.reset() for _ in range(3)], ["ota_0"] * 3)

    def test_a_later_set_boot_on_the_same_slot_works_again(self):
        self.try_other()
        self.board.reset()
        self.try_other()
        Partition.mark_app_valid_cancel_rollback()
        self.assertEqual(self.board.reset(), "ota_1")

    def test_marked_valid_it_stays(self):
        self.try_other()
        Partition.mark_app_valid_cancel_rollback()
        self.assertEqual(self.board.states(), [(0, VALID), (1, VALID)])
        self.assertEqual([self.board.reset() for _ in range(3)], ["ota_1"] * 3)

    def test_a_soft_reset_does_not_roll_back(self):
        self.try_other()
        esp32.power_on(self.board.ota, self.board.ota.apps[1])  # no boot loader
        self.assertEqual(Partition(Partition.RUNNING).info()[4], "ota_1")
        self.assertEqual(self.board.states()[1], (1, PENDING))

    def test_a_new_flash_gets_its_first_entry(self):
        self.assertEqual(self.board.states(), [(0, VALID), None])

    def test_mark_valid_marks_the_entry_and_not_what_runs(self):
        self.choose("ota_1")
        Partition.mark_app_valid_cancel_rollback()  # ota_0 runs
        self.assertEqual(self.board.states(), [(0, VALID), (1, VALID)])
        self.assertEqual([self.board.reset() for _ in range(2)], ["ota_1"] * 2)

    def test_both_aborted_is_esp_fail_until_the_next_set_boot(self):
        self.trap()
        self.assertEqual(self.board.states(), [(0, ABORTED), (1, ABORTED)])
        mark = Partition.mark_app_valid_cancel_rollback
        self.assertEqual(self.os_error(mark), (-1, "ESP_FAIL"))
        self.choose("ota_1")
        mark()
        self.assertEqual(self.board.reset(), "ota_1")

    def test_no_otadata_partition(self):
        board = Board({"ota_0": ONE}, tuple(row for row in LAYOUT if row[4] != "otadata"))
        esp32.power_on(board.ota, board.ota.apps[0])
        error = self.os_error(Partition.mark_app_valid_cancel_rollback)
        self.assertEqual(error, (-261, "ESP_ERR_NOT_FOUND"))

    def trap(self):
        """Confirmed ota_1, ota_0 in trial, back by set_boot(ota_1), cut before the mark."""
        self.try_other()
        Partition.mark_app_valid_cancel_rollback()
        self.choose("ota_0")
        self.assertEqual(self.board.reset(), "ota_0")
        self.choose("ota_1")
        self.assertEqual(self.board.reset(), "ota_1")
        return self.board.reset()

    def test_set_boot_back_and_a_power_cut_boot_the_rejected_image(self):
        self.assertEqual(self.trap(), "ota_0")

    def test_a_valid_slot_corrupted_later_boots_the_other_and_is_still_named(self):
        self.try_other()
        Partition.mark_app_valid_cancel_rollback()
        self.board.put("ota_1", b"\x00", 5000)
        self.assertEqual(self.board.reset(), "ota_0")
        self.assertEqual(Partition(Partition.BOOT).info()[4], "ota_1")
        self.assertEqual(self.board.states(), [(0, VALID), (1, VALID)])

    def test_no_whole_image_starts_nothing(self):
        board = Board({})
        self.assertIsNone(board.reset())


class TestOtadata(Base):
    def test_the_layout_of_an_entry(self):
        self.choose("ota_1")
        data = bytearray(32)
        Partition("otadata").readblocks(1, data)
        self.assertEqual(bytes(data[:4]), b"\x02\x00\x00\x00")
        self.assertEqual(bytes(data[24:28]), b"\x00\x00\x00\x00")
        self.assertEqual(int.from_bytes(data[28:], "little"), ota_boot.crc_of(2))
        self.assertEqual(ota_boot.crc_of(1), 0x4743989A)

    def test_the_crc_covers_the_sequence_alone(self):
        self.choose("ota_1")
        for entry in self.board.ota.entries():
            self.assertTrue(entry.has_right_crc)

    def test_the_real_table(self):
        self.assertEqual(ota_boot.sectors_of(ota_boot.LAYOUT_4MIB), 1024)


if __name__ == "__main__":
    unittest.main()
