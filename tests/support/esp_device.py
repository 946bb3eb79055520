"""A test case with a simulated ESP32 that runs a confirmed image from slot a."""

import unittest

import samples
from esp_bench import Board, app_image, esp32
from loader import record, verdict
from loader.choose import choose
from loader.decide import RUN, SWITCH
from loader.header import Header
from loader.partition import open_slots
from loader.record import CONFIRMED, Record
from loader.resets import HARD


def image(seed, version=(1, 0, 0)):
    """(payload, header bytes) of an update file for the ESP32."""
    return samples.esp32_image(app_image.make(samples.payload(6000, seed)), seed, version)


HOME, NEXT = image(1), image(2, (1, 1, 0))


class Device(unittest.TestCase):
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
