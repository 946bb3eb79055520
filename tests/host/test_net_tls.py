"""TLS servers the charger must refuse, and why it says it does; from both interpreters."""

import asyncio
import contextlib
import ssl

import pytest

from net_certificates import make_all, old_tls, probe, server_tls

BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REASONS = {
    "wrong_ca": ("ca", "certificate not signed by the trusted CA"),
    "self_signed": ("ca", "certificate not signed by the trusted CA"),
    "wrong_name": ("name", "certificate is for another host"),
    "expired": ("date", "certificate expired, or the clock is wrong"),
    "not_yet": ("date", "certificate not yet valid: is the clock set?"),
}

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_all(tmp_path_factory.mktemp("certificates"))


async def ask(interpreter, folder, name, host, command="get"):
    """The probe's result and the requests that reached a server with that certificate."""
    requests = []

    async def serve(reader, writer):
        try:
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(BODY)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls(folder, name))
    async with server:
        port = server.sockets[0].getsockname()[1]
        scheme = "https" if command == "get" else "wss"
        result = await probe(
            interpreter, folder / "ca.der", command, f"{scheme}://{host}:{port}/secret"
        )
    return result, requests


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("name", ["good", "rsa"])
async def test_good(interpreter, folder, name, host):
    result, requests = await ask(interpreter, folder, name, host)
    assert (result["status"], result["received"], result["leaked"]) == (200, 2, 0)
    assert len(requests) == 1


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
@pytest.mark.parametrize("command", ["get", "ws"])
@pytest.mark.parametrize("name", REASONS)
async def test_refused(interpreter, folder, name, command):
    for host in ("localhost", "127.0.0.1"):
        result, requests = await ask(interpreter, folder, name, host, command)
        assert result["error"] == "TlsError"
        assert (result["kind"], result["reason"]) == REASONS[name]
        assert result["leaked"] == 0
        assert requests == []  # nothing is said to a server that is not trusted


OLD = [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]


@contextlib.asynccontextmanager
async def old_server(folder, version):
    """The port of a server with a good certificate and no newer TLS; and what reached it."""
    requests = []

    async def serve(reader, writer):
        requests.append(await reader.read(1000))
        writer.close()

    tls = old_tls(version)
    tls.load_cert_chain(folder / "good.pem")
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], requests


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("command", ["get", "ws"])
async def test_old_version_is_refused(interpreter, folder, version, command):
    async with old_server(folder, version) as (port, requests):
        scheme = "https" if command == "get" else "wss"
        result = await probe(
            interpreter, folder / "ca.der", command, f"{scheme}://127.0.0.1:{port}/secret"
        )
    assert (result["error"], result["kind"]) == ("TlsError", "protocol")
    # CPython's sees no more than the end of the connection.
    assert interpreter == "cpython" or result["reason"].startswith("TLS handshake: ")
    assert result["leaked"] == 0
    assert requests == []


@pytest.mark.parametrize("version", OLD)
async def test_old_version_works_with_a_client_that_allows_it(folder, version):
    """The servers above are refused for their version, not for being broken."""
    tls = old_tls(version, ssl.PROTOCOL_TLS_CLIENT)
    tls.load_verify_locations(cadata=(folder / "ca.der").read_bytes())
    async with old_server(folder, version) as (port, requests):
        reader, writer = await asyncio.open_connection("localhost", port, ssl=tls)
        writer.write(b"hello")
        await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert requests == [b"hello"]
