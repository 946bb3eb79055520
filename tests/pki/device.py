"""What lib/pki says of the cases in a file, one JSON object a line; on either interpreter.

A line of the answer: ``good`` and what was read, or ``certificate``/``signature`` and the reason.
"""

import binascii
import hashlib
import json
import sys

from pki import keys, pem, trust, verify
from pki.errors import InvalidCertificate, InvalidSignature
from pki.hashdata import hash_data
from pki.verify import now
from pki.x509 import Certificate


def nothing():
    """Between the steps."""


def short(data):
    """A few characters that stand for ``data``."""
    return binascii.hexlify(hashlib.sha256(data).digest()[:6]).decode()


def fields(certificate):
    """What was read of a certificate."""
    return "%s %s %s %s %s %s %d %d" % (
        hash_data(certificate)["serialNumber"],
        short(certificate.issuer),
        short(certificate.subject),
        hash_data(certificate)["issuerKeyHash"][:12],
        binascii.hexlify(certificate.digest[:6]).decode(),
        short(certificate.signature),
        certificate.not_before_s,
        certificate.not_after_s,
    )


def judge(case):
    """The answer to one case."""
    unhex = binascii.unhexlify
    kind = case["kind"]
    if kind == "pem":
        return short(Certificate(pem.decode(case["text"])).der)
    if kind == "parse":
        certificate = Certificate(unhex(case["der"]))
        certificate.key()
        return fields(certificate)
    if kind == "signer":
        roots = [unhex(root) for root in case["roots"]]
        return fields(now(trust.check_signer(unhex(case["der"]), roots, case["now_s"], nothing)))
    if kind == "root":
        return fields(now(trust.check_root(unhex(case["der"]), case["now_s"], nothing)))
    allowed = 0
    for scheme in case["schemes"]:
        allowed |= getattr(verify, scheme)
    key = keys.load(unhex(case["key"]))
    now(verify.signature(key, unhex(case["digest"]), unhex(case["sign"]), allowed, nothing))
    return ""


def main(path):
    trust.forget = nothing  # loading the same code for each case takes long
    with open(path) as file:
        for line in file:
            try:
                print("good " + judge(json.loads(line)))
            except InvalidCertificate as error:
                print("certificate " + error.reason)
            except InvalidSignature as error:
                print("signature " + error.reason)


main(sys.argv[1])
