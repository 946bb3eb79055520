"""The Python ROMFS reader: well-formed images, and every way to be malformed."""

import io
import unittest

from loader.romfs import RomfsError, RomfsFile, RomfsVfs
from loader.romfs_index import index


def uint(value):
    out = [value & 0x7F]
    while value > 0x7F:
        value >>= 7
        out.insert(0, 0x80 | value & 0x7F)
    return bytes(out)


def record(kind, body):
    return uint(kind) + uint(len(body)) + body


def file(name, data):
    return record(5, uint(len(name)) + name + record(2, data))


def folder(name, body):
    return record(4, uint(len(name)) + name + body)


def image(body):
    return b"\xd2\xcd\x31" + uint(len(body)) + body


BIG = bytes(i & 0xFF for i in range(1000))
GOOD = image(folder(b"pkg", file(b"mod.mpy", BIG) + folder(b"in", b"")) + file(b"x", b"hi"))


class TestRomfs(unittest.TestCase):
    def test_index_finds_every_file(self):
        found = index(io.BytesIO(GOOD), len(GOOD))
        self.assertEqual(set(found.paths()), {"/", "/pkg/", "/pkg/in/", "/pkg/mod.mpy", "/x"})
        offset, size = found.find("/pkg/mod.mpy")
        self.assertEqual(GOOD[offset : offset + size], BIG)
        for missing in ("/pkg/mod", "mod.mpy", "/pkg/mod.mpy/", "/pkg", "x"):
            self.assertIsNone(found.find(missing), missing)

    def test_read_in_pieces(self):
        vfs = RomfsVfs(io.BytesIO(GOOD), len(GOOD))
        opened = vfs.open("/pkg/mod.mpy", "rb")
        self.assertIsInstance(opened, RomfsFile)
        out, view = b"", memoryview(bytearray(77))
        while True:
            count = opened.readinto(view)
            if not count:
                break
            out += bytes(view[:count])
        self.assertEqual(out, BIG)

    def test_two_open_files_do_not_disturb_each_other(self):
        vfs = RomfsVfs(io.BytesIO(GOOD), len(GOOD))
        one, two = vfs.open("pkg/mod.mpy", "rb"), vfs.open("/x", "rb")
        a, b = bytearray(2), bytearray(2)
        one.readinto(a)
        two.readinto(b)
        one.readinto(a)
        self.assertEqual((bytes(a), bytes(b)), (BIG[2:4], b"hi"))

    def test_stat_and_listing(self):
        vfs = RomfsVfs(io.BytesIO(GOOD), len(GOOD))
        self.assertEqual(vfs.stat("/pkg/mod.mpy")[6], 1000)
        self.assertEqual(vfs.stat("pkg")[0], 0x4000)
        self.assertEqual(sorted(e[0] for e in vfs.ilistdir("/")), ["pkg", "x"])
        self.assertEqual(sorted(e[0] for e in vfs.ilistdir("/pkg")), ["in", "mod.mpy"])

    def test_missing_and_written_files_are_os_errors(self):
        vfs = RomfsVfs(io.BytesIO(GOOD), len(GOOD))
        for call in (
            lambda: vfs.stat("/nope"),
            lambda: vfs.open("/nope", "rb"),
            lambda: vfs.open("/x", "w"),
            lambda: vfs.open("/pkg", "rb"),
            lambda: vfs.chdir("/pkg"),
        ):
            with self.assertRaises(OSError):
                call()

    def test_malformed_images_are_refused(self):
        deep = file(b"x", b"")
        for _ in range(300):
            deep = folder(b"d", deep)
        for bad in (
            b"",
            b"\xd2\xcd\x31",
            b"PK\x03\x04" + GOOD,
            GOOD[:-1],
            image(file(b"..", b"")),
            image(file(b"a/b", b"")),
            image(file(b"a\x00b", b"")),
            image(file(b"", b"")),
            image(file(b"n" * 65, b"")),
            image(file(b"x", b"1") + file(b"x", b"2")),
            image(folder(b"x", b"") + file(b"x", b"2")),
            image(record(5, uint(1) + b"x")),
            image(record(5, uint(1) + b"x" + uint(2) + uint(99) + b"short")),
            image(record(5, uint(1) + b"x" + uint(3) + uint(4) + uint(5) + uint(200000))),
            image(uint(5) + uint(1000) + b"x"),
            image(b"\xff\xff\xff\xff\xff\xff\x01"),
            image(deep),
        ):
            with self.assertRaises(RomfsError):
                index(io.BytesIO(bad), len(bad))

    def test_any_flipped_byte_is_read_or_refused_and_stays_in_bounds(self):
        for at in range(60):
            for flip in (0x01, 0x80, 0xFF):
                data = bytearray(GOOD)
                data[at] ^= flip
                try:
                    found = index(io.BytesIO(data), len(data))
                except RomfsError:
                    continue
                for path in found.paths():
                    offset, size = found.find(path)
                    self.assertLessEqual(offset + size, len(data))


if __name__ == "__main__":
    unittest.main()
