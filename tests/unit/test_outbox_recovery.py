"""What the outbox finds at the start: damage, a lost state file, another version's."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.outbox import PATH
from firmware.ocpp16.outbox_recovery import take_up
from firmware.ocpp16.segments import path, sealed
from outbox_bench import OutboxBench


class Recovery(OutboxBench):
    def test_damaged_lines_are_passed_over(self):
        number = self.start()
        self.samples(number, 20)
        self.stop(number)
        data = self.files.data[path(1)]
        count = data.count(b"\n")
        for line in range(count):
            lines = data.split(b"\n")
            lines[line] = lines[line][:12] + b"#" + lines[line][13:]
            self.files.data[path(1)] = b"\n".join(lines)
            self.boot()
            length = len(self.outbox)
            self.assertEqual(length, 22 - (line >= 2))
            self.assertEqual(len(self.drain()), length)
            self.files.data = {path(1): data}

    def test_torn_tail(self):
        number = self.start()
        self.samples(number, 3)
        data = self.files.data[path(1)]
        for cut in range(1, 40):
            self.files.data = {path(1): data[:-cut]}
            self.boot()
            self.stop(number)
            self.boot()
            actions = [action for action, _, _ in self.drain()]
            self.assertEqual(actions[:3], ["StartTransaction", "MeterValues", "MeterValues"])
            self.assertEqual(actions[-1], "StopTransaction")

    def test_garbage_in_the_state_file(self):
        for data in (
            b"", b"{", b"[]", b"7", b'{"at":7}', b'{"at":[0,0]}', b'{"at":["1",0]}',
            b'{"at":[1,-1]}', b'{"open":[1]}', b'{"open":[{}]}', b'{"registers_wh":["x"]}',
            b'{"saved":7}', b'{"open":{}}', b"\xff\xfe",
        ):  # fmt: skip
            self.files.data = {}
            self.boot()
            number = self.start()
            self.stop(number)
            self.files.data[PATH] = data
            self.boot()
            self.assertEqual(
                [action for action, _, _ in self.drain()],
                ["StartTransaction", "StopTransaction"],
            )

    def test_a_flipped_bit_in_the_state_file_is_never_believed(self):
        self.evse.connectors[0].register.wh = 1234567
        number = self.start(1234567)
        self.drain()
        whole = self.files.data[PATH]
        segments = dict(self.files.data)
        for index in range(len(whole)):
            for bit in (1, 8, 64):
                self.files.data = dict(segments)
                data = bytearray(whole)
                data[index] ^= bit
                self.files.data[PATH] = bytes(data)
                self.boots = 0
                self.boot()
                # The begin is in its segment still, and so is what the meter showed.
                self.assertEqual(self.evse.connectors[0].register.wh, 1234567)
                open_now = [(record["n"], record.get("id")) for record in self.outbox.left_open]
                self.assertIn(open_now, ([(number, 7)], [(number, None)]))

    def test_no_state_file_stops_the_start(self):
        start = '{"connectorId": %s, "idTag": "A", "meterStart": 1, "timestamp": "t"}'
        record = '{"schema": 1, "open": [{"n": 1, "id": 1, "start": %s}], "at": [1, 0]}' % start
        for text in (
            '{"registers_wh": [1e999], "at": [1, 0]}', "[" * 8000, '{"at": [1e999, 0]}',
            record % "1000000000", record % "-1", record % "1e999", record % "true",
            '{"registers_wh": [1], "at": [1, 0], "crc": 5}',
            '{"registers_wh": [1], "at": [1, 0], "crc": "x"}',
        ):  # fmt: skip
            self.files = MemoryFiles()
            self.files.data[PATH] = text.encode()
            self.boot()
            self.assertEqual(self.evse.connectors[0].register.wh, 0)
            self.stop(self.start())
            self.assertEqual(len(self.drain()), 2)

    def test_no_memory_for_the_state_file(self):
        self.drain()
        read = self.files.read

        def fail(path, limit):
            self.files.read = read
            raise MemoryError

        self.files.read = fail
        self.boot()
        self.stop(self.start())
        self.assertEqual(len(self.drain()), 2)

    def test_lost_state_file_finds_the_oldest_segment_and_the_ids(self):
        for _ in range(3):
            number = self.start()
            self.drain()
            self.samples(number, 100)
            self.drain()
            self.stop(number)
            self.drain()
        number = self.start()
        self.samples(number, 150)
        self.outbox.ready(0)
        first = self.outbox.take()
        self.outbox.interrupted()
        del self.files.data[PATH]
        self.boot()
        ids = [unique_id for _, _, unique_id in self.drain()]
        # What was delivered from the same segment goes out again, by the same id.
        at = ids.index(first[3])
        self.assertLess(at, 3)
        self.assertEqual(len(ids) - at, 151)

    def test_unknown_kinds_and_later_fields(self):
        self.stop(self.start())
        self.files.data[path(1)] += sealed("Z 1 2 later version")
        state = json.loads(self.files.data[PATH])
        state["later"] = {"a": 1}
        self.files.data[PATH] = json.dumps(state).encode()
        self.boot()
        self.start()
        self.assertEqual(len(self.drain()), 3)

    def test_old_version_is_taken_up_but_not_in_a_trial(self):
        start = {"connectorId": 1, "idTag": "A", "meterStart": 5, "timestamp": "t"}
        stop = {"meterStop": 9, "timestamp": "+7", "reason": "Local"}
        old = {
            "schema": 1,
            "registers_wh": [30, 40],
            "open": [
                {"start": start, "stop": stop},
                {"start": start, "id": 66, "stop": stop},
                {"start": dict(start, connectorId=2), "id": 67, "last": "v"},
            ],
        }
        self.files = MemoryFiles()
        self.files.data[PATH] = json.dumps(old).encode()
        self.boot(True)
        self.assertEqual((len(self.outbox), self.outbox.held), (0, True))
        self.outbox.save(0)
        kept = json.loads(self.files.data[PATH])
        self.assertEqual((kept["open"], kept["registers_wh"]), (old["open"], [30, 40]))
        for way in ("confirmed", "next boot", "again"):
            if way == "confirmed":
                self.boot(True)
                take_up(self.outbox)
            else:
                self.boot()
            self.assertFalse(self.outbox.held)
            self.assertEqual([record["id"] for record in self.outbox.left_open], [67])
            self.assertEqual(self.outbox.left_open[0]["last"], "v")
        self.stop(self.outbox.left_open[0]["n"])
        ids = [payload.get("transactionId") for _, payload, _ in self.drain()]
        self.assertEqual(ids, [None, 7, 66, 67])
        self.boot()
        self.assertEqual((len(self.outbox), self.outbox.open), (0, []))


if __name__ == "__main__":
    unittest.main()
