"""PartitionSlot on the simulated ESP32: what is written when, and what the boot loader is told."""

import unittest

import samples
from esp_bench import Board, app_image, esp32
from loader import record, verdict
from loader.choose import choose
from loader.decide import RUN, SWITCH
from loader.header import Header, HeaderError
from loader.partition import open_slots
from loader.record import CONFIRMED, REJECTED, TRIAL, Record
from loader.resets import HARD, POWER_ON, SOFT, WATCHDOG
from loader.slots import SlotFull, SlotInUse
from ota.installer import Installer

VALID, ABORTED = 2, 4


def image(seed, version=(1, 0, 0)):
    """(payload, header bytes) of an update file for the ESP32."""
    return samples.esp32_image(app_image.make(samples.payload(6000, seed)), seed, version)


HOME, NEXT = image(1), image(2, (1, 1, 0))


class Base(unittest.TestCase):
    """A device that runs HOME from slot a, confirmed."""

    def setUp(self):
        self.files = samples.folder()
        self.board = Board({"ota_0": HOME[0]})
        self.board.reset()
        self.files.write("/slots/a.mf", HOME[1])
        slot = self.slots()["a"]
        slot.mark_proven((1, 0, 0))
        first = Record(CONFIRMED, "a", "b")
        first.version, first.digest = slot.version(), slot.digest()
        record.write(self.files, first)

    def slots(self):
        return open_slots(self.files, esp32.Partition)

    def stage(self, new=NEXT):
        slot = self.slots()["b"]
        slot.erase()
        for at in range(0, len(new[0]), 4096):
            slot.append(memoryview(new[0])[at : at + 4096])
        self.assertTrue(slot.matches(Header(new[1])))
        slot.publish(new[1])
        return slot

    def arm(self):
        self.stage()
        return verdict.arm(self.files, record.read(self.files), self.slots(), (1, 1, 0))

    def boot(self, cause=HARD, flags=0):
        """A reset, the boot loader, the loader; resets that it asks for included."""
        for _ in range(5):
            self.board.reset()
            held, decision = choose(self.files, self.slots(), cause, flags, lambda: None)
            if decision.action != SWITCH:
                if decision.action == RUN:
                    self.assertEqual(self.board.running, "ota_" + str("ab".index(decision.slot)))
                return held, decision
            cause, flags = HARD, 0
        self.fail("a reset loop")


class TestWriting(Base):
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
        for _ in installer.finish():
            pass
        self.assertTrue(self.slots()["b"].verifies())
        self.assertEqual(installer.manifest.version, (1, 1, 0))

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


