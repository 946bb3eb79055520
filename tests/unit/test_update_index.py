"""The index of updates: what is taken from it, and that nothing in it does harm."""

import json
import unittest

import samples
from asynctest import run  # pyright: ignore[reportMissingImports]
from firmware.ocpp16.update_check import PATH, State
from firmware.ocpp16.update_statuses import OWN
from firmware.update_index import newest
from httpc.errors import StatusError
from transport import ConnectError
from update_edge import Edge, Link

BOARDS = ["sim_rp2", "other_rp2"]
URL = "https://host/index.json"
FILE = "https://host/x"


def entry(version, url=FILE, compatible=("sim_rp2",), **more):
    found = {"version": list(version), "compatible": list(compatible), "url": url}
    found.update(more)
    return found


def index(*entries):
    return json.dumps({"updates": entries, "more": 1}).encode()


class Keys:
    """The configuration keys that are asked for."""

    def __init__(self, **values):
        self.values = values

    def items(self, name):
        return self.values.get(name, ())


class TestNewest(unittest.TestCase):
    def test_the_newest_that_fits(self):
        data = index(
            entry((1, 2, 0), "https://a"),
            entry((1, 10, 0), "https://b", more=1),
            entry((9, 0, 0), "https://c", ["strange"]),
            entry((1, 9, 65535), "https://d", ["x", "other_rp2"]),
        )
        self.assertEqual(newest(data, BOARDS), ((1, 10, 0), "https://b"))
        self.assertEqual(newest(data, ["other_rp2"]), ((1, 9, 65535), "https://d"))
        self.assertIsNone(newest(data, ["none"]))
        self.assertIsNone(newest(index(), BOARDS))

    def test_entries_without_sense_are_skipped(self):
        for bad in (
            1, None, [], {}, "x",
            entry((9, 0)), entry((9, 0, 0, 0)), entry((9, 0, "0")), entry((9, 0, -1)),
            entry((9, 0, 65536)), entry((9, 0, True)), entry((9, 0, 1.5)),
            entry((9, 0, 0), 1), entry((9, 0, 0), ""), entry((9, 0, 0), "x" * 513),
            entry((9, 0, 0), FILE, [1, None, []]),
            {"version": "900", "compatible": BOARDS, "url": FILE},
            {"version": [9, 0, 0], "compatible": "sim_rp2", "url": FILE},
        ):  # fmt: skip
            self.assertEqual(newest(index(bad, entry((1, 1, 0))), BOARDS), ((1, 1, 0), FILE))

    def test_no_index(self):
        for data in (
            b"", b"{", b"[]", b"1", b"null", b"{}", b'"updates"', b"<html>",
            b'{"updates": {}}', b'{"updates": null}', b'{"updates": "x"}', b"\xff\xfe",
        ):  # fmt: skip
            with self.assertRaises(ValueError):
                newest(data, BOARDS)


