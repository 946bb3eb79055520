"""The application's turn: a weld is kept until it is written, a starved outlet is logged."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.app import App
from firmware.evse.evse import Evse
from firmware.weld_latch import PATH
from ticks import ticks_add


class Files(MemoryFiles):
    """``error``: what writing raises."""

    error = None
    tries = 0

    def write(self, path, data):
        self.tries += 1
        if self.error is not None:
            raise self.error
        MemoryFiles.write(self, path, data)


class Part:
    """Stands for each of the application's parts."""

    is_set = is_trial = reset_requested = failed = credentials_changed = False
    work = offer = None

    def tick(self, now_ms):
        pass

    def ready_to_reset(self, now_ms):
        return False


class Log(Part):
    def __init__(self):
        self.lines = []

    def __call__(self, line):
        self.lines.append(line)


class Bare(App):
    def __init__(self):
        self.context = Part()
        self.context.files = Files()
        self.log = Log()
        self.charge_point = Part()
        self.charge_point.evse = Evse(16000)
        self._board = self._clock = self._update = Part()
        self._renewal = self._judge = None
        self._outlet = Part()
        self._is_due = False
        self._welded = 0
        self._again_ms = None


class TurnTest(unittest.TestCase):
    def setUp(self):
        self.app = Bare()
        self.files = self.app.context.files
        self.faults = self.app.charge_point.evse.connectors[0].faults
        self.now_ms = ticks_add(0, -30000)  # wraps on the way

    def turns(self, seconds):
        for _ in range(seconds * 10):
            self.now_ms = ticks_add(self.now_ms, 100)
            self.app._turn(self.now_ms)

    def kept(self):
        data = self.files.data.get(PATH)
        return data and json.loads(data)["weld"]

    def test_a_weld_is_written_once(self):
        self.faults.set("weld", True)
        self.turns(60)
        self.assertEqual((self.kept(), self.files.tries), ([1], 1))
        self.faults.clear("weld")
        self.turns(1)
        self.assertEqual((self.kept(), self.files.tries), ([], 2))

    def test_a_weld_is_written_in_the_end(self):
        for error in (OSError(28), MemoryError()):
            self.setUp()
            self.files.error = error
            self.faults.set("weld", True)
            self.turns(35)
            self.assertIsNone(self.kept())
            self.assertEqual((self.files.tries, len(self.app.log.lines)), (4, 4))
            self.files.error = None
            self.turns(10)
            self.assertEqual(self.kept(), [1])
            self.turns(60)
            self.assertEqual(self.files.tries, 5)

    def test_a_turn_that_lacked_memory_is_logged_once(self):
        self.app._outlet.failed = True
        self.turns(1)
        self.assertEqual(self.app.log.lines, ["outlet: a turn lacked memory"])
        self.assertFalse(self.app._outlet.failed)


class NetworkTest(unittest.TestCase):
    def test_a_change_without_memory_for_it_ends_nothing(self):
        app = Bare()
        app._link = app._resolver = None
        app._board = Part()
        app._board.tick = lambda now_ms: True
        app._board.wifi = Starved()
        app._turn(1000)
        self.assertEqual(app.log.lines, ["wifi: lost"])


class Starved:
    state = None
    is_connected = True

    @property
    def address(self):
        raise MemoryError


if __name__ == "__main__":
    unittest.main()
