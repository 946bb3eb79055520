"""Servers that are none for TLS: each is an error of its own and leaves no socket."""

import asyncio
import binascii
import sys
import unittest

from asynctest import run
from net_peer import Server, cancelled, hold, open_sockets, sockets_closed
from ticks import sleep_ms
from transport import TlsError, TransportError, TransportTimeout, connect, make_tls

# A self-signed CA that signed nothing met here.
CA = (
    "3082012f3081d5a003020102021419c1ae900b7e38b98085bf6338908825f36a26c9300a06082a8648ce3d04"
    "0302300d310b300906035504030c026361301e170d3236313132313138313731315a170d3236313232323138"
    "313731315a300d310b300906035504030c0263613059301306072a8648ce3d020106082a8648ce3d03010703"
    "420004bac27a0853caa94d581da6aa16963bdfbc25d16f313bde3482f19920dd0b461de50a870e03de4a95dd"
    "a4492c14781116ed9e9d0fc0cb50c3f3f8da824d8c3740a3133011300f0603551d130101ff040530030101ff"
    "300a06082a8648ce3d0403020349003046022100a41f06d390174761be6fe62cb3aebb74df9be4254a9ac4fd"
    "faad2376d325d441022100ef5907bb793c202beb5798f32e16aa1bb6963af978b53e06836227fde7a2cf3e"
)


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.tls = make_tls(binascii.unhexlify(CA))

    def fails(self, serve, error, times=20, timeout_ms=5000, first=b"x"):
        async def test():
            async with Server(serve) as server:
                await sleep_ms(10)
                before = open_sockets()
                for _ in range(times):
                    with self.assertRaises(error):
                        await connect("127.0.0.1", server.port, self.tls, timeout_ms, first)
                self.assertTrue(await sockets_closed(before))

        run(test(), 20)

    def test_server_without_tls(self):
        async def serve(reader, writer):
            await reader.read(10)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            await reader.read(1000)

        self.fails(serve, TlsError)

    @unittest.skipUnless(sys.implementation.name == "micropython", "the device's stream")
    def test_room_for_the_next_is_kept_while_there_is_none(self):
        from transport.device import Stream

        seen = []

        async def serve(reader, writer):
            seen.append((Stream.room, Stream.secure))  # in the same process, within the handshake
            await reader.read(10)

        Stream.room = None
        self.fails(serve, TransportError, 3)
        self.assertEqual(seen, [(None, 1)] * 3)
        self.assertEqual(Stream.secure, 0)
        self.assertGreater(len(Stream.room), 16_717)

    def test_server_leaves(self):
        async def serve(reader, writer):
            await reader.read(10)

        self.fails(serve, TransportError)

    def test_silent_server(self):
        self.fails(hold, TransportTimeout, 3, 100)

    def test_cancelled_in_the_handshake(self):
        async def test():
            async with Server(hold) as server:
                await sleep_ms(10)
                before = open_sockets()
                for wait_ms in (0, 1, 5, 20) * 5:
                    task = asyncio.create_task(
                        connect("127.0.0.1", server.port, self.tls, 5000, b"x")
                    )
                    await sleep_ms(wait_ms)
                    self.assertTrue(await cancelled(task))
                self.assertTrue(await sockets_closed(before))

        run(test())

    def test_ca_that_is_none(self):
        for ca in (b"", b"\x30\x03abc", b"-----BEGIN CERTIFICATE-----\n", b"x" * 500):
            with self.assertRaises(TlsError):
                make_tls(ca)


if __name__ == "__main__":
    unittest.main()
