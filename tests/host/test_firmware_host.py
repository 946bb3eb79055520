"""The HTTPS firmware host: Range, ETag, counters and every fault."""

import asyncio
import time

import aiohttp
import pytest

from ucharge.csms import Fault, FirmwareHost
from ucharge.csms.tls import client_context, server_context
from ucharge.keys import create

DATA = bytes(range(256)) * 200


async def _get(url, headers=None, tls=None):
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers=headers, ssl=tls or True) as response:
            return response.status, response.headers, await response.read()


@pytest.mark.asyncio
async def test_the_whole_file_over_tls(tmp_path):
    keys = create(tmp_path)
    async with FirmwareHost(server_context(keys)) as host:
        url = host.publish("new.ucup", DATA)
        assert url == f"https://127.0.0.1:{host.port}/new.ucup"
        status, headers, body = await _get(url, tls=client_context(keys))
    assert (status, body, headers["Content-Length"]) == (200, DATA, str(len(DATA)))
    assert headers["Accept-Ranges"] == "bytes"
    request = host.requests[0]
    assert (request.name, request.sent, request.is_complete) == ("new.ucup", len(DATA), True)
    assert host.bytes_sent("new.ucup") == len(DATA)


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        ("bytes=0-", 206, 0, 51200),
        ("bytes=100-", 206, 100, 51200),
        ("bytes=100-199", 206, 100, 200),
        ("bytes=51199-99999", 206, 51199, 51200),
        ("bytes=-10", 206, 51190, 51200),
        ("bytes=0-1,5-6", 200, 0, 51200),
        ("lines=1-", 200, 0, 51200),
        ("bytes=x-", 200, 0, 51200),
    ],
)
@pytest.mark.asyncio
async def test_range(wanted, status, start, stop):
    async with FirmwareHost() as host:
        url = host.publish("f", DATA)
        got, headers, body = await _get(url, {"Range": wanted})
    assert body == DATA[start:stop]
    if status == 206:
        assert got == 206
        assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert got in (status, 206)


@pytest.mark.asyncio
async def test_a_range_past_the_end_is_416():
    async with FirmwareHost() as host:
        status, headers, _ = await _get(host.publish("f", DATA), {"Range": "bytes=51200-"})
    assert (status, headers["Content-Range"]) == (416, "bytes */51200")


@pytest.mark.asyncio
async def test_resume_only_while_the_file_is_the_same():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA)
        _, headers, _ = await _get(url)
        resume = {"Range": "bytes=1000-", "If-Range": headers["ETag"]}
        assert (await _get(url, resume))[0] == 206
        host.publish("f", DATA[::-1])
        status, changed, body = await _get(url, resume)
    assert (status, body) == (200, DATA[::-1])
    assert changed["ETag"] != headers["ETag"]


@pytest.mark.asyncio
async def test_unknown_names_are_404():
    async with FirmwareHost() as host:
        assert (await _get(host.url("nothing")))[0] == 404
    assert host.requests[0].status == 404


@pytest.mark.asyncio
async def test_names_are_percent_encoded():
    async with FirmwareHost() as host:
        url = host.publish("a b#c.ucup", DATA)
        assert (await _get(url))[2] == DATA


@pytest.mark.asyncio
async def test_a_status_for_the_first_requests_only():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA, Fault(status=503, times=2))
        assert [(await _get(url))[0] for _ in range(3)] == [503, 503, 200]


@pytest.mark.parametrize("fault", [Fault(truncate_at=1000), Fault(length_delta=5)])
@pytest.mark.asyncio
async def test_a_body_shorter_than_promised(fault):
    async with FirmwareHost() as host:
        url = host.publish("f", DATA, fault)
        with pytest.raises(aiohttp.ClientPayloadError):
            await _get(url)
        assert not host.requests[0].is_complete


@pytest.mark.asyncio
async def test_a_length_too_short_by_some_bytes():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA, Fault(length_delta=-5))
        assert (await _get(url))[2] == DATA[:-5]


@pytest.mark.asyncio
async def test_stalling_and_a_slow_line():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA, Fault(stall_at=100, stall_s=0.3))
        started = time.monotonic()
        assert (await _get(url))[2] == DATA
        assert time.monotonic() - started >= 0.3
        url = host.publish("f", DATA, Fault(rate_bytes_s=200_000))
        started = time.monotonic()
        assert (await _get(url))[2] == DATA
        assert time.monotonic() - started >= 0.2


@pytest.mark.asyncio
async def test_progress_is_told_as_it_grows():
    seen = []
    async with FirmwareHost(on_progress=lambda request: seen.append(request.sent)) as host:
        await _get(host.publish("f", DATA))
    assert seen == sorted(seen)
    assert seen[0] == 0 and seen[-1] == len(DATA) and len(seen) > 4


@pytest.mark.asyncio
async def test_a_client_that_leaves_does_not_stop_the_host():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA * 40, Fault(rate_bytes_s=500_000))
        async with aiohttp.ClientSession() as session:
            response = await session.get(url)
            await response.content.readexactly(100)
            response.close()
        while not host.requests[0].is_broken_off:
            await asyncio.sleep(0.01)
        url = host.publish("g", DATA)
        assert (await _get(url))[2] == DATA


@pytest.mark.asyncio
async def test_stop_and_start_keep_the_port_and_the_files():
    async with FirmwareHost() as host:
        url = host.publish("f", DATA)
        await host.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await _get(url)
        await host.start()
        assert (await _get(url))[0] == 200
