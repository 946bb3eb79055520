"""An image that is signed and whole but can't be mounted is refused before it is published."""

import unittest

import samples
from firmware.image_check import steps
from loader.header import Header
from loader.slots import FileSlot
from ota.errors import Refused
from update_edge import Edge

TOLD = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


def uint(value):
    out = bytes((value & 0x7F,))
    while value > 0x7F:
        value >>= 7
        out = bytes((0x80 | value & 0x7F,)) + out
    return out


def record(kind, body):
    return uint(kind) + uint(len(body)) + body


def file(name, data=b"x"):
    return record(5, uint(len(name)) + name + record(2, data))


def folder(name, body):
    return record(4, uint(len(name)) + name + body)


def image(body):
    return b"\xd2\xcd\x31" + uint(len(body)) + body


def nested(count, name, body):
    for _ in range(count):
        body = folder(name, body)
    return body


APP = folder(b"firmware", file(b"app.mpy"))
GOOD = image(file(b"x") + APP)
HOSTILE = (
    ("not a ROMFS", b"PK\x03\x04" + GOOD),
    ("cut short", GOOD[:-1]),
    ("bad name", image(APP + file(b".."))),
    ("bad name", image(APP + file(b"../boot.py"))),
    ("bad name", image(APP + folder(b"..", file(b"boot.py")))),
    ("bad name", image(APP + file(b"/boot.py"))),
    ("bad name", image(APP + file(b"a\x00b"))),
    ("bad name length", image(APP + file(b""))),
    ("bad name length", image(APP + file(b"n" * 65))),
    ("bad name length", image(APP + record(5, uint(1 << 34) + b"x"))),
    ("exceeds its folder", image(APP + uint(5) + uint(1 << 34) + b"x")),
    ("number too long", image(APP + b"\xff\xff\xff\xff\xff\xff\x01")),
    ("bad file data", image(APP + record(5, uint(1) + b"x" + uint(2) + uint(99) + b"short"))),
    (
        "bad file data",
        image(APP + record(5, b"\x01x" + uint(3) + b"\x08" + uint(5) + uint(1 << 30))),
    ),
    ("twice", image(APP + APP)),
    ("twice", image(APP + file(b"firmware"))),
    ("path too long", image(APP + nested(4, b"n" * 60, file(b"x")))),
    ("too many records", image(APP + b"".join(file(b"n%d" % at) for at in range(300)))),
    ("too many records", image(APP + record(9, b"") * 2000)),
    ("no application", image(file(b"x"))),
    ("no application", image(folder(b"firmware", folder(b"app.mpy", b"")))),
)


class TestImageCheck(unittest.TestCase):
    def play(self, body):
        """The edge after an update with the payload ``body``, and what was told."""
        edge = Edge(samples.update_file(body))
        edge.ask()
        return edge, edge.play()

    def test_a_sound_image(self):
        for body in (GOOD, image(folder(b"firmware", file(b"app.py")))):
            edge, told = self.play(body)
            self.assertEqual(told, ["Downloading", "Downloaded"])
            self.assertTrue(FileSlot(edge.files, "b").verifies())

    def test_hostile_images(self):
        for reason, body in HOSTILE:
            edge, told = self.play(body)
            self.assertEqual(told, TOLD, reason)
            self.assertIsNone(FileSlot(edge.files, "b").header(), reason)
            history = [line for line in edge.lines if "content_refused" in line]
            self.assertEqual(len(history), 1)
            self.assertIn(reason, history[0])

    def test_one_record_a_step(self):
        edge, _ = self.play(HOSTILE[-1][1])
        header = Header(samples.header(HOSTILE[-1][1]))
        taken = 0
        with self.assertRaises(Refused):
            for _ in steps(FileSlot(edge.files, "b"), header):
                taken += 1
        self.assertEqual(taken, 2)


if __name__ == "__main__":
    unittest.main()
