"""An outbox without room: samples in the middle go, evenly; begins and ends never."""

import unittest

from cut_files import CutFiles, PowerCut
from firmware.ocpp16.outbox_thinning import make_room
from outbox_bench import OutboxBench


class Full(OutboxBench):
    def fill(self):
        numbers = []
        for _ in range(4):
            number = self.start()
            numbers.append(number)
            self.samples(number, 900)
            self.stop(number)
        return numbers

    def test_full_outbox_drops_middle_samples_evenly(self):
        self.outbox.ready(0)
        numbers = self.fill()
        size = sum(len(data) for data in self.files.data.values())
        self.assertLess(size, 110000)
        count = len(self.outbox)
        self.boot()
        self.assertEqual(len(self.outbox), count)
        ends = []
        last = 0
        for _ in range(count):
            action, payload, _ = next(self.each())
            if action != "MeterValues":
                ends.append(action)
                last = 0
            else:
                value = int(payload["meterValue"][0]["sampledValue"][0]["value"])
                self.assertIn(value - last, range(17))
                last = value
        self.assertEqual(ends, ["StartTransaction", "StopTransaction"] * len(numbers))
        self.assertEqual(len(self.files.data), 2)

    def test_segment_in_flight_is_never_thinned(self):
        number = self.start()
        self.assertTrue(self.outbox.ready(0))
        first = self.outbox.take()
        for _ in range(4):
            self.samples(number, 900)
        self.outbox.delivered(0, 7)
        self.assertEqual(first[0], "StartTransaction")
        values = []
        for _, payload, _ in self.drain()[:50]:
            values.append(int(payload["meterValue"][0]["sampledValue"][0]["value"]))
        self.assertEqual(values, list(range(50)))

    def test_nothing_but_begins_and_ends(self):
        count = 0
        while not self.outbox.full:
            self.stop(self.start())
            count += 1
        self.assertGreater(count, 600)
        self.stop(count)  # those that are under way still end
        self.samples(0, 5)
        self.assertEqual(len(self.outbox), 2 * count + 1)
        self.boot()
        self.assertTrue(self.outbox.full)
        self.assertEqual(sum(1 for _ in self.each()), 2 * count + 1)
        self.assertFalse(self.outbox.full)

    def test_power_cuts_while_thinning(self):
        for after in (False, True):
            for cut_at in (1, 2, 3, 4):
                with self.subTest(cut_at=cut_at, after=after):
                    self.thin_and_cut(cut_at, after)

    def thin_and_cut(self, cut_at, after):
        self.files = files = CutFiles()
        self.boot()
        number = self.start()
        self.samples(number, 500)
        self.stop(number)
        segments = self.outbox.segments
        before = segments.count
        files.cut_at = files.operations + cut_at
        files.after = after
        try:
            make_room(segments, self.lines.append)
            make_room(segments, self.lines.append)
        except PowerCut:
            pass
        self.assertTrue(files.is_dead)
        files.restore_power()
        self.boot()
        count = len(self.outbox)
        self.assertLessEqual(count, before)
        messages = self.drain()
        self.assertEqual(len(messages), count)
        self.assertEqual(len({unique_id for _, _, unique_id in messages}), count)
        actions = [action for action, _, _ in messages]
        self.assertEqual((actions[0], actions[-1]), ("StartTransaction", "StopTransaction"))
        self.assertEqual(len([name for name in files.data if "/outbox/" in name]), 1)


if __name__ == "__main__":
    unittest.main()
