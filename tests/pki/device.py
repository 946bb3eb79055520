"""What lib/pki says of the cases in a file, one JSON object a line; on either interpreter.

A line of the answer: ``good`` and what was read, or ``certificate``/``signature`` and the reason.
"""

import binascii
import hashlib
import json
import sys

from pki import keys, pem, schemes, trust, verify
from pki.errors import InvalidCertificate, InvalidSignature
from pki.x509 import Certificate


def short(data):
    """A few characters that stand for ``data``."""
    return binascii.hexlify(hashlib.sha256(data).digest()[:6]).decode()


def fields(certificate):
    """What was read of a certificate."""
    return "%s %s %s %s %s %s %d %d" % (
        certificate.serial_hex(),
        short(certificate.issuer),
        short(certificate.subject),
        short(certificate.key_bits()),
        short(certificate.tbs),
        short(certificate.signature),
        certificate.not_before_s,
        certificate.not_after_s,
    )


def judge(case):
    """The answer to one case."""
    unhex = binascii.unhexlify
    kind = case["kind"]
    if kind == "pem":
        return short(pem.decode(case["text"]))
    if kind == "parse":
        certificate = Certificate(unhex(case["der"]))
        certificate.key()
        return fields(certificate)
    if kind == "signer":
        roots = [unhex(root) for root in case["roots"]]
        return fields(trust.check_signer(unhex(case["der"]), roots, case["now_s"]))
    if kind == "root":
        return fields(trust.check_root(unhex(case["der"]), case["now_s"]))
    allowed = 0
    for scheme in case["schemes"]:
        allowed |= getattr(schemes, scheme)
    key = keys.load(unhex(case["key"]))
    verify.signature(key, unhex(case["digest"]), unhex(case["sign"]), allowed)
    return ""


def main(path):
    with open(path) as file:
        for line in file:
            try:
                print("good " + judge(json.loads(line)))
            except InvalidCertificate as error:
                print("certificate " + error.reason)
            except InvalidSignature as error:
                print("signature " + error.reason)


main(sys.argv[1])
