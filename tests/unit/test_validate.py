"""Payloads against field tables: which CALLERROR each mistake deserves."""

import unittest

from firmware.ocpp16.validate import validate
from ocppj import CallError

FIELDS = {
    "id": "i1:9!",
    "name": "s5",
    "kind": "eA|B",
    "when": "d",
    "on": "b",
    "size": "n",
    "keys": "as3",
    "any": "o",
    "part": {"!": True, "x": "i!", "y": "s2"},
}
GOOD = {
    "id": 1, "name": "abcde", "kind": "B", "when": "2026-01-01T00:00:00Z", "on": False,
    "size": 1.5, "keys": ["a", "bcd"], "any": {"z": [1]}, "part": {"x": 0, "y": ""},
}  # fmt: skip
FORMATION = "FormationViolation"
TYPE = "TypeConstraintViolation"
PROPERTY = "PropertyConstraintViolation"


class ValidateTest(unittest.TestCase):
    def code(self, changes, drop=()):
        payload = dict(GOOD)
        payload.update(changes)
        for name in drop:
            del payload[name]
        try:
            validate(FIELDS, payload)
        except CallError as error:
            return error.code
        return None

    def test_good(self):
        self.assertIsNone(self.code({}))
        self.assertIsNone(self.code({}, ("name", "kind", "when", "on", "size", "keys", "any")))

    def test_missing(self):
        self.assertEqual(self.code({}, ("id",)), FORMATION)
        self.assertEqual(self.code({}, ("part",)), FORMATION)
        self.assertEqual(self.code({"part": {}}), FORMATION)

    def test_unknown(self):
        self.assertEqual(self.code({"more": 1}), FORMATION)
        self.assertEqual(self.code({"!": 1}), FORMATION)
        self.assertEqual(self.code({"part": {"x": 1, "z": 1}}), FORMATION)
        self.assertEqual(self.code({"part": {"x": 1, "!": True}}), FORMATION)
        validate({"a": "i!"}, {"a": 1, "b": 2}, True)

    def test_wrong_type(self):
        for name in GOOD:
            for value in (None, True, 5, "abc", 1.5, [1], {"x": 1}):
                code = self.code({name: value})
                fits = type(value) is type(GOOD[name]) or (name == "size" and value == 5)
                if not fits:
                    self.assertEqual(code, TYPE, (name, value))
        self.assertEqual(self.code({"keys": ["a", 1]}), TYPE)

    def test_values(self):
        infinity = float("inf")
        for changes in (
            {"id": 0}, {"id": 10}, {"id": -5}, {"id": 10**30}, {"name": "abcdef"}, {"kind": "C"},
            {"kind": ""}, {"kind": "A|B"}, {"when": "today"}, {"keys": ["abcd"]},
            {"keys": ["a"] * 1000}, {"name": "\ud800"[:1]}, {"size": infinity},
            {"size": infinity - infinity}, {"part": {"x": 1 << 31}},
            {"part": {"x": 1, "y": "abc"}},
        ):  # fmt: skip
            self.assertEqual(self.code(changes), PROPERTY, changes)


if __name__ == "__main__":
    unittest.main()
