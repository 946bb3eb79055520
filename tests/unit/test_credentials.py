"""What the link shows and trusts."""

import binascii
import json
import sys
import unittest

import samples
from firmware import credentials
from firmware.ocpp16.configuration import Configuration
from firmware.settings import PATH

try:
    import pki_maker as maker
except ImportError:
    maker = None

KEY = "00ff" * 8


class ChargePoint:
    """What ``load`` needs of one."""

    def __init__(self, settings, **keys):
        self.files = samples.folder()
        self.files.mkdir("/certs")
        self.files.write(PATH, json.dumps(settings).encode())
        self.lines = []
        self.log = self.lines.append
        self.configuration = Configuration(self.files, keys)


class LoadTest(unittest.TestCase):
    SETTINGS = {"identity": "C\u00e41", "url": "ws://host:80/ocpp"}

    def load(self, certificates=(), **keys):
        settings = dict(self.SETTINGS)
        if "secure_url" in keys:
            settings["secure_url"] = keys.pop("secure_url")
        self.charge_point = ChargePoint(settings, **keys)
        for name, data in certificates:
            self.charge_point.files.write("/certs/%s.der" % name, data)
        return credentials.load(self.charge_point)

    def test_nothing_but_the_url(self):
        self.assertEqual(self.load(), ("ws://host:80/ocpp/C%C3%A41", (), None))

    def test_the_key_goes_as_bytes_not_as_digits(self):
        name, value = self.load(AuthorizationKey=KEY, SecurityProfile="1")[1][0]
        self.assertEqual((name, value[:6]), ("Authorization", "Basic "))
        sent = binascii.a2b_base64(value[6:])
        self.assertEqual(sent, "C\u00e41:".encode() + b"\x00\xff" * 8)

    def test_tls_from_profile_2_on(self):
        for profile, url in (
            ("1", "ws://host:80"),
            ("2", "wss://host:80"),
            ("3", "wss://host:80"),
        ):
            self.assertEqual(self.load(SecurityProfile=profile)[0], url + "/ocpp/C%C3%A41")
        url = self.load(SecurityProfile="2", secure_url="wss://other/x/")[0]
        self.assertEqual(url, "wss://other/x/C%C3%A41")
        url = self.load(SecurityProfile="1", secure_url="wss://other/x/")[0]
        self.assertEqual(url[:10], "ws://host:")

    def test_modules_are_gone_after_it(self):
        self.load()
        for name in ("firmware.credentials", "firmware.certificates", "firmware.settings"):
            self.assertNotIn(name, sys.modules)

    def test_every_root_is_trusted_and_a_damaged_one_does_no_harm(self):
        if maker is None:
            self.skipTest("needs tests/support/pki_maker.py")
        one, other = [maker.root(maker.EcKey(number)) for number in (5, 6)]
        self.assertIsNotNone(self.load((("ca", one), ("ca2", other)))[2])
        self.assertIsNotNone(self.load((("ca", one), ("ca1", b"\x30\x00")))[2])
        self.assertIn("can't be used", self.charge_point.lines[-1])


if __name__ == "__main__":
    unittest.main()
