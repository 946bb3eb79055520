"""How a case looks, and how long series of them are thinned out."""

import hashlib

import pki_maker as maker

NOW_S = maker.NOW_S
DIGEST = hashlib.sha256(b"update file").digest()
RSA_SCHEMES = ("RSA_PKCS1", "RSA_PSS", "RSA_PSS_ANY_SALT")
EC_SCHEMES = ("ECDSA_DER", "ECDSA_RAW")


def signature_case(label, key, sign, schemes, digest=DIGEST):
    """One case; ``key`` a SubjectPublicKeyInfo."""
    return {
        "kind": "signature",
        "label": label,
        "key": key.hex(),
        "digest": digest.hex(),
        "sign": sign.hex(),
        "schemes": list(schemes),
    }


def signer_case(label, der, roots, now_s=NOW_S):
    return {
        "kind": "signer",
        "label": label,
        "der": der.hex(),
        "roots": [root.hex() for root in roots],
        "now_s": now_s,
    }


def parse_case(label, der):
    return {"kind": "parse", "label": label, "der": der.hex()}


def root_case(label, der, now_s=NOW_S):
    return {"kind": "root", "label": label, "der": der.hex(), "now_s": now_s}


def thinned(series, dense):
    """Every ``dense``-th, but from somewhere else in each series."""
    for number, item in enumerate(series):
        if (number * 2654435761 >> 7) % dense == 0:
            yield item
