"""X.509 certificates on P-256, by PyPI ``cryptography``; nothing here touches a file."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# A charger without a clock starts at its image's build time: certificates made later than
# that build must already be valid then, so all of them begin well in the past.
_NOT_BEFORE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
_YEARS = 20


def make_key():
    """A new P-256 private key."""
    return ec.generate_private_key(ec.SECP256R1())


def make_root(key, name):
    """A self-signed certificate authority for ``key``."""
    builder = _start(name, name, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )
    return builder.sign(key, hashes.SHA256())


def make_server(key, hosts, root, root_key):
    """A TLS server certificate for ``hosts`` (names or IP addresses)."""
    builder = _leaf(hosts[0], key, root, root_key)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False
    )
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
    )
    return builder.sign(root_key, hashes.SHA256())


def make_signer(key, name, root, root_key):
    """A certificate whose key signs firmware."""
    builder = _leaf(name, key, root, root_key)
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
    )
    return builder.sign(root_key, hashes.SHA256())


def _leaf(name, key, root, root_key):
    issuer = root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    builder = _start(name, issuer, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
    )


def _start(subject, issuer, public_key):
    not_after = _NOT_BEFORE.replace(year=_NOT_BEFORE.year + _YEARS)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(not_after)
    )


def _name(text):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "uCharge"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def _general_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(**wanted):
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})
