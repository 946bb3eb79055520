"""A server that wants the charger's own certificate (security profile 3); both interpreters."""

import asyncio
import ssl

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from net_certificates import certificate, make_all, probe, server_tls

DER = serialization.Encoding.DER
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.parametrize("interpreter", ["cpython", "micropython"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = make_all(tmp_path_factory.mktemp("certificates"))
    ca, other = (certificate(name, names=None) for name in ("clients", "others"))
    pem = ca[0].public_bytes(serialization.Encoding.PEM)
    (folder / "clients.pem").write_bytes(pem)
    pairs = {
        "right": certificate("CP001", ca),
        "rsa_client": certificate("CP001", ca, key=rsa.generate_private_key(65537, 2048)),
        "wrong": certificate("CP001", other),
    }
    for name, (cert, key) in pairs.items():
        (folder / f"{name}.der").write_bytes(cert.public_bytes(DER))
        for suffix, form in (("key", "TraditionalOpenSSL"), ("pkcs8", "PKCS8")):
            form = getattr(serialization.PrivateFormat, form)
            data = key.private_bytes(DER, form, serialization.NoEncryption())
            (folder / f"{name}.{suffix}").write_bytes(data)
    (folder / "none.key").write_bytes(b"no key")
    return folder


async def ask(interpreter, folder, *files, tls=None):
    """The probe's result from a server that demands a certificate, and its client's name."""
    names = []

    async def serve(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            found = writer.get_extra_info("ssl_object").getpeercert()
            names.append(found["subject"][0][0][1])
            writer.write(BODY)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    if tls is None:
        tls = server_tls(folder, "good")
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(folder / "clients.pem")
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
        trust = ",".join(str(folder / name) for name in ("ca.der", *files))
        return await probe(interpreter, trust, "get", url), names


@pytest.mark.parametrize("key", ["right.key", "right.pkcs8", "rsa_client.key", "rsa_client.pkcs8"])
async def test_the_right_one(interpreter, folder, key):
    result, names = await ask(interpreter, folder, key.partition(".")[0] + ".der", key)
    assert (result["status"], result["leaked"]) == (200, 0)
    assert names == ["CP001"]


@pytest.mark.parametrize("files", [(), ("wrong.der", "wrong.key")])
async def test_none_and_a_wrong_one(interpreter, folder, files):
    result, names = await ask(interpreter, folder, *files)
    assert (result["error"], result["kind"]) == ("TlsError", "protocol")
    assert "client certificate?" in result["reason"]
    assert (result["leaked"], names) == (0, [])


@pytest.mark.parametrize(
    "files", [("right.der",), ("right.der", "none.key"), ("right.key", "right.der")]
)
async def test_what_can_not_be_used_is_not_blamed_on_the_ca(interpreter, folder, files):
    result, _ = await ask(interpreter, folder, *files)
    assert (result["error"], result["kind"]) == ("TlsError", "client")
    assert result["reason"].startswith("client certificate can't be used")


async def test_a_server_without_tls_1_2(interpreter, folder):
    tls = server_tls(folder, "good")
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    result, _ = await ask(interpreter, folder, tls=tls)
    assert (result["error"], result["kind"]) == ("TlsError", "protocol")
    assert "no TLS 1.2?" in result["reason"]
    assert result["leaked"] == 0
