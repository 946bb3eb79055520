"""Addresses: what is taken apart, what is refused."""

import unittest

from httpc.errors import UrlError
from httpc.url import parse, redirect

HTTP = ("https", "http")
WS = ("wss", "ws")


class ParseTest(unittest.TestCase):
    def check(self, text, *expected):
        url = parse(text, *(WS if text[:2] == "ws" else HTTP))
        self.assertEqual((url.scheme, url.host, url.port, url.path, url.authority), expected)

    def test_parts(self):
        self.check("https://h", "https", "h", 443, "/", "h")
        self.check("http://h/", "http", "h", 80, "/", "h")
        self.check("https://h:443/a", "https", "h", 443, "/a", "h")
        self.check("https://h:80/a", "https", "h", 80, "/a", "h:80")
        self.check("HTTPS://Ex-A_mple.ORG/A", "https", "ex-a_mple.org", 443, "/A", "ex-a_mple.org")
        self.check(
            "wss://10.0.0.1:9000/ocpp/CP%201",
            "wss",
            "10.0.0.1",
            9000,
            "/ocpp/CP%201",
            "10.0.0.1:9000",
        )
        self.check("https://h?q=/a", "https", "h", 443, "/?q=/a", "h")
        self.check("https://h/a?b#c", "https", "h", 443, "/a?b", "h")
        self.check("https://h:/a", "https", "h", 443, "/a", "h")
        self.check("https://h/a:b@c", "https", "h", 443, "/a:b@c", "h")

    def test_ipv6(self):
        self.check("https://[::1]/a", "https", "::1", 443, "/a", "[::1]")
        self.check(
            "https://[2001:DB8::1]:8443", "https", "2001:db8::1", 8443, "/", "[2001:db8::1]:8443"
        )

    def test_is_secure(self):
        for secure, plain in (HTTP, WS):
            self.assertTrue(parse(secure + "://h", secure, plain).is_secure)
            self.assertFalse(parse(plain + "://h", secure, plain).is_secure)

    def test_refused(self):
        for text in (
            "",
            "h",
            "//h",
            "https:/h",
            "https:h",
            "https://",
            "ftp://h",
            "https//h",
            "://h",
            "https:///a",
            "https://:1",
            "https://?a",
            "https://#a",
            "https://u@h",
            "https://u:p@h",
            "https://@h",
            "https://u@[::1]",
            "https://h\\@x",
            "https://h:0",
            "https://h:65536",
            "https://h:-1",
            "https://h:1x",
            "https://h:999999",
            "https://[::1",
            "https://[::1]x",
            "https://[::1]@h",
            "https://[h]",
            "https://[]",
            "https://::1",
            "https://[::1]:x",
            "https://[fe80::1%25eth0]",
            "https://h/a b",
            "https://h/\r\nX: y",
            "https://h/\x00",
            "https://h/\x7f",
            "https://h/\xe4",
            "https://h\xe4",
            "https://h%41",
            "https://h,x",
            " https://h",
            "https://" + "h" * 254,
            "https://h/" + "a" * 2048,
            None,
            b"https://h",
            5,
        ):
            with self.subTest(text=text):
                with self.assertRaises(UrlError):
                    parse(text, *HTTP)

    def test_only_the_allowed_schemes(self):
        with self.assertRaises(UrlError):
            parse("http://h", "https")
        with self.assertRaises(UrlError):
            parse("http://h", "https", False)
        with self.assertRaises(UrlError):
            parse("wss://h", *HTTP)

    def test_websocket_has_no_fragment(self):
        with self.assertRaises(UrlError):
            parse("wss://h/a#b", *WS)
        with self.assertRaises(UrlError):
            parse("ws://h#", *WS)


class RedirectTest(unittest.TestCase):
    def test_to(self):
        base = parse("https://h:8443/a/b", *HTTP)
        for location, host, port, path in (
            ("https://x/y", "x", 443, "/y"),
            ("/y?z", "h", 8443, "/y?z"),
            ("//x/y", "x", 443, "/y"),
            ("//x:1/y", "x", 1, "/y"),
        ):
            url = redirect(base, location)
            self.assertEqual(
                (url.scheme, url.host, url.port, url.path), ("https", host, port, path)
            )

    def test_refused(self):
        for base, location in (
            ("https://h/a", "http://h/a"),
            ("https://h/a", "ftp://h/a"),
            ("https://h/a", "https://u:p@h/a"),
            ("http://h/a", "//x/a"),
            ("https://h/a", "//u:p@x/a"),
            ("https://h/a", "b"),
            ("https://h/a", "../b"),
            ("https://h/a", "?x=1"),
            ("https://h/a", "?to=https://x/"),
            ("https://h/a", ""),
            ("https://h/a", "/\r\nHost: x"),
            ("http://h/a", "/b"),
        ):
            with self.subTest(base=base, location=location):
                with self.assertRaises(UrlError):
                    redirect(parse(base, *HTTP), location)

    def test_says_that_it_is_relative(self):
        for location in ("b", "?x=1", "../b", "?to=https://x/"):
            with self.assertRaises(UrlError) as caught:
                redirect(parse("https://h/a", *HTTP), location)
            self.assertIn("relative", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
