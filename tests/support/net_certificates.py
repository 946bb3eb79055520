"""Certificates for network tests, good and bad ones, and the processes that meet them. CPython."""

import asyncio
import datetime
import ipaddress
import json
import os
import shutil
import ssl
import sys
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
PROBE = ROOT / "tests/support/net_probe.py"
LOCAL = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


def certificate(name, issuer=None, days=(-1, 30), names=LOCAL, key=None):
    """(certificate, key), signed by ``issuer`` (such a pair) or, for a CA, by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def make_all(folder):
    """Write ca.der and one NAME.pem (key and certificate) per kind of server into ``folder``."""
    ca = certificate("test CA", names=None)
    other_ca = certificate("other CA", names=None)
    elsewhere = (x509.DNSName("elsewhere.example"), x509.IPAddress(ipaddress.ip_address("::1")))
    pairs = {
        "good": certificate("localhost", ca),
        "rsa": certificate("localhost", ca, key=rsa.generate_private_key(65537, 2048)),
        "wrong_ca": certificate("localhost", other_ca),
        "wrong_name": certificate("elsewhere.example", ca, names=elsewhere),
        "expired": certificate("localhost", ca, (-10, -1)),
        "not_yet": certificate("localhost", ca, (5, 10)),
        "self_signed": certificate("localhost"),
    }
    pem = serialization.Encoding.PEM
    for name, (cert, key) in pairs.items():
        secret = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(secret + cert.public_bytes(pem))
    (folder / "ca.der").write_bytes(ca[0].public_bytes(serialization.Encoding.DER))
    return folder


def server_tls(folder, name):
    """The TLS context of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem")
    return context


def old_tls(version, side=ssl.PROTOCOL_TLS_SERVER):
    """A context that speaks no other version of TLS than an old ``version``."""
    context = ssl.SSLContext(side)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = version
        context.maximum_version = version
    return context


async def probe(interpreter, *arguments, timeout_s=30):
    """The lines net_probe.py tells, as one dict; run by ``interpreter`` in its own process."""
    if interpreter == "micropython":
        program = shutil.which("micropython", path=str(Path(sys.executable).parent))
        options = ["-X", "heapsize=1M"]
        added = {"MICROPYPATH": "lib:tests/support:.frozen"}
    else:
        program = sys.executable
        options = ["-W", "error"]
        added = {"PYTHONPATH": os.pathsep.join(("lib", "tests/cpython", "tests/support"))}
    process = await asyncio.create_subprocess_exec(
        program,
        *options,
        str(PROBE),
        *(str(argument) for argument in arguments),
        cwd=ROOT,
        env={**os.environ, **added},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), timeout_s)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = output.decode() + errors.decode()
    assert process.returncode == 0, text
    assert not errors, text
    result = {}
    for line in output.decode().splitlines():
        result.update(json.loads(line))
    return result
