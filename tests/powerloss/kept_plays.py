"""The plays of `kept_scenarios`: what is asked for, and what must have come of it at the end."""

from kept_logs import Logs, OwnChecks
from kept_scenarios import CENTRAL, MANUFACTURER, NEW, NEWER, Ask, Kept, pem, root
from model import Violation

_CHANGED = "ReconfigurationOfSecurityParameters"


def _key(name, value, then=None):
    return Ask("ChangeConfiguration", {"key": name, "value": value}, then=then)


class Configuration(Kept):
    """Ordinary keys: a file that grows out of its folder, and a key changed twice."""

    def __init__(self):
        super().__init__()
        self.asks = [
            _key("ConnectionTimeOut", "77"),
            _key("UpdateCheckUrl", "https://host/" + "x" * 300),
            _key("ConnectionTimeOut", "99"),
        ]


class NewKeys(Kept):
    """Two new keys, then a higher profile; the server takes what it was answered, no other."""

    def __init__(self):
        super().__init__()
        self.has("/certs/ca.der", CENTRAL, root(1))
        self.server_root = root(1)
        self.asks = [
            _key("AuthorizationKey", NEW, lambda: self._takes(NEW)),
            _key("AuthorizationKey", NEWER, lambda: self._takes(NEWER)),
            _key("SecurityProfile", "2", self._no_longer_plain),
        ]

    def _takes(self, key):
        self.server_keys = (key,)

    def _no_longer_plain(self):
        self.least_profile = 2

    def check_end(self, charger):
        super().check_end(charger)
        if charger.charge_point.configuration.text("SecurityProfile") != "2":
            raise Violation("8: the profile fell back though the new one connects")


class Fallback(Kept):
    """A key and a profile that don't connect: both go back to what was before."""

    def __init__(self):
        super().__init__()
        self.has("/certs/ca.der", CENTRAL, root(1))
        self.asks = [_key("AuthorizationKey", NEW), _key("SecurityProfile", "2")]

    def answered(self, ask):
        """Either may be in force until it has not connected."""

    def check_end(self, charger):
        super().check_end(charger)
        if charger.charge_point.configuration.text("SecurityProfile") != "1":
            raise Violation("8: a profile stays that does not connect")
        told = charger.told(_CHANGED)
        for name in ("AuthorizationKey", "SecurityProfile"):
            if "back to what was before: " + name not in told:
                raise Violation("9: the way back from %s was not told" % name)


class Certificates(Kept):
    """A root of each kind comes, the server changes to it, the old ones go."""

    def __init__(self):
        super().__init__()
        self.keys["SecurityProfile"] = "2"
        self.values["SecurityProfile"] = ("2",)
        self.has("/certs/ca.der", CENTRAL, root(1))
        self.has("/certs/root.der", MANUFACTURER, root(2))
        self.server_root = root(1)
        self.asks = [
            self.install(CENTRAL, root(3), self._moves),
            self.install(MANUFACTURER, root(4)),
            self.delete(root(1)),
            self.delete(root(2)),
        ]

    def _moves(self):
        self.server_root = root(3)

    def install(self, kind, der, then=None):
        payload = {"certificateType": kind, "certificate": pem(der)}
        ask = Ask("InstallCertificate", payload, then=then)
        ask.about = (kind, der, True)
        return ask

    def delete(self, der):
        data = _hash_data(der)
        ask = Ask("DeleteCertificate", {"certificateHashData": data}, ("Accepted", "NotFound"))
        ask.about = (self.certificates[der][0], der, False)
        return ask

    def before(self, ask):
        super().before(ask)
        if ask.about:
            kind, der, _ = ask.about
            self.certificates[der] = (kind, None)

    def answered(self, ask):
        super().answered(ask)
        if ask.about:
            kind, der, must = ask.about
            self.certificates[der] = (kind, must)


class Deletion(Certificates):
    """Roots that the server needs, or not, are deleted at once; it must be reached again."""

    def __init__(self):
        super().__init__()
        self.has("/certs/ca1.der", CENTRAL, root(3))
        self.has("/certs/ca2.der", CENTRAL, root(5))
        self.asks = [self.delete(root(5)), self.delete(root(1))]

    def answered(self, ask):
        """The root that the server needs comes back."""
        if ask.about[1] != self.server_root:
            super().answered(ask)

    def check_end(self, charger):
        super().check_end(charger)
        if "back to what was before: root" not in charger.told(_CHANGED):
            raise Violation("9: the root that came back was not told")


class Replacement(Certificates):
    """A successor signed by the root in force takes the place of an older one."""

    def __init__(self):
        super().__init__()
        self.keys["AdditionalRootCertificateCheck"] = "true"
        self.has("/certs/ca1.der", CENTRAL, root(3))
        self.server_root = root(3)
        self.asks = [self.install(CENTRAL, root(6, 3), self._replaced)]

    def before(self, ask):
        super().before(ask)
        self.certificates[root(1)] = (CENTRAL, None)

    def _replaced(self):
        self.certificates[root(1)] = (CENTRAL, False)
        self.server_root = root(6, 3)


def _hash_data(der):
    from pki.hashdata import hash_data
    from pki.x509 import Certificate

    return hash_data(Certificate(der))


KEPT = {
    "configuration": Configuration,
    "new_keys": NewKeys,
    "fallback": Fallback,
    "certificates": Certificates,
    "deletion": Deletion,
    "replacement": Replacement,
    "logs": Logs,
    "own_checks": OwnChecks,
}
