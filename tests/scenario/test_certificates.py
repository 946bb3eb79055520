"""TC_074 to TC_076, TC_078: root certificates are installed, listed and deleted."""

import binascii
import hashlib
import unittest

from scenario import Scenario

try:
    import pki.x509  # noqa: F401
    import pki_maker as maker
except ImportError:
    maker = None

CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
PATHS = {CENTRAL: "/certs/ca.der", MANUFACTURER: "/certs/root.der"}
EVENT = "SecurityEventNotification"
UNKNOWN = {
    "hashAlgorithm": "SHA256", "issuerNameHash": "0" * 64, "issuerKeyHash": "0" * 64,
    "serialNumber": "1",
}  # fmt: skip


def pem(der):
    lines = binascii.b2a_base64(der).decode().strip()
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % lines


class NoCertificates(Scenario):
    def test_nothing_is_installed(self):
        for kind in (CENTRAL, MANUFACTURER):
            answer = self.call("GetInstalledCertificateIds", certificateType=kind)
            self.assertEqual(answer, {"status": "NotFound"})
        self.assertEqual(self.status("DeleteCertificate", certificateHashData=UNKNOWN), "NotFound")

    def test_malformed_requests_get_the_right_error(self):
        for name, value, code in (
            ("hashAlgorithm", "MD5", "PropertyConstraintViolation"),
            ("issuerNameHash", "0" * 129, "PropertyConstraintViolation"),
            ("issuerKeyHash", 5, "TypeConstraintViolation"),
            ("serialNumber", "0" * 41, "PropertyConstraintViolation"),
            ("odd", "", "FormationViolation"),
        ):
            data = dict(UNKNOWN)
            data[name] = value
            self.assertEqual(self.call("DeleteCertificate", certificateHashData=data), code)


