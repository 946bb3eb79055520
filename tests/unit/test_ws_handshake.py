"""The opening handshake: the request, and every way an answer can be wrong."""

import unittest

from httpc.errors import BadResponse, HttpError
from httpc.exchange import request
from httpc.url import parse
from net_peer import accept_of, accepting, frame, shake
from ws.client import Handshake
from ws.errors import HandshakeError

URL = parse("wss://h:9000/ocpp/CP1?x=1", "wss")


def start(subprotocols=("ocpp1.6",), headers=()):
    """(the request's bytes, the Handshake)."""
    handshake = Handshake(subprotocols, headers)
    return request("GET", URL, handshake.lines), handshake


class RequestTest(unittest.TestCase):
    def test_request(self):
        asked, _ = start(("ocpp1.6", "ocpp1.5"), (("Authorization", "Basic eDp5"),))
        lines = asked.decode().split("\r\n")
        self.assertEqual(lines[0], "GET /ocpp/CP1?x=1 HTTP/1.1")
        for line in (
            "Host: h:9000",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: ocpp1.6, ocpp1.5",
            "Authorization: Basic eDp5",
        ):
            self.assertIn(line, lines)
        self.assertEqual(lines[-2:], ["", ""])
        self.assertNotEqual(accept_of(asked), accept_of(start()[0]))

    def test_no_subprotocol(self):
        self.assertNotIn(b"Sec-WebSocket-Protocol", start(())[0])

    def test_header_can_not_smuggle(self):
        for pair in (("A", "b\r\nC: d"), ("A", "b\nC: d"), ("A\r\nC", "d"), ("A", "\x00")):
            with self.assertRaises(HttpError):
                start(headers=(pair,))


class AnswerTest(unittest.TestCase):
    def accepted(self, subprotocols, agreed):
        for step in (1, 3, 100000):
            asked, handshake = start(subprotocols)
            self.assertEqual(shake(handshake, accepting(asked, agreed), step), b"")
            self.assertTrue(handshake.done)
            self.assertEqual(handshake.subprotocol, agreed)

    def test_accepted(self):
        self.accepted(("ocpp1.6",), "ocpp1.6")
        self.accepted(("ocpp1.6", "ocpp1.5"), "ocpp1.5")
        self.accepted((), None)

    def test_bytes_after_the_answer_are_kept(self):
        for step in (1, 100000):
            asked, handshake = start()
            data = frame(1, b"first") + frame(1, b"x" * 600)
            self.assertEqual(shake(handshake, accepting(asked) + data, step), data)

    def refused(self, old, new, status=101, subprotocols=("ocpp1.6",)):
        asked, handshake = start(subprotocols)
        answer = accepting(asked)
        self.assertIn(old, answer)
        with self.assertRaises(HandshakeError) as caught:
            shake(handshake, answer.replace(old, new))
        self.assertEqual(caught.exception.status, status)
        return caught.exception

    def test_refused(self):
        end = b"\r\n\r\n"
        for old, new in (
            (b"HTTP/1.1", b"HTTP/1.0"),
            (b"Upgrade: WebSocket", b"Upgrade: h2c"),
            (b"Upgrade: WebSocket\r\n", b""),
            (b"Upgrade: WebSocket", b"Upgrade: WebSocket\r\nUpgrade: WebSocket"),
            (b"keep-alive, Upgrade", b"keep-alive"),
            (b"keep-alive, Upgrade", b"notUpgrade"),
            (b"Accept: ", b"Accept: x"),
            (b"Sec-WebSocket-Accept", b"X-Accept"),
            (b"ocpp1.6", b"ocpp2.0.1"),
            (b"ocpp1.6", b"OCPP1.6"),
            (b"ocpp1.6", b"ocpp1.6, ocpp1.6"),
            (b"\r\nSec-WebSocket-Protocol: ocpp1.6", b""),
            (end, b"\r\nSec-WebSocket-Protocol: ocpp1.6" + end),
            (end, b"\r\nSec-WebSocket-Extensions: permessage-deflate" + end),
        ):
            with self.subTest(old=old, new=new):
                self.refused(old, new)

    def test_subprotocol_not_asked_for(self):
        self.refused(b"ocpp1.6", b"ocpp1.6", 101, ())

    def test_status(self):
        for status in (200, 301, 401, 404, 500, 503):
            new = b"%d" % status
            self.assertIsNone(self.refused(b"101", new, status).retry_after)
        answer = b"503 Busy\r\nRetry-After: 30\r\nX: "
        self.assertEqual(self.refused(b"101", answer, 503).retry_after, "30")

    def test_not_http_and_too_long(self):
        for data in (b"SSH-2.0-x\r\n", b"HTTP/1.1 101 X\r\n" + b"A: b\r\n" * 1000):
            with self.assertRaises(BadResponse):
                shake(start()[1], data)


if __name__ == "__main__":
    unittest.main()
