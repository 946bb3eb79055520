"""Who signs firmware in host tests: a root, its signers, strangers; and files that they signed."""

import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import samples
from update_edge import NOW_S

_NOW = datetime.datetime.fromtimestamp(NOW_S, datetime.timezone.utc)
_DAY = datetime.timedelta(days=1)
PAYLOAD = samples.payload(20000, 3)


def certificate(name, key, issuer, issuer_key, is_ca=False, days=(-100, 100), purpose=None):
    """A certificate as DER; ``days``: of its validity, from `update_edge.NOW_S`; ``purpose``:
    None means signing firmware."""

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    start, end = (_NOW + day * _DAY for day in days)
    builder = (
        x509.CertificateBuilder(named(issuer), named(name), key.public_key(), 7, start, end)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(not is_ca, False, False, False, False, is_ca, False, False, False),
            critical=True,
        )
    )
    if not is_ca:
        usage = x509.ExtendedKeyUsage([purpose or ExtendedKeyUsageOID.CODE_SIGNING])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.DER)


def sign_raw(key, data):
    """P-256 r || s, as update files have it."""
    r, s = utils.decode_dss_signature(sign_der(key, data))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign_der(key, data):
    """ECDSA as requests have it."""
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def pem(der):
    """The certificate ``der`` as OCPP's messages carry it."""
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


ROOT_KEY, KEY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
RSA_KEY = rsa.generate_private_key(65537, 2048)
ROOT = certificate("root", ROOT_KEY, "root", ROOT_KEY, is_ca=True)
GOOD = certificate("signer", KEY, "root", ROOT_KEY)
RSA_GOOD = certificate("rsa signer", RSA_KEY, "root", ROOT_KEY)
SELF = certificate("root", STRANGER, "root", STRANGER)
# Over before `charge_bench.START_S`, too.
EXPIRED = certificate("signer", KEY, "root", ROOT_KEY, days=(-100, -60))
SERVER = certificate("signer", KEY, "root", ROOT_KEY, purpose=ExtendedKeyUsageOID.SERVER_AUTH)


def signed_header(payload=PAYLOAD, der=GOOD, key=KEY, **manifest):
    """A header that brings ``der`` and a signature by ``key``."""
    blank = samples.header(payload, der, bytes(64), **manifest)
    return samples.header(payload, der, sign_raw(key, blank[: len(blank) - 68]), **manifest)


def signed_file(payload=PAYLOAD, der=GOOD, key=KEY, **manifest):
    """A whole update file with such a header."""
    return signed_header(payload, der, key, **manifest) + payload
