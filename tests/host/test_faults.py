"""The network clients through a proxy that spoils connections; some faults of each kind.

``make faults`` tries them everywhere in the streams.
"""

import asyncio

import pytest

from fault_campaign import BLOCK_US, HARMLESS, SCHEMES, cases_at, lengths, servers, use
from fault_proxy import Fault
from net_certificates import make_all

pytestmark = pytest.mark.parametrize("interpreter", ["cpython", "micropython"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_all(tmp_path_factory.mktemp("certificates"))


def play(interpreter, folder, story):
    async def inner():
        async with servers(folder) as ports:
            return await story(ports)

    return asyncio.run(inner())


def test_each_ends_in_time_and_nothing_blocks(interpreter, folder):
    async def story(ports):
        sizes = await lengths(interpreter, ports, folder)

        def points(scheme, down):
            size = sizes[scheme][down]
            # Nothing at all, within the first line or record, the handshake, the body.
            return (0, 20, size * 3 // 10, size * 8 // 10) if down else (100, size - 60)

        cases = [(scheme, Fault(kind)) for scheme in SCHEMES for kind in HARMLESS]
        run = await use(interpreter, ports, cases + cases_at(points), folder, 6)
        blocks_us = [run.block_us]
        # What blocks once more is no accident of a busy machine.
        while blocks_us[-1] > BLOCK_US and len(blocks_us) < 3:
            again = await use(interpreter, ports, cases + cases_at(points), folder, 6)
            blocks_us.append(again.block_us)
        return run, blocks_us

    run, blocks_us = play(interpreter, folder, story)
    assert run.problems() == []
    assert min(blocks_us) <= BLOCK_US, blocks_us
    outcomes = {each.outcome for each in run.results}
    assert outcomes >= {"ok", "TlsError", "TransportTimeout", "HandshakeError", "Truncated"}


def test_a_block_would_be_seen(interpreter, folder):
    async def story(ports):
        cases = [(scheme, Fault("none")) for scheme in SCHEMES]
        return await use(interpreter, ports, cases, folder, block_ms=50)

    run = play(interpreter, folder, story)
    assert run.problems() == []
    assert run.block_us > 2 * BLOCK_US
