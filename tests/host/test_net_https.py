"""The GET against aiohttp's HTTPS server: whole files, parts, changes, redirects."""

import contextlib
import hashlib

import pytest
from aiohttp import web

from net_certificates import make_all, probe, server_tls

DATA = bytes(i * 31 >> 3 & 255 for i in range(300_000))

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.parametrize("interpreter", ["cpython", "micropython"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = make_all(tmp_path_factory.mktemp("certificates"))
    (folder / "image").write_bytes(DATA)
    return folder


@contextlib.asynccontextmanager
async def serving(folder):
    """The base address of an HTTPS server with the file and some traps."""

    async def image(request):
        return web.FileResponse(folder / "image")

    async def redirect(request):
        location = request.query["to"]
        raise web.HTTPFound(location)

    async def chunked(request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"x" * 100)
        return response

    async def logs(request):
        data = await request.read()
        raise web.HTTPCreated() if data == DATA else web.HTTPBadRequest()

    application = web.Application(client_max_size=len(DATA) + 1)
    application.router.add_put("/logs", logs)
    application.router.add_get("/image", image)
    application.router.add_get("/redirect", redirect)
    application.router.add_get("/chunked", chunked)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_tls(folder, "good"))
        await site.start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_whole_then_parts(interpreter, folder):
    async with serving(folder) as base:

        async def load(*arguments):
            return await probe(interpreter, folder / "ca.der", "get", *arguments)

        whole = await load(base + "/image")
        assert (whole["status"], whole["offset"], whole["leaked"]) == (200, 0, 0)
        assert whole["length"] == whole["total"] == whole["received"] == len(DATA)
        assert whole["sha256"] == hashlib.sha256(DATA).hexdigest()
        for offset in (1, 4096, len(DATA) - 1):
            part = await load(base + "/image", offset, whole["etag"])
            assert (part["status"], part["offset"], part["leaked"]) == (206, offset, 0)
            assert part["length"] == part["received"] == len(DATA) - offset
            assert part["sha256"] == hashlib.sha256(DATA[offset:]).hexdigest()
        changed = await load(base + "/image", 4096, '"another"')
        assert (changed["status"], changed["offset"], changed["received"]) == (200, 0, len(DATA))
        beyond = await load(base + "/image", len(DATA), whole["etag"])
        assert (beyond["error"], beyond["status"], beyond["leaked"]) == ("StatusError", 416, 0)


async def test_upload(interpreter, folder):
    async with serving(folder) as base:
        for path, size, outcome in (
            ("/logs", len(DATA), 201),
            ("/logs", 1000, "StatusError"),
            ("/image", len(DATA), "StatusError"),
        ):
            result = await probe(
                interpreter, folder / "ca.der", "put", base + path, folder / "image", size
            )
            assert result.get("error", result.get("status")) == outcome, (path, result)
            assert result["leaked"] == 0


async def test_redirects(interpreter, folder):
    async with serving(folder) as base:
        other = base.replace("127.0.0.1", "localhost")
        for path, outcome in (
            ("/redirect?to=/image", 200),
            (f"/redirect?to={other}/image", 200),
            ("/redirect?to=/redirect?to=/image", 200),
            ("/redirect?to=http://127.0.0.1:1/image", "UrlError"),
            (f"/redirect?to={other.removeprefix('https:')}/image", 200),
            ("/redirect?to=image", "UrlError"),
            (f"/redirect?to={base}/redirect?to={base}/redirect?to=/nothing", "StatusError"),
            ("/nothing", "StatusError"),
            ("/chunked", "BadResponse"),
        ):
            result = await probe(interpreter, folder / "ca.der", "get", base + path)
            assert result.get("error", result.get("status")) == outcome, (path, result)
            assert result["leaked"] == 0


async def test_redirect_loop(interpreter, folder):
    async with serving(folder) as base:
        url = base + "/redirect?to=" + "/redirect?to=" * 5 + "/image"
        result = await probe(interpreter, folder / "ca.der", "get", url)
        assert (result["error"], result["leaked"]) == ("BadResponse", 0)
