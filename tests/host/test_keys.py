"""ucharge keys: what is made, that it is kept, and that both TLS stacks accept it."""

import asyncio
import shutil
import ssl
import stat
import sys
from pathlib import Path

import pytest
from cryptography import x509

from ucharge.csms.tls import client_context, server_context
from ucharge.errors import UserError
from ucharge.keys import KeyFolder, create, ensure

# On MicroPython, as the charger connects: the CA as DER, CERT_REQUIRED, the name checked.
_CLIENT = """
import socket, ssl, sys
ca, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=open(ca, "rb").read())
plain = socket.socket()
plain.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
try:
    tls = context.wrap_socket(plain, server_hostname=host)
    tls.write(b"hello\\n")
    print("accepted", tls.read(3))
except (ValueError, OSError) as error:
    print("refused", error)
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return create(tmp_path_factory.mktemp("keys"), hosts=["csms.local"])


async def _connect_micropython(keys, host, script):
    async def answer(reader, writer):
        try:
            await reader.readline()
            writer.write(b"yes")
            await writer.drain()
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_context(keys))
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        shutil.which("micropython", path=str(Path(sys.executable).parent)),
        script,
        keys.folder / "ca.der",
        host,
        str(port),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    server.close()
    return output.decode().strip()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "csms.local"])
def test_micropython_accepts_the_server_certificate(keys, tmp_path, host):
    script = tmp_path / "client.py"
    script.write_text(_CLIENT)
    assert asyncio.run(_connect_micropython(keys, host, script)) == "accepted b'yes'"


def test_micropython_refuses_a_name_the_certificate_lacks(keys, tmp_path):
    script = tmp_path / "client.py"
    script.write_text(_CLIENT)
    said = asyncio.run(_connect_micropython(keys, "other.local", script))
    assert said.startswith("refused")


def test_micropython_refuses_another_ca(keys, tmp_path):
    script = tmp_path / "client.py"
    script.write_text(_CLIENT)
    other = create(tmp_path / "other")
    shutil.copy(other.folder / "ca.der", tmp_path / "ca.der")
    mixed = KeyFolder(tmp_path / "mixed")
    shutil.copytree(keys.folder, mixed.folder)
    shutil.copy(other.folder / "ca.der", mixed.folder / "ca.der")
    assert asyncio.run(_connect_micropython(mixed, "localhost", script)).startswith("refused")


def test_server_certificate_names_loopback_and_the_given_hosts(keys):
    names = keys.certificate("server").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["localhost", "csms.local"]
    assert [str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_chains_lead_to_the_right_roots(keys):
    keys.certificate("server").verify_directly_issued_by(keys.certificate("ca"))
    keys.certificate("signing").verify_directly_issued_by(keys.certificate("manufacturer"))
    with pytest.raises(ValueError, match="Issuer"):
        keys.certificate("signing").verify_directly_issued_by(keys.certificate("ca"))


def test_private_keys_are_for_the_owner_alone(keys):
    for path in keys.folder.glob("*.key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_ca_der_is_the_ca(keys):
    assert (keys.folder / "ca.der").read_bytes() == keys.ca_der
    assert x509.load_der_x509_certificate(keys.ca_der) == keys.certificate("ca")


def test_existing_keys_are_never_overwritten_without_force(tmp_path):
    first = create(tmp_path)
    before = first.key_path("ca").read_bytes()
    with pytest.raises(UserError, match="already holds"):
        create(tmp_path)
    assert first.key_path("ca").read_bytes() == before
    create(tmp_path, force=True)
    assert first.key_path("ca").read_bytes() != before


def test_ensure_reuses_what_is_there(tmp_path):
    before = ensure(tmp_path).key_path("ca").read_bytes()
    assert ensure(tmp_path).key_path("ca").read_bytes() == before


def test_missing_and_garbled_keys_are_user_errors(tmp_path):
    keys = KeyFolder(tmp_path)
    assert not keys.exists
    with pytest.raises(UserError, match=r"signing\.key\.pem"):
        keys.key("signing")
    keys.key_path("signing").write_text("no key")
    with pytest.raises(UserError, match=r"signing\.key\.pem"):
        keys.key("signing")
    keys.certificate_path("ca").write_text("no certificate")
    with pytest.raises(UserError, match=r"ca\.pem"):
        keys.certificate("ca")


def test_cpython_accepts_the_server_certificate(keys):
    async def run():
        server = await asyncio.start_server(
            lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=server_context(keys)
        )
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(keys))
        writer.close()
        server.close()

    asyncio.run(run())