class TestCheck(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()

    def check(self, data=b"", error=None, link=None, **keys):
        """One check; the update that was asked for, None for none."""
        edge = self.edge = Edge(data, self.files, link=link)
        edge.update.version = (1, 0, 0)
        edge.host.error = error
        edge.update.check = {"url": URL, "configuration": Keys(**keys)}
        run(edge.updater.step())
        self.assertIsNone(edge.update.check)
        self.assertEqual(edge.host.open, 0)
        job = edge.update.job
        return job and (job.kind, job.phase, job.location, job.attempts_left)

    def test_asks_for_what_is_newer(self):
        self.assertEqual(self.check(index(entry((1, 1, 0)))), (OWN, "scheduled", FILE, 1))
        self.assertEqual(State(self.files).asked, [1, 1, 0])

    def test_nothing_newer(self):
        for version in ((1, 0, 0), (0, 9, 9)):
            self.assertIsNone(self.check(index(entry(version))))
            self.assertEqual(self.edge.lines, ["update check: nothing newer"])
            self.assertIsNone(self.files.size(PATH))

    def test_what_was_refused_is_left_alone_until_there_is_another(self):
        state = State(self.files)
        for patch in range(12):
            state.refuse((1, 1, patch))
        state.save()
        self.assertIsNone(self.check(index(entry((1, 1, 11)), entry((1, 0, 1)))))
        self.assertIn("refused before", self.edge.lines[0])
        self.assertIsNotNone(self.check(index(entry((1, 2, 0)))))
        self.assertLessEqual(len(State(self.files).refused), 8)

    def test_failures(self):
        for data, error in (
            (b"x", None),
            (b" " * 5000, None),
            (b"", StatusError(500)),
            (b"", ConnectError("refused")),
            (b"", OSError(5)),
        ):
            self.assertIsNone(self.check(data, error))
            self.assertIn("update check: ", self.edge.lines[0])
            self.assertEqual(self.edge.host.asked, [(0, None)], "once")

    def test_too_little_heap_costs_the_link_for_a_moment(self):
        link = Link()
        self.assertIsNone(self.check(b"", ConnectError("TLS can't start"), link))
        self.assertEqual(link.held, [True, False])
        self.assertEqual(len(self.edge.host.asked), 2)
        self.assertIsNone(self.check(b"", ConnectError("TLS can't start")))

    def test_locations(self):
        for url, keys, good in (
            ("http://host/x", {}, False),
            ("http://host/x", {"SupportedFileTransferProtocols": ["HTTP", "HTTPS"]}, True),
            ("ftp://host/x", {}, False),
            ("nonsense", {}, False),
            ("https://host/x", {"UpdateLocations": ["other"]}, False),
            ("https://host/x", {"UpdateLocations": ["https://host"]}, True),
        ):
            self.setUp()
            found = self.check(index(entry((1, 1, 0), url)), **keys)
            self.assertEqual(found is not None, good, (url, keys))

    def test_somebody_asks_meanwhile(self):
        edge = self.edge = Edge(index(entry((1, 1, 0))), self.files)
        edge.host.on_read = lambda at: edge.ask()
        edge.update.check = {"url": URL, "configuration": Keys()}
        run(edge.updater.step())
        self.assertNotEqual(edge.update.job.kind, OWN)

    def test_without_the_network_it_waits(self):
        edge = self.edge = Edge(index(entry((1, 1, 0))), self.files)
        edge.is_up = False
        edge.update.check = {"url": URL, "configuration": Keys()}
        run(edge.updater.step())
        self.assertEqual(edge.host.asked, [])
        self.assertEqual(edge.update.cause, "change")
        self.assertGreater(State(self.files).next_s, 0)


class TestOwnUpdate(unittest.TestCase):
    def play(self, **changes):
        edge = self.edge = Edge(samples.update_file(samples.payload(5000), **changes))
        edge.update.version = (1, 0, 0)
        state = State(edge.files)
        state.asked = [9, 0, 0]
        state.save()
        edge.ask(kind=OWN)
        return edge.play(), State(edge.files).refused

    def test_the_manifest_decides(self):
        good = ["Downloading", "Downloaded"]
        refused = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
        self.assertEqual(self.play(), (good, []))
        self.assertEqual(self.play(compatible=["other"]), (refused, [[9, 0, 0]]))
        for version in ([1, 0, 0], [0, 9, 0]):  # the index promised something newer
            found = self.play(version=version, floor=[0, 0, 0])
            self.assertEqual(found, (refused, [[9, 0, 0]]))

    def test_a_server_that_fails_is_no_refusal(self):
        edge = self.edge = Edge(b"")
        edge.host.error = StatusError(503)
        edge.ask(kind=OWN)
        self.assertEqual(edge.play(), ["Downloading", "DownloadFailed"])
        self.assertEqual(State(edge.files).refused, [])
        self.assertEqual(len(edge.host.asked), 1)


if __name__ == "__main__":
    unittest.main()
