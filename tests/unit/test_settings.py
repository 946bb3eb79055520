"""/config.json: what is taken, what is refused."""

import json
import unittest

import samples
from firmware.settings import PATH, Settings, SettingsError


class TestSettings(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()

    def load(self, **fields):
        self.files.write(PATH, json.dumps(fields).encode())
        return Settings(self.files)

    def test_only_identity_and_url_must_be_there(self):
        settings = self.load(identity="CP1", url="wss://host/ocpp")
        self.assertEqual(settings.confirm_after_s, 30)
        self.assertIs(settings.allow_http, False)

    def test_missing_and_malformed_fields_are_named(self):
        good = {"identity": "CP1", "url": "wss://host/ocpp"}
        for change in (
            {"identity": None},
            {"url": 7},
            {"allow_http": "yes"},
            {"confirm_after_s": "30"},
            {"trial_deadline_s": -1},
            {"keys": []},
        ):
            fields = dict(good)
            fields.update(change)
            with self.assertRaises(SettingsError) as caught:
                self.load(**fields)
            self.assertIn(next(iter(change)), str(caught.exception))

    def test_a_missing_or_damaged_file_says_what_to_do(self):
        with self.assertRaises(SettingsError) as caught:
            Settings(self.files)
        self.assertIn("provision", str(caught.exception))
        for data in (b"", b"{", b"[]", b"\xff"):
            self.files.write(PATH, data)
            with self.assertRaises(SettingsError):
                Settings(self.files)

    def test_the_identity_is_percent_encoded_behind_the_url(self):
        for url in ("wss://host/ocpp", "wss://host/ocpp/"):
            settings = self.load(identity="RDAM 123/\u00e9", url=url)
            self.assertEqual(settings.endpoint(), "wss://host/ocpp/RDAM%20123%2F%C3%A9")


if __name__ == "__main__":
    unittest.main()
