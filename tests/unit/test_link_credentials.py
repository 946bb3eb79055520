"""The link with other credentials: those that are new, those that are refused."""

import sys
import unittest

from link_bench import LinkCase, say
from net_peer import accepting, read_frame, read_head


class Credentials:
    """In the place of the module."""

    def __init__(self, url):
        self._url = url

    def load(self, charge_point):
        return self._url, (("Authorization", "Basic new"),), None


class CredentialsTest(LinkCase):
    def test_comes_back_with_new_credentials(self):
        shown = []

        async def handler(reader, writer):
            head = await read_head(reader)
            at = head.find(b"Authorization: ")
            shown.append(head[at + 15 : head.find(b"\r\n", at)] if at >= 0 else None)
            await say(writer, accepting(head))
            while (await read_frame(reader))[0] != 8:
                pass

        async def story(link, task):
            link._reconnect.closed = lambda *_: 20
            await self.until(lambda: link.is_fresh)(link, task)
            url = link._url
            sys.modules["firmware.credentials"] = Credentials(url)
            try:
                link.renew(False)
                await self.until(lambda: len(shown) == 1 and link.is_fresh)(link, task)
                link.renew(True)
                self.assertFalse(link.is_fresh)
                await self.until(lambda: len(shown) == 2 and link.is_fresh)(link, task)
            finally:
                del sys.modules["firmware.credentials"]

        self.play(handler, story)
        self.assertEqual(shown, [None, b"Basic new"])

    def test_a_connection_that_was_opening_is_no_proof_of_the_new_ones(self):
        shown, links = [], []

        async def handler(reader, writer):
            head = await read_head(reader)
            shown.append(b"Basic new" in head)
            if len(shown) == 1:
                links[0].renew(True)
            await say(writer, accepting(head))
            while (await read_frame(reader))[0] != 8:
                pass

        async def story(link, task):
            links.append(link)
            link._reconnect.closed = lambda *_: 20
            sys.modules["firmware.credentials"] = Credentials(link._url)
            try:
                await self.until(lambda: link.is_fresh)(link, task)
            finally:
                del sys.modules["firmware.credentials"]

        self.play(handler, story)
        self.assertEqual(shown, [False, True])

    def test_a_refusal_is_counted_and_told_once(self):
        async def handler(reader, writer):
            await read_head(reader)
            await say(writer, b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n")

        async def story(link, task):
            link._reconnect.failed = lambda *_: 20
            await self.until(lambda: link.failures >= 3)(link, task)

        charge_point, _ = self.play(handler, story)
        self.assertEqual(charge_point.events, ["FailedToAuthenticateAtCentralSystem"])


if __name__ == "__main__":
    unittest.main()
