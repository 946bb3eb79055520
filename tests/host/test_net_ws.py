"""The WebSocket client against the PyPI package websockets, plain and over TLS."""

import asyncio
import base64

import pytest
import websockets

from net_certificates import make_all, probe, server_tls

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.parametrize("interpreter", ["cpython", "micropython"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_all(tmp_path_factory.mktemp("certificates"))


async def ask(interpreter, folder, command, handler, scheme="wss", **options):
    """The probe's result against a server with that handler."""
    tls = server_tls(folder, "good") if scheme == "wss" else None
    options.setdefault("subprotocols", ["ocpp1.6"])
    async with websockets.serve(handler, "127.0.0.1", 0, ssl=tls, **options) as server:
        port = server.sockets[0].getsockname()[1]
        return await probe(
            interpreter, folder / "ca.der", command, f"{scheme}://127.0.0.1:{port}/ocpp/CP1"
        )


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_echo(interpreter, folder, scheme):
    seen = []

    async def echo(connection):
        request = connection.request
        seen.append((request.path, request.headers["Authorization"]))
        async for message in connection:
            # Every other answer in pieces, as a central system may send it.
            if len(message) % 2 and len(message) > 9:
                await connection.send([message[:3], message[3:4], message[4:]])
            else:
                await connection.send(message)
        seen.append((connection.close_code, connection.close_reason))

    result = await ask(interpreter, folder, "ws", echo, scheme)
    assert result == {"subprotocol": "ocpp1.6", "equal": 9, "closed": 1000, "leaked": 0}
    credentials = "Basic " + base64.b64encode(b"x:y").decode()
    assert seen == [("/ocpp/CP1", credentials), (1000, "done")]


async def test_served(interpreter, folder):
    async def talk(connection):
        await connection.send("first")
        pong = await connection.ping(b"keepalive")
        await asyncio.wait_for(pong, 5)
        for i in range(50):
            await connection.send(f"{i}" * i)
        await connection.close(1012, "restart")

    result = await ask(interpreter, folder, "served", talk)
    assert result["texts"] == ["first"] + [f"{i}" * i for i in range(50)]
    assert (result["closed"], result["reason"], result["leaked"]) == (1012, "restart", 0)


async def test_no_common_subprotocol(interpreter, folder):
    async def hang(connection):
        await connection.wait_closed()

    for offered in (None, ["ocpp2.0.1"]):
        result = await ask(interpreter, folder, "ws", hang, subprotocols=offered)
        assert (result["error"], result["leaked"]) == ("HandshakeError", 0)


async def test_status(interpreter, folder):
    async def refuse(connection, request):
        return connection.respond(401, "who are you\n")

    async def hang(connection):
        await connection.wait_closed()

    result = await ask(interpreter, folder, "ws", hang, process_request=refuse)
    assert (result["error"], result["status"], result["leaked"]) == ("HandshakeError", 401, 0)


async def test_too_big(interpreter, folder):
    codes = []

    async def talk(connection):
        await connection.send("x" * 70000)
        await connection.wait_closed()
        codes.append(connection.close_code)

    result = await ask(interpreter, folder, "served", talk)
    assert (result["closed"], result["texts"]) == (1009, [])
    assert codes == [1009]
