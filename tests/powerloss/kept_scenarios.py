"""What is kept besides updates and charging, changed from afar: the scenarios and invariants.

Each asks for changes until they are answered, once more where a cut lost the answer. Held after
every start and at the end, against what was answered and never against the device's own word:

6. a configuration key has its old value or the one asked for, the one asked for once that was
   answered; keys of a later version stay;
7. a certificate is there whole or not at all; what was answered to be installed stays, and the
   charger has, or keeps to fall back on, the root it reaches its server with;
8. whatever was changed, the charger connects again, and both sides agree on the key;
9. a security event that was noted is told, and stands in the security log, which stays whole;
10. what was flushed into the log and the history of the versions is there, in order;
11. no own check comes before its period is over, none is lost for good, and a version whose
    refusal was told is not asked for again;
12. no other file is touched.
"""

import binascii
import json

from model import Violation

import pki_maker as maker
from firmware.ocpp16.security_keys import PATH as BEFORE

OLD, NEW, NEWER = "00" * 16, "0123456789abcdef" * 2, "ff" * 20
KEYS = "/state/keys.json"
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
_FUTURE = {"KeyOfALaterVersion": "1", "ConnectionTimeOut": "60"}
_BYSTANDERS = {
    "/certs/client.der": b"c" * 600,
    "/certs/client_key.der": b"k" * 300,
    "/state/faults.json": b'{"schema": 1, "weld": []}',
    "/state/crash.log": b"x" * 500,
}


def _root(number, issuer=None):
    key = maker.EcKey(0x1000 + number)
    name = maker.name("root%d" % number)
    extensions = (maker.CA, maker.CERT_SIGN)
    serial = maker.integer(0x0A00 + number)
    if issuer is None:
        return maker.root(key, serial=serial, subject=name, issuer=name)
    return maker.certificate(
        key,
        maker.EcKey(0x1000 + issuer),
        serial=serial,
        subject=name,
        issuer=maker.name("root%d" % issuer),
        extensions=extensions,
    )


_made = {}


def root(number, issuer=None):
    """DER of the root ``number``, made once."""
    if number not in _made:
        _made[number] = _root(number, issuer)
    return _made[number]


def pem(der):
    text = binascii.b2a_base64(der).decode().strip()
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % text


class Ask:
    """One request: ``statuses`` that answer it, ``then()`` once one has come.

    ``about``: (kind, DER, whether it is to be there) of the certificate that it is about.
    """

    about: "tuple | None" = None

    def __init__(self, action, payload, statuses=("Accepted",), then=None):
        self.action = action
        self.payload = payload
        self.statuses = statuses
        self.then = then


