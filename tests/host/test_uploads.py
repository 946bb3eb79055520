"""The firmware host's other side: what chargers upload by PUT, and its faults."""

import io

import aiohttp
import pytest

from ucharge.csms import Fault, FirmwareHost
from ucharge.csms.uploads import MAX_BYTES, Upload

LOG = b"2026-01-01T00:00:00Z 1.000 link: connected\n" * 500


async def _put(url, data=LOG, headers=None):
    async with aiohttp.ClientSession() as session:
        async with session.put(url, data=data, headers=headers) as response:
            return response.status


@pytest.mark.asyncio
async def test_a_file_is_taken_whole():
    seen = []
    async with FirmwareHost(on_upload=seen.append) as host:
        status = await _put(host.url("logs/CP1.log"), headers={"Content-Type": "text/plain"})
    assert status == 201
    assert [upload.name for upload in seen] == ["logs/CP1.log"]
    assert host.uploads.good() == seen
    assert (seen[0].data, seen[0].content_type) == (LOG, "text/plain")


@pytest.mark.parametrize(
    ("name", "file"),
    [("logs/CP1.log", "CP1.log"), ("../../.x", "x"), ("a/..", "upload"), ("", "upload")],
)
def test_saved_within_the_folder(tmp_path, name, file):
    path = Upload(0.0, name, 201, LOG).save(tmp_path / "new")
    assert path == tmp_path / "new" / file
    assert path.read_bytes() == LOG


@pytest.mark.asyncio
async def test_a_refusal_for_the_first_ones():
    async with FirmwareHost() as host:
        host.uploads.fault = Fault(status=503, times=2)
        assert [await _put(host.url("x")) for _ in range(3)] == [503, 503, 201]
        assert len(host.uploads.good()) == 1
        assert len(host.uploads.taken) == 3


@pytest.mark.asyncio
async def test_a_connection_cut_in_the_midst():
    async with FirmwareHost() as host:
        host.uploads.fault = Fault(truncate_at=5000)
        with pytest.raises(aiohttp.ClientError):
            await _put(host.url("x"))
        assert 5000 <= len(host.uploads.taken[0].data) < len(LOG)
        assert not host.uploads.good()


@pytest.mark.asyncio
async def test_a_slow_and_stalling_host():
    async with FirmwareHost() as host:
        host.uploads.fault = Fault(stall_at=1000, stall_s=0.1, rate_bytes_s=200_000)
        assert await _put(host.url("x")) == 201
        assert host.uploads.good()[0].data == LOG


@pytest.mark.asyncio
async def test_no_more_than_fits():
    async with FirmwareHost() as host:
        assert await _put(host.url("x"), io.BytesIO(bytes(MAX_BYTES + 1))) == 413
        assert not host.uploads.good()