class Certificates(Scenario):
    def setUp(self):
        if maker is None:
            self.skipTest("needs lib/pki")
        super().setUp()
        self.central.answers[EVENT] = {}

    def root(self, number=1, **changes):
        """DER of a root, another one for each number."""
        changes.setdefault("serial", maker.integer(0x0A00 + number))
        return maker.root(maker.EcKey(0x1000 + number), **changes)

    def install(self, der, kind=CENTRAL):
        return self.status("InstallCertificate", certificateType=kind, certificate=pem(der))

    def ids(self, kind=CENTRAL):
        answer = self.call("GetInstalledCertificateIds", certificateType=kind)
        self.assertEqual(answer["status"], "Accepted" if len(answer) > 1 else "NotFound")
        return answer.get("certificateHashData", [])

    def delete(self, data):
        return self.status("DeleteCertificate", certificateHashData=data)

    def told(self):
        self.bench.run(1)
        return [payload["type"] for payload in self.central.payloads(EVENT)]

    def test_installed_listed_deleted(self):
        for kind in (CENTRAL, MANUFACTURER):
            self.assertEqual(self.ids(kind), [])
            self.assertEqual(self.install(self.root(1), kind), "Accepted")
            self.assertEqual(self.install(self.root(2), kind), "Accepted")
            first, second = self.ids(kind)
            self.assertEqual(self.delete(second), "Accepted")
            self.assertEqual(self.delete(second), "NotFound")
            self.assertEqual(self.ids(kind), [first])
            self.assertEqual(self.bench.files.data[PATHS[kind]], self.root(1))
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(len(self.ids(CENTRAL)), 1)
        self.assertEqual(len(self.ids(MANUFACTURER)), 1)

    def test_one_root_for_servers_goes_at_a_time(self):
        for number in (1, 2, 3):
            self.assertEqual(self.install(self.root(number)), "Accepted")
        first, second, third = self.ids()
        self.assertEqual(self.delete(second), "Accepted")
        # Nothing has connected since: the first may be the one that the link needs.
        self.assertEqual(self.delete(first), "Failed")
        self.assertEqual(self.ids(), [first, third])

    def test_no_memory_to_judge_one(self):
        async def no_module(*_):
            raise ImportError("no memory")

        from firmware import certificates  # loaded and dropped as needed

        certificates._install = no_module
        self.assertEqual(self.install(self.root(1)), "Failed")
        self.assertEqual(self.install(self.root(1)), "Accepted")

    def test_hash_data(self):
        self.install(self.root(1))
        found = self.ids()[0]
        key = maker.EcKey(0x1001)
        self.assertEqual(found["hashAlgorithm"], "SHA256")
        for name, data in (
            ("issuerNameHash", maker.name("root")),
            ("issuerKeyHash", b"\x04" + maker.raw(*key.point)),
        ):
            wanted = binascii.hexlify(hashlib.sha256(data).digest()).decode()
            self.assertEqual(found[name], wanted)
        self.assertEqual(found["serialNumber"], "a01", "without leading zeros")

    def test_hash_data_in_another_spelling(self):
        self.install(self.root(1), MANUFACTURER)
        found = self.ids(MANUFACTURER)[0]
        for name in ("issuerNameHash", "issuerKeyHash"):
            found[name] = found[name].upper()
        found["serialNumber"] = "000A01"
        self.assertEqual(self.delete(found), "Accepted")

    def test_other_hashes_find_nothing(self):
        self.assertEqual(self.delete(UNKNOWN), "NotFound")
        self.install(self.root(1), MANUFACTURER)
        self.assertEqual(self.delete(UNKNOWN), "NotFound")
        for name, value in (
            ("hashAlgorithm", "SHA512"), ("issuerNameHash", ""), ("issuerKeyHash", "0" * 128),
            ("serialNumber", "a02"), ("serialNumber", ""),
        ):  # fmt: skip
            data = dict(self.ids(MANUFACTURER)[0])
            data[name] = value
            self.assertEqual(self.delete(data), "NotFound", name)

    def test_the_last_root_for_servers_stays(self):
        self.install(self.root(1))
        self.assertEqual(self.delete(self.ids()[0]), "Failed")
        self.assertEqual(len(self.ids()), 1)

    def test_the_same_twice_is_one(self):
        for _ in range(6):
            self.assertEqual(self.install(self.root(1)), "Accepted")
        self.assertEqual(len(self.ids()), 1)

    def test_CertificateStoreMaxLength(self):
        self.assertEqual(self.install(self.root(0), MANUFACTURER), "Accepted")
        for number in range(1, 4):
            self.assertEqual(self.install(self.root(number)), "Accepted")
        self.assertEqual(self.install(self.root(5)), "Rejected")
        self.assertEqual(self.install(self.root(5), MANUFACTURER), "Rejected")
        answer = self.call("GetConfiguration", key=["CertificateStoreMaxLength"])
        self.assertEqual(answer["configurationKey"][0]["value"], "4")
        self.assertEqual(self.delete(self.ids()[1]), "Accepted")
        self.assertEqual(self.install(self.root(5), MANUFACTURER), "Accepted")

    def test_AdditionalRootCertificateCheck(self):
        self.bench.keys["AdditionalRootCertificateCheck"] = "true"
        self.bench.power_up()
        self.bench.cold_boot()
        old, key = self.root(1), maker.EcKey(0x1001)
        self.assertEqual(self.install(old), "Accepted")
        self.assertEqual(self.install(self.root(2)), "Rejected", "a stranger's")
        before = old
        for number in range(3, 7):
            ours = maker.EcKey(0x1000 + number)
            new = maker.certificate(
                ours, key, subject=maker.name("root %d" % number), serial=maker.integer(number),
                issuer=maker.name("root" if number == 3 else "root %d" % (number - 1)),
                extensions=(maker.CA, maker.CERT_SIGN),
            )  # fmt: skip
            self.assertEqual(self.install(new), "Accepted", number)
            held = [d for p, d in self.bench.files.data.items() if p[:9] == "/certs/ca"]
            self.assertEqual(sorted(held), sorted([before, new]), "and one to fall back on")
            before, key = new, ours
        self.assertEqual(self.install(self.root(9), MANUFACTURER), "Accepted", "no matter there")

    def test_tc_078_bad_ones(self):
        good = self.root(1)
        spoilt = good[:-1] + bytes((good[-1] ^ 1,))
        expired = (maker.tlv(0x17, b"200101000000Z"), maker.tlv(0x17, b"210101000000Z"))
        later = (maker.tlv(0x17, b"270101000000Z"), maker.tlv(0x17, b"280101000000Z"))
        for what, der in (
            ("no certificate", b"abc"),
            ("wrong signature", spoilt),
            ("cut", good[:-1]),
            ("tail", good + b"\x00"),
            ("expired", self.root(1, validity=expired)),
            ("not yet valid", self.root(1, validity=later)),
            ("no CA", maker.certificate(maker.EcKey(5), extensions=())),
        ):
            for kind in (CENTRAL, MANUFACTURER):
                self.central.forget()
                self.assertEqual(self.install(der, kind), "Rejected", what)
                events = ["InvalidCentralSystemCertificate"] if kind == CENTRAL else []
                self.assertEqual(self.told(), events, what)
                self.assertEqual(self.ids(kind), [], what)

    def test_what_is_no_pem(self):
        for text in ("", "x", "x" * 5500, pem(self.root(1))[:-30], "\u20ac" * 1000):
            status = self.status("InstallCertificate", certificateType=CENTRAL, certificate=text)
            self.assertEqual(status, "Rejected")

    def test_reconfiguration_is_an_event(self):
        self.install(self.root(1), MANUFACTURER)
        self.delete(self.ids(MANUFACTURER)[0])
        self.assertEqual(self.told(), ["ReconfigurationOfSecurityParameters"] * 2)

    def test_never_during_a_trial(self):
        self.install(self.root(1), MANUFACTURER)
        data = self.ids(MANUFACTURER)[0]
        self.bench.evse.inhibited = True
        self.assertEqual(self.install(self.root(2)), "Rejected")
        self.assertEqual(self.delete(data), "Failed")
        self.assertEqual(self.ids(MANUFACTURER), [data])

    def test_flash_that_fails(self):
        def full(*arguments):
            raise OSError(28)

        write = self.bench.files.write
        self.bench.files.write = full
        self.assertEqual(self.install(self.root(1)), "Failed")
        self.bench.files.write = lambda path, data: write(path, data[:-1])
        self.assertEqual(self.install(self.root(1)), "Failed")
        self.bench.files.write = write
        self.assertEqual(self.ids(), [])
        self.install(self.root(1), MANUFACTURER)
        self.bench.files.remove = full
        self.assertEqual(self.delete(self.ids(MANUFACTURER)[0]), "Failed")

    def test_a_damaged_file_hides_no_other(self):
        self.install(self.root(1))
        self.install(self.root(2))
        self.bench.files.data["/certs/ca.der"] = b"\x30\x03abc"
        self.assertEqual(len(self.ids()), 1)

    def test_charging_goes_on(self):
        self.bench.charge()
        self.assertEqual(self.install(self.root(1)), "Accepted")
        self.assertTrue(self.bench.evse.contactor_on)

    def test_no_answer_goes_out_over_another_link(self):
        charge_point = self.bench.charge_point
        later = charge_point.later

        def lost():
            reply = later()
            charge_point.disconnected(self.bench.now_ms)
            charge_point.connected(self.bench.now_ms)
            return reply

        charge_point.later = lost
        payload = {"certificateType": CENTRAL, "certificate": pem(self.root(1))}
        self.assertIsNone(self.central.call("InstallCertificate", payload))
        self.assertEqual(self.bench.files.data["/certs/ca.der"], self.root(1))


if __name__ == "__main__":
    unittest.main()