class Kept:
    """A scenario's usual parts: ``asks`` one after the other, the next when all is settled."""

    step_ms = 400
    asks: list
    # Of the server: keys it takes, the root of its certificate, the lowest profile.
    server_keys = (OLD,)
    server_root = None
    least_profile = 1

    def __init__(self):
        self.keys = {"AuthorizationKey": OLD, "SecurityProfile": "1"}
        config = {"identity": "CP1", "url": "ws://cs/ocpp", "secure_url": "wss://cs/ocpp"}
        self.files = {"/config.json": json.dumps(config).encode()}
        self.files.update(_BYSTANDERS)
        self.bystanders = dict(self.files)
        self.files[KEYS] = json.dumps({"schema": 1, "keys": _FUTURE}).encode()
        self.values = {  # what a key may be
            "ConnectionTimeOut": ("60",),
            "AuthorizationKey": (OLD,),
            "SecurityProfile": ("1",),
        }
        self.certificates = {}  # DER -> (kind, whether it must be there; None: may be)
        self.asks = []
        self.starts = 0
        self.noted = []  # starts whose security event was noted

    def update(self, files) -> object:
        """The charge point's Update, if there is one."""
        return None

    def started(self, charger):
        """The charge point has just been made."""

    def has(self, path, kind, der):
        """The root ``der`` is installed to begin with."""
        self.files[path] = der
        self.certificates[der] = (kind, True)

    def takes(self, url, headers, tls):
        """Whether the server takes this connection."""
        if url[:4] == "wss:":
            if tls is None or self.server_root not in tls.trusted:
                return False
        elif self.least_profile > 1:
            return False
        given = headers[0][1] if headers else ""
        for key in self.server_keys:
            text = binascii.b2a_base64(b"CP1:" + binascii.unhexlify(key)).decode().strip()
            if given == "Basic " + text:
                return True
        return False

    def turn(self, charger):
        """All is settled: ask for what is next. True when all is over."""
        if not self.asks:
            return charger.charge_point.events is None
        ask = self.asks[0]
        self.before(ask)
        answer = charger.central.call(ask.action, ask.payload)
        if answer is None:  # it takes longer
            return False
        if not isinstance(answer, dict) or answer["status"] not in ask.statuses:
            raise Violation("8: %s answered %s" % (ask.action, answer))
        self.answered(ask)
        self.asks.pop(0)
        if ask.then:
            ask.then()
        return False

    def before(self, ask):
        """Note what may be from now on."""
        payload = ask.payload
        if ask.action == "ChangeConfiguration":
            name = payload["key"]
            self.values[name] = self.values.get(name, ("",))[:1] + (payload["value"],)

    def answered(self, ask):
        """It is so from now on."""
        if ask.action == "ChangeConfiguration":
            self.values[ask.payload["key"]] = (ask.payload["value"],)

    # -- the invariants -----------------------------------------------------------------

    def check(self, charger):
        """After each start, and at the end. Raises Violation."""
        files = charger.files
        data = files.read(KEYS, 8192)
        saved = json.loads(data)["keys"] if data else {}
        if saved.get("KeyOfALaterVersion") != "1":
            raise Violation("6: the file of the keys has lost a key")
        for name, allowed in self.values.items():
            if charger.charge_point.configuration.text(name) not in allowed:
                raise Violation("6: %s is none of %s" % (name, allowed))
        self._check_certificates(files)
        self._check_security_log(files)
        for path, data in self.bystanders.items():
            if files.read(path, 20000) != data:
                raise Violation("12: %s is another" % path)

    def _check_certificates(self, files):
        found = []
        for name in ("ca", "ca1", "ca2", "ca3", "root", "root1", "root2", "root3"):
            der = files.read("/certs/%s.der" % name, 8192)
            if not der:  # a file that is made is empty before it is written: that is none
                continue
            kind = CENTRAL if name[:2] == "ca" else MANUFACTURER
            if self.certificates.get(der, ("",))[0] != kind:
                raise Violation("7: %s is no certificate that was asked for" % name)
            if der in found:
                raise Violation("7: %s is there twice" % name)
            found.append(der)
        kept = files.read(BEFORE, 8192)
        kept = json.loads(kept)["before"].get("root") if kept else None
        kept = kept and binascii.a2b_base64(kept)
        for der, (_, must) in self.certificates.items():
            if (must and der not in found) or (must is False and der in found):
                raise Violation("7: an answered change of the certificates is undone")
        if self.server_root and self.server_root not in found and self.server_root != kept:
            raise Violation("7: the server's root is lost")

    def _check_security_log(self, files):
        data = files.read("/state/log/security", 5000) or b""
        told = []
        for line in data.split(b"\n")[:-1]:
            words = line.decode().split(" ")
            if line[:1] == b"=":
                if len(words) != 2:
                    raise Violation("9: the security log is torn: %r" % line)
            elif words[1] == "StartupOfTheDevice":
                told.append(int(words[2]))
        if (data and data[-1:] != b"\n") or [n for n in self.noted if n not in told]:
            raise Violation("9: the security log has %s of %s" % (told, self.noted))

    def check_end(self, charger):
        """All is quiet. Raises Violation."""
        if charger.files.size(BEFORE):
            raise Violation("8: what was before is still kept")
        told = charger.told("StartupOfTheDevice")
        for number in self.noted:
            if str(number) not in told:
                raise Violation("9: start %d was not told" % number)
        key = charger.charge_point.configuration.text("AuthorizationKey")
        if key not in self.server_keys:
            raise Violation("8: the server does not take the key in force")
