"""The updater's download: goes on where it was, starts over, gives up; what each failure means."""

import sys
import unittest

import samples
from httpc.errors import StatusError
from loader.header import Header
from loader.slots import FileSlot
from transport import ConnectError, TlsError
from update_edge import Edge, Link

NEW = samples.payload(60000, 3)
FILE = samples.update_file(NEW)
HEAD = len(FILE) - len(NEW)
FAILED = ["Downloading", "DownloadFailed"]
REFUSED = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


class TestDownload(unittest.TestCase):
    def setUp(self):
        self.edge = Edge(FILE)
        self.host = self.edge.host

    def is_staged(self, data=NEW):
        slot = FileSlot(self.edge.files, "b")
        return slot.verifies() and self.edge.files.read("/slots/b.rom", 1 << 20) == data

    def good(self):
        """The next update succeeds."""
        self.host.cut_at = self.host.error = self.host.on_read = None
        self.host.data = FILE
        self.edge.ask()
        self.assertEqual(self.edge.play(), ["Downloading", "Downloaded"])
        self.assertTrue(self.is_staged())
        self.assertEqual(self.host.open, 0, "every connection was closed")

    def test_all_at_once(self):
        self.good()
        self.assertEqual(self.host.asked, [(0, None)])
        progress = [line for line in self.edge.lines if "%" in line]
        self.assertEqual(progress[-1], "update: 100 %")
        self.assertEqual(len(progress), 10)

    def test_without_heap_for_both_the_head_is_judged_without_the_connection(self):
        self.edge.updater.judge_bytes = 1 << 40
        self.good()
        self.assertEqual(self.host.asked, [(0, None), (HEAD, self.host.etag)])
        self.assertLessEqual(self.host.sent, len(FILE) + 4096)

    def test_the_same_where_no_part_can_be_asked_for(self):
        self.edge.updater.judge_bytes = 1 << 40
        self.host.etag = None
        self.good()
        self.assertEqual(self.host.asked, [(0, None), (0, None)])

    def test_a_file_that_changes_behind_each_head_is_given_up(self):
        self.edge.updater.judge_bytes = 1 << 40
        self.host.etag = None

        def change(_at):
            self.host.data = samples.update_file(NEW, version=[2, 0, len(self.host.asked)])

        self.host.on_read = change
        self.edge.ask()
        self.assertEqual(self.edge.play(), FAILED)
        self.assertLessEqual(len(self.host.asked), 5)
        self.assertEqual(self.host.open, 0)

    def test_while_it_waits_for_the_network_nothing_is_loaded(self):
        self.edge.ask()
        self.edge.is_up = False
        sentinel = sys.modules["firmware.update_attempt"] = object()
        try:
            self.edge.play(3)
            self.assertEqual(self.edge.update.job.phase, "downloading")
            self.assertIs(sys.modules.get("firmware.update_attempt"), sentinel)
        finally:
            sys.modules.pop("firmware.update_attempt", None)
        self.edge.is_up = True
        self.edge.play()
        self.assertTrue(self.is_staged())

    def test_a_connection_cut_at_20_places_goes_on_from_there(self):
        for number in range(20):
            self.setUp()
            self.host.cut_at = cut_at = 10 + number * (len(FILE) - 11) // 19
            self.edge.ask(retries=1)
            self.edge.play(4)
            self.assertEqual(self.edge.update.job.attempts_left, 1, cut_at)
            self.host.cut_at = None
            self.edge.play()
            self.assertTrue(self.is_staged(), cut_at)
            kept = max(0, cut_at - HEAD) // 4096 * 4096
            again = (HEAD + kept, self.host.etag) if cut_at >= HEAD else (0, None)
            self.assertEqual(self.host.asked, [(0, None), again], cut_at)
            self.assertLessEqual(self.host.sent, len(FILE) + max(HEAD, 4096))

    def test_a_weak_etag_joins_no_parts(self):
        self.host.etag = 'W/"one"'
        self.host.cut_at = HEAD + 9000
        self.edge.ask(retries=1)
        self.edge.play(4)
        self.host.cut_at = None
        self.edge.play()
        self.assertTrue(self.is_staged())
        self.assertEqual(self.host.asked, [(0, None), (0, None)])

    def test_a_reset_at_20_places_goes_on_from_what_is_on_the_flash(self):
        for number in range(20):
            self.setUp()
            self.host.cut_at = cut_at = 10 + number * (len(FILE) - 11) // 19
            self.edge.ask(retries=1)
            self.edge.play(4)
            self.edge.power_up()
            self.host.cut_at = None
            self.edge.play()
            self.assertTrue(self.is_staged(), cut_at)
            self.assertLessEqual(self.host.sent, len(FILE) + max(HEAD, 4096))

    def broken(self, cut_at=30000):
        self.host.cut_at = cut_at
        self.edge.ask(retries=1)
        self.edge.play(4)
        self.host.cut_at = None

    def test_another_file_in_between_starts_over(self):
        self.broken()
        other = samples.payload(50000, 9)
        self.host.data, self.host.etag = samples.update_file(other), '"two"'
        self.edge.play()
        self.assertTrue(self.is_staged(other))

    def test_a_server_that_knows_no_parts_starts_over(self):
        self.broken()
        self.host.knows_parts = False
        self.edge.play()
        self.assertTrue(self.is_staged())

    def test_without_an_etag_every_try_is_a_new_one(self):
        self.host.etag = None
        self.broken()
        self.edge.play()
        self.assertEqual(self.host.asked, [(0, None), (0, None)])
        self.assertTrue(self.is_staged())

    def test_a_part_that_the_server_refuses_is_not_asked_for_again(self):
        self.edge.ask(retries=2)
        self.host.cut_at = 30000
        self.edge.play(4)
        self.host.cut_at, self.host.error = None, StatusError(416)
        self.edge.play(2)
        self.host.error = None
        self.edge.play()
        self.assertEqual(self.host.asked[-1], (0, None))
        self.assertTrue(self.is_staged())

    def test_an_old_image_in_the_slot_is_not_gone_on_with(self):
        slot = FileSlot(self.edge.files, "b")
        slot.append(NEW)
        slot.publish(samples.header(NEW))
        self.assertEqual(slot.resume(Header(samples.header(NEW))), 0)
        self.good()

    def test_a_slot_that_rotted_between_two_tries(self):
        self.broken()
        data = bytearray(self.edge.files.read("/slots/b.rom", 1 << 20))
        data[5000] ^= 1
        self.edge.files.write("/slots/b.rom", data)
        self.edge.play()
        self.assertTrue(self.is_staged())

    def test_transport_failures(self):
        for error in (ConnectError("refused"), StatusError(404), TlsError("expired", "date")):
            self.setUp()
            self.host.error = error
            self.edge.ask()
            self.assertEqual(self.edge.play(), FAILED)
            self.good()

    def test_a_network_that_is_gone_costs_no_attempt(self):
        self.host.cut_at = 30000
        self.host.on_read = lambda at: setattr(self.edge, "is_up", at < 20000)
        self.edge.ask()
        self.edge.play(4)
        self.assertEqual(self.edge.update.job.attempts_left, 1)
        asked = len(self.host.asked)
        self.edge.play(4)
        self.assertEqual(len(self.host.asked), asked, "no try without a network")
        self.edge.is_up = True
        self.host.cut_at = self.host.on_read = None
        self.edge.play()
        self.assertTrue(self.is_staged())

    def test_refused_content(self):
        flipped = bytearray(FILE)
        flipped[-1] ^= 1
        for data in (
            b"<html>" * 100,
            b"",
            bytes(flipped),
            FILE + b"more",
            samples.update_file(NEW, compatible=["toaster"]),
            samples.update_file(NEW, version=[0, 9, 0], floor=[1, 0, 0]),
        ):
            self.setUp()
            self.host.data = data
            self.edge.ask(retries=3)
            self.assertEqual(self.edge.play(), REFUSED)
            self.assertEqual(len(self.host.asked), 1, "never again")
            self.good()

    def test_a_full_disk(self):
        free = self.edge.files.free_bytes
        self.edge.files.free_bytes = lambda: 50000
        self.edge.ask()
        self.assertEqual(self.edge.play(), REFUSED)
        self.edge.files.free_bytes = free
        self.good()

    def test_unsigned_files_need_leave(self):
        self.edge.trust.allow_unsigned = False
        self.edge.ask()
        self.assertEqual(self.edge.play(), REFUSED)
        self.assertIsNone(FileSlot(self.edge.files, "b").header())
        self.assertIsNone(self.edge.files.size("/slots/b.rom"), "nothing was written")
        self.assertEqual(
            self.edge.events, [["InvalidFirmwareSignature", "the file is not signed"]]
        )
        self.edge.trust.allow_unsigned = True
        self.good()
        self.assertIn("NOT CHECKED", " ".join(self.edge.lines))

    def mend(self):
        self.host.error = None

    def test_no_heap_for_a_second_session(self):
        for error in (MemoryError(), TlsError("TLS can't start: [Errno 12] ENOMEM")):
            self.edge = Edge(FILE, link=Link())
            self.host = self.edge.host
            self.host.error = error
            self.edge.link.on_hold = self.mend
            self.edge.ask()
            self.assertEqual(self.edge.play(), ["Downloading", "Downloaded"])
            self.assertEqual(self.edge.link.held, [True, False])
            self.assertTrue(self.is_staged())

    def test_no_heap_even_alone(self):
        self.edge = Edge(FILE, link=Link())
        self.edge.host.error = MemoryError()
        self.edge.ask()
        self.assertEqual(self.edge.play(), FAILED)
        self.assertEqual(self.edge.link.held, [True, False], "connected again")


if __name__ == "__main__":
    unittest.main()
