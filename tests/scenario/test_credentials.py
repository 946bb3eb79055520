"""TC_073, 083 to 085: new credentials, a higher profile, and back where they don't connect."""

import json
import unittest

from firmware.ocpp16.security_keys import PATH
from firmware.renewal import Renewal
from scenario import Scenario

OLD, NEW, NEWER = "00" * 16, "0123456789ABCDEF" * 2, "ff" * 20
KEYS_PATH = "/state/keys.json"


class Link:
    """As `firmware.link.Link`; ``accepts(configuration)`` says whether it connects."""

    def __init__(self, configuration):
        self.configuration = configuration
        self.accepts = lambda configuration: True
        self.renewals = []
        self.is_fresh = True
        self.failures = 0

    def renew(self, at_once):
        self.renewals.append(at_once)
        if at_once:
            self.is_fresh = False
            self.failures = 0

    def attempt(self):
        if not self.is_fresh:
            if self.accepts(self.configuration):
                self.is_fresh = True
                self.failures = 0
            else:
                self.failures += 1


class Credentials(Scenario):
    KEYS = {"AuthorizationKey": OLD}

    def setUp(self):
        super().setUp()
        self.renewal = None
        self.link = Link(self.configuration)

    @property
    def configuration(self):
        return self.bench.charge_point.configuration

    def set(self, key, value):
        """The status of a change."""
        return self.status("ChangeConfiguration", key=key, value=value)

    def run_link(self, seconds):
        """As the application does, with an attempt to connect each second."""
        charge_point = self.bench.charge_point
        for _ in range(seconds):
            if charge_point.credentials_changed or self.renewal:
                self.renewal = self.renewal or Renewal(charge_point, self.link)
                if self.renewal.tick(self.bench.now_ms):
                    self.renewal = None
            self.link.attempt()
            self.bench.run(1)

    def key(self):
        return self.configuration.text("AuthorizationKey")

    def told(self):
        payloads = self.central.payloads("SecurityEventNotification")
        return [payload["techInfo"] for payload in payloads]

    def test_tc_073_a_new_key(self):
        for value in (NEW, NEWER):
            self.assertEqual(self.set("AuthorizationKey", value), "Accepted")
            self.run_link(5)
            self.assertEqual(self.key(), value.lower())
            self.assertEqual(self.link.renewals, [True])
            self.link.renewals.clear()
            self.assertNotIn(PATH, self.bench.files.data)
        self.bench.power_up()
        self.assertEqual(self.key(), NEWER)

    def test_a_key_is_never_told_nor_logged(self):
        self.set("authorizationkey", NEW)
        self.run_link(5)
        for keys in (["AuthorizationKey"], []):
            entries = self.call("GetConfiguration", key=keys)["configurationKey"]
            found = [entry for entry in entries if entry["key"] == "AuthorizationKey"]
            self.assertEqual(found, [{"key": "AuthorizationKey", "readonly": False}])
        for text in self.bench.lines + [str(call) for call in self.central.calls]:
            self.assertNotIn(NEW.lower(), text.lower())
            self.assertNotIn(OLD, text)

    def test_what_is_no_key(self):
        for value in ("", "00" * 15, "00" * 21, "0" * 33, "g" * 32, " " * 32):
            self.assertEqual(self.set("AuthorizationKey", value), "Rejected", value)
        self.assertEqual(self.link.renewals, [])
        self.assertEqual(self.key(), OLD)

    def test_the_same_again_changes_nothing(self):
        self.assertEqual(self.set("AuthorizationKey", OLD), "Accepted")
        self.assertEqual(self.set("SecurityProfile", "0"), "Accepted")
        self.assertFalse(self.bench.charge_point.credentials_changed)

    def test_back_where_it_does_not_connect(self):
        self.link.accepts = lambda configuration: configuration.text("AuthorizationKey") == OLD
        self.assertEqual(self.set("AuthorizationKey", NEW), "Accepted")
        self.run_link(10)
        self.assertEqual(self.key(), OLD)
        self.assertNotIn(PATH, self.bench.files.data)
        self.assertEqual(self.told()[-1], "back to what was before: AuthorizationKey")
        self.bench.power_up()
        self.assertEqual(self.key(), OLD)

    def test_the_way_back_is_told_before_it_is_kept(self):
        # A cut between the two has it told again; the other way round it would never be told.
        self.link.accepts = lambda configuration: configuration.text("AuthorizationKey") == OLD
        self.set("AuthorizationKey", NEW)
        files, order = self.bench.files, []
        write = files.write

        def noted(path, data):
            back = b"back to what was before" in data
            order.append("told" if back else "kept" if path == KEYS_PATH else "other")
            write(path, data)

        files.write = noted
        self.run_link(10)
        self.assertIn("kept", order)
        self.assertLess(order.index("told"), order.index("kept"))

    def test_nobody_there_for_long_loses_neither(self):
        self.link.accepts = lambda configuration: False
        self.set("AuthorizationKey", NEW)
        self.run_link(30)
        writes = self.bench.files.writes
        self.run_link(60)
        self.assertEqual(self.bench.files.writes, writes, "it is tried in RAM")
        self.link.accepts = lambda configuration: configuration.text("AuthorizationKey") != OLD
        self.run_link(15)
        self.assertEqual(self.key(), NEW.lower())
        self.assertNotIn(PATH, self.bench.files.data)

    def test_a_reset_in_between_loses_neither(self):
        self.set("AuthorizationKey", NEW)
        self.bench.power_up()
        self.assertEqual(self.key(), NEW.lower())
        self.assertEqual(json.loads(self.bench.files.data[PATH])["schema"], 1)
        self.bench.charge_point.credentials_changed = True  # as the start finds it
        self.link = Link(self.configuration)
        self.link.is_fresh = False
        self.link.accepts = lambda configuration: configuration.text("AuthorizationKey") == OLD
        self.run_link(10)
        self.assertEqual(self.key(), OLD)

    def test_two_changes_before_the_first_has_connected(self):
        self.link.accepts = lambda configuration: configuration.text("AuthorizationKey") == OLD
        self.set("AuthorizationKey", NEW)
        self.set("AuthorizationKey", NEWER)
        self.run_link(10)
        self.assertEqual(self.key(), OLD)

    def test_tc_083_to_a_higher_profile(self):
        self.assertEqual(self.set("SecurityProfile", "1"), "Accepted")
        self.run_link(5)
        self.assertEqual(self.set("SecurityProfile", "2"), "Rejected", "no root")
        self.bench.files.data["/certs/ca.der"] = b"root"
        self.assertEqual(self.set("SecurityProfile", "2"), "Accepted")
        self.run_link(5)
        self.assertEqual(self.set("SecurityProfile", "3"), "Rejected", "no certificate")
        self.bench.files.data["/certs/client.der"] = b"own"
        self.bench.files.data["/certs/client_key.der"] = b"key"
        self.assertEqual(self.set("SecurityProfile", "3"), "Accepted")
        self.assertEqual(self.set("SecurityProfile", "4"), "Rejected")

    def test_tc_084_never_lower(self):
        self.set("SecurityProfile", "1")
        self.run_link(5)
        self.assertEqual(self.set("SecurityProfile", "0"), "Rejected")
        self.assertEqual(self.configuration.number("SecurityProfile"), 1)

    def test_no_profile_without_a_key(self):
        self.bench.keys.clear()
        self.bench.power_up()
        self.bench.cold_boot()
        self.bench.files.data["/certs/ca.der"] = b"root"
        for profile in ("1", "2"):
            self.assertEqual(self.set("SecurityProfile", profile), "Rejected")

    def test_back_to_the_profile_before(self):
        self.link.accepts = lambda configuration: configuration.text("SecurityProfile") == "0"
        self.set("SecurityProfile", "1")
        self.run_link(10)
        self.assertEqual(self.configuration.number("SecurityProfile"), 0)
        self.bench.power_up()
        self.assertEqual(self.configuration.number("SecurityProfile"), 0)

    def test_never_during_a_trial(self):
        self.bench.evse.inhibited = True
        self.assertEqual(self.set("AuthorizationKey", NEW), "Rejected")
        self.assertEqual(self.set("SecurityProfile", "1"), "Rejected")

    def test_a_root_that_was_needed_comes_back(self):
        root = "cm9vdA=="
        self.bench.files.data[PATH] = json.dumps({"before": {"root": root}}).encode()
        self.bench.files.data["/certs/ca1.der"] = b"other"
        held = self.bench.files.data
        self.link.accepts = lambda configuration: "/certs/ca.der" in held
        self.bench.charge_point.credentials_changed = "now"
        self.run_link(10)
        self.assertEqual(held["/certs/ca.der"], b"root")
        self.assertNotIn(PATH, held)
        self.assertEqual(self.told()[-1], "back to what was before: root")

    def test_flash_that_fails(self):
        def full(*arguments):
            raise OSError(28)

        self.bench.files.write = full
        self.assertEqual(self.set("AuthorizationKey", NEW), "Rejected")
        self.assertEqual(self.key(), OLD)
        self.assertFalse(self.bench.charge_point.credentials_changed)

    def test_a_damaged_file_is_none(self):
        unknown = b'{"before": {"HeartbeatInterval": "1"}}'
        for data in (b"", b"{", b"[]", unknown, b'{"before": 1}', b'{"before": {"root": 1}}'):
            self.bench.files.data[PATH] = data
            self.bench.charge_point.credentials_changed = True
            self.run_link(3)
            self.assertIsNone(self.renewal, data)
            self.assertEqual(self.set("AuthorizationKey", NEW), "Accepted", data)
            self.run_link(5)
            self.assertEqual(self.set("AuthorizationKey", OLD), "Accepted", data)
            self.run_link(5)


if __name__ == "__main__":
    unittest.main()
