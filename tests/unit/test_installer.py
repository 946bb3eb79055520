"""An update file into a slot: what is refused, when, and what the slot then holds."""

import unittest

import samples
from loader.header import Header
from loader.slots import FileSlot, SlotInUse
from ota.installer import Installer
from ota.manifest import Refused

OLD = samples.payload(5000, 7)
NEW = samples.payload(20000, 3)


ROMFS = {"romfs_offset": 0, "romfs_size": 1, "romfs_sha256": "0" * 64}


class TestInstaller(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()
        self.slot = FileSlot(self.files, "b")
        self.slot.append(OLD)
        self.slot.publish(samples.header(OLD))
        self.slot.mark_proven((1, 0, 0))

    def install(self, data, chunk=700, total=None, device=None):
        installer = Installer(
            self.slot, device or samples.device(), bytearray(4096), total or len(data)
        )
        at = 0
        space = installer.space()
        while space and at < len(data):
            part = data[at : at + min(chunk, len(space))]
            space[: len(part)] = part
            installer.advance(len(part))
            if installer.is_asking:
                installer.begin()
            at += len(part)
            space = installer.space()
        for _ in installer.check():
            pass
        installer.publish()
        return installer

    def refused(self, data, words, **more):
        with self.assertRaises(Refused) as caught:
            self.install(data, **more)
        self.assertIn(words, str(caught.exception))

    def holds_old(self):
        return (
            FileSlot(self.files, "b").proven()
            and self.slot.digest() == Header(samples.header(OLD)).digest
        )

    def test_a_good_file_is_whole_and_unproven(self):
        for chunk in (1, 48, 4095, 4096, 100000):
            installer = self.install(samples.update_file(NEW), chunk)
            self.assertEqual(installer.version, (1, 1, 0))
            fresh = FileSlot(self.files, "b")
            self.assertTrue(fresh.verifies())
            self.assertFalse(fresh.proven(), "proven is earned by a trial")
            self.assertEqual(self.files.read("/slots/b.rom", 100000), NEW)
            self.assertEqual(fresh.version(), (1, 1, 0))

    def test_refused_before_the_erase(self):
        body = samples.update_file(NEW)
        for data, words, more in (
            (b"GET / HTTP/1.1" + body, "not an update file", {"total": len(body)}),
            (body[:4] + b"\x09" + body[5:], "format 9", {}),
            (samples.update_file(NEW, kind="esp32", **ROMFS), "kind esp32", {}),
            (samples.update_file(NEW, kind="esp32"), "field romfs_offset", {}),
            (samples.update_file(NEW, kind=["app"]), "field kind", {}),
            (samples.update_file(NEW, compatible=["toaster"]), "toaster", {}),
            (samples.update_file(NEW, mpy=[5, 0, 0]), "mpy version 5.0.0", {}),
            (samples.update_file(NEW, mpy=[6, 3, 9]), "mpy version 6.3.9", {}),
            (samples.update_file(NEW, micropython=[2, 0, 0]), "MicroPython 2.0.0", {}),
            (samples.update_file(NEW, loader=2), "loader 2", {}),
            (samples.update_file(NEW, state_min=2, state_max=3), "state schema", {}),
            (samples.update_file(NEW, version="1.1.0"), "field version", {}),
            (samples.update_file(NEW, version=[1, 1, -1]), "field version", {}),
            (samples.update_file(NEW, compatible=[]), "field compatible", {}),
            (samples.update_file(NEW, compatible=["sim"]), "made for board", {}),
            (samples.update_file(NEW, floor=[1, 1, 1]), "its own floor", {}),
            (samples.update_file(NEW, built=1 << 40), "field built", {}),
            (body, "below the floor", {"device": samples.device(floor=(1, 2, 0))}),
            (body, "slot holds", {"device": samples.device(capacity=19999)}),
            (body, "file of", {"total": len(body) + 1}),
        ):
            with self.subTest(words=words):
                self.refused(data, words, **more)
                self.assertTrue(self.holds_old(), "the slot was touched")

    def test_every_flipped_header_bit_is_refused_before_the_erase(self):
        body = samples.update_file(NEW)
        for at in range(len(samples.header(NEW))):
            data = bytearray(body)
            data[at] ^= 0x10
            with self.assertRaises(Refused):
                self.install(bytes(data))
            self.assertTrue(self.holds_old(), at)

    def test_a_flipped_payload_bit_is_refused_and_nothing_is_published(self):
        body = samples.update_file(NEW)
        head = len(body) - len(NEW)
        for at in (head, head + 4096, len(body) - 1):
            data = bytearray(body)
            data[at] ^= 1
            self.refused(bytes(data), "damaged")
            self.assertIsNone(FileSlot(self.files, "b").header())

    def test_a_file_that_ends_early_is_refused(self):
        body = samples.update_file(NEW)
        for size in (0, 10, 60, len(body) - 1):
            self.refused(body[:size], "ends early", total=len(body))

    def test_a_bad_read_back_is_refused(self):
        whole = self.slot.append
        self.slot.append = lambda view: whole(bytes(len(view)))
        self.refused(samples.update_file(NEW), "read back")
        self.assertIsNone(FileSlot(self.files, "b").header())

    def test_the_mounted_slot_is_never_written(self):
        self.slot.mounted = True
        with self.assertRaises(SlotInUse):
            self.install(samples.update_file(NEW))
        self.assertTrue(self.holds_old())

    def test_garbage_json_is_refused(self):
        for text in ("[1]", "{", "[" * 300, '{"kind":1}', "null"):
            real = samples.json.dumps
            samples.json = Fixed(text)
            try:
                data = samples.update_file(NEW)
            finally:
                samples.json = Real(real)
            self.refused(data, "manifest")
            self.assertTrue(self.holds_old())


class Fixed:
    def __init__(self, text):
        self.dumps = lambda fields: text


class Real:
    def __init__(self, dumps):
        self.dumps = dumps


if __name__ == "__main__":
    unittest.main()