class TestOrder(Base):
    """DESIGN section 5, row by row, against the boot loader."""

    def confirm(self, held):
        return verdict.confirm(self.files, held, self.slots(), (1, 1, 0))

    def test_install_try_confirm(self):
        self.assertEqual(self.arm().attempts, 1)
        held, decision = self.boot()
        self.assertEqual((decision.row, held.attempts), ("esp32 trial, runs", 1))
        self.confirm(held)
        for cause in (HARD, WATCHDOG, POWER_ON):
            held, decision = self.boot(cause)
            self.assertEqual((decision.slot, held.state), ("b", CONFIRMED))
        self.assertTrue(self.slots()["b"].proven())

    def test_a_hang_is_tried_once(self):
        self.arm()
        self.boot()
        held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.state, held.reason), ("a", REJECTED, "watchdog"))

    def test_a_power_cut_costs_one_of_three_attempts(self):
        self.arm()
        for attempts in (1, 2, 3):
            held, decision = self.boot(POWER_ON)
            self.assertEqual((decision.slot, held.attempts), ("b", attempts))
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.state, held.reason), ("a", REJECTED, "power"))

    def test_an_image_set_boot_refuses_is_not_armed(self):
        self.stage()
        self.board.put("ota_1", b"\x00", 3000)
        with self.assertRaises(OSError):
            verdict.arm(self.files, record.read(self.files), self.slots(), (1, 1, 0))
        self.assertEqual(record.read(self.files).state, CONFIRMED)
        self.assertEqual(self.boot()[1].slot, "a")

    def test_a_cut_between_record_and_set_boot(self):
        trial = self.arm()
        self.board.ota.write(1, 0xFFFFFFFF, 0xFFFFFFFF)
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.attempts), ("b", trial.attempts + 1))

    def test_a_soft_reset_before_the_reset(self):
        self.arm()
        held, decision = choose(self.files, self.slots(), SOFT, 0, lambda: None)
        self.assertEqual((decision.action, decision.slot, held.state), (SWITCH, "b", TRIAL))
        self.assertEqual(self.board.reset(), "ota_1")

    def test_a_soft_reset_in_the_trial(self):
        self.arm()
        self.boot()
        held, decision = choose(self.files, self.slots(), SOFT, 0, lambda: None)
        self.assertEqual((decision.action, decision.slot, held.attempts), (RUN, "b", 1))

    def test_a_cut_between_mark_and_record_is_a_confirm(self):
        self.arm()
        self.boot()
        self.slots()["b"].keep()
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.state, held.reason), ("b", CONFIRMED, "confirm"))
        self.assertTrue(self.slots()["b"].proven())
        self.assertEqual(held.floor, (1, 1, 0))

    def test_rejected_while_pending_needs_no_set_boot(self):
        self.arm()
        held, _ = self.boot()
        verdict.reject(self.files, held, "selftest")
        states = self.board.states()
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.reason), ("a", "selftest"))
        self.assertEqual(self.board.states(), [states[0], (1, ABORTED)])

    def test_the_trap(self):
        """A confirmed b, a rejected in its trial: no power cut may bring a back."""
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        slot = self.slots()["a"]
        slot.erase()
        slot.append(HOME[0])
        slot.publish(HOME[1])
        verdict.arm(self.files, record.read(self.files), self.slots(), (1, 0, 0))
        held, decision = self.boot()
        self.assertEqual(decision.slot, "a")
        verdict.reject(self.files, held, "deadline")
        for _ in range(4):
            self.assertEqual(self.board.reset(), "ota_1")
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.home), ("b", "b"))

    def test_a_corrupt_home_boots_the_proven_other(self):
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        self.board.put("ota_1", b"\x00", 3000)
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.reason), ("a", "rollback"))
        self.assertEqual(self.board.ota.boot_partition()[4], "ota_0")
        self.assertEqual(self.board.states(), [(0, VALID), (1, VALID)])

    def test_after_that_an_update_has_its_one_attempt_again(self):
        self.test_a_corrupt_home_boots_the_proven_other()
        self.arm()
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.state), ("b", TRIAL))
        held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.state), ("a", REJECTED))

    def test_a_trial_the_boot_loader_does_not_guard_is_counted(self):
        """Home is gone and otadata still names it: no native rollback."""
        self.arm()
        self.board.ota.write(1, 0xFFFFFFFF, 0xFFFFFFFF)
        self.board.put("ota_0", b"\x00")
        for attempts in (2, 3):
            held, decision = self.boot(WATCHDOG)
            self.assertEqual((decision.slot, held.state, held.attempts), ("b", TRIAL, attempts))
        held, decision = self.boot(WATCHDOG)
        self.assertIsNone(decision.slot)

    def test_a_crash_loop_goes_to_the_other_proven_slot(self):
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        for _ in range(5):
            held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.reason), ("a", "crashloop"))
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.reason), ("a", "crashloop"))

    def test_lost_otadata_is_written_anew(self):
        self.arm()
        self.confirm(self.boot()[0])
        for index in (0, 1):
            self.board.flash.erase(self.board.ota._sector(index))
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.home), ("b", "b"))
        self.assertEqual(self.board.reset(), "ota_1")


if __name__ == "__main__":
    unittest.main()
