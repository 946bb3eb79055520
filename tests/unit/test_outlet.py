"""The outlet's task: what a turn does, and that the contactor opens however it ends."""

import asyncio
import sys
import unittest

from asynctest import run
from firmware.evse.evse import Evse
from firmware.outlet import Outlet


class Pilot:
    """Reads B without an offer, C with one."""

    def __init__(self):
        self.duty = None
        self.fails = False

    def read(self):
        if self.fails:
            raise OSError(5)
        return (9000, 9000) if self.duty is None else (6000, -12000)

    def set_duty(self, tenths):
        self.duty = tenths


class Contactor:
    def __init__(self):
        self.on = False

    def set(self, on):
        self.on = on

    def feedback(self):
        return self.on


class Meter:
    wh = 0


class Surroundings:
    turns = 0

    def tick(self, now_ms):
        self.turns += 1


class OutletTest(unittest.TestCase):
    def setUp(self):
        self.evse = Evse(16000)
        self.pilot, self.contactor = Pilot(), Contactor()
        self.surroundings = Surroundings()
        self.outlet = Outlet(self.evse, self.pilot, self.contactor, Meter(), self.surroundings)

    async def charge(self):
        task = asyncio.create_task(self.outlet.run())
        while not self.evse.connectors[0].plugged:
            await asyncio.sleep(0.01)
        self.evse.connectors[0].authorize("TAG", 0)
        for _ in range(200):
            if self.contactor.on:
                break
            await asyncio.sleep(0.01)
        self.assertTrue(self.contactor.on)
        self.assertEqual(self.pilot.duty, 266)
        self.assertGreater(self.surroundings.turns, 5)
        self.assertEqual(self.surroundings.turns, self.outlet.ticks)
        return task

    def test_opens_when_the_task_is_cancelled(self):
        async def story():
            task = await self.charge()
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            self.assertFalse(self.contactor.on)
            self.assertIsNone(self.pilot.duty)

        run(story())

    def test_opens_when_the_hardware_fails(self):
        async def story():
            task = await self.charge()
            self.pilot.fails = True
            with self.assertRaises(OSError):
                await task
            self.assertFalse(self.contactor.on)
            self.assertIsNone(self.pilot.duty)

        run(story())

    def starve(self, connector, turns):
        """That many turns of ``connector`` lack memory, in the midst of it."""
        real = connector._switch

        def lacking(now_ms):
            if turns:
                turns.pop()
                raise MemoryError
            real(now_ms)

        connector._switch = lacking

    def test_goes_on_after_a_turn_without_memory(self):
        async def story():
            task = await self.charge()
            self.assertFalse(self.outlet.failed)
            turns = self.outlet.ticks
            self.starve(self.evse.connectors[0], [1])
            while self.outlet.ticks < turns + 20:
                await asyncio.sleep(0.01)
                self.assertTrue(self.contactor.on)
            self.assertTrue(self.outlet.failed)
            self.assertFalse(task.done())
            task.cancel()

        run(story())

    def test_turn_without_memory_still_opens(self):
        async def story():
            task = await self.charge()
            connector = self.evse.connectors[0]
            real = connector._show

            def lacking(now_ms):
                connector._show = real
                raise MemoryError

            connector._show = lacking  # after it was decided
            connector.contactor.open(0)
            while not self.outlet.failed:
                await asyncio.sleep(0.01)
            self.assertFalse(self.contactor.on)
            task.cancel()

        run(story())

    def test_opens_when_memory_stays_short(self):
        async def story():
            task = await self.charge()
            self.starve(self.evse.connectors[0], [1, 1])
            with self.assertRaises(MemoryError):
                await task
            self.assertFalse(self.contactor.on)
            self.assertIsNone(self.pilot.duty)

        run(story())

    def test_turns_without_memory_may_be_10_s_apart(self):
        async def story():
            task = await self.charge()
            for _ in range(3):
                self.outlet.failed = False
                self.outlet.ticks += 500
                self.starve(self.evse.connectors[0], [1])
                while not self.outlet.failed:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            self.assertTrue(self.contactor.on)
            task.cancel()

        run(story())


class HeapTest(unittest.TestCase):
    def test_a_turn_allocates_nothing(self):
        if sys.implementation.name != "micropython":
            self.skipTest("CPython's heap can't be locked")
        import micropython

        evse = Evse(16000)
        connector = evse.connectors[0]
        now_ms = 0
        for high_mv, low_mv, meter_wh in (
            (12000, 12000, 0), (9000, 9000, 0), (9000, -12000, 0), (6000, -12000, 0),
            (6000, -12000, None), (12000, 12000, 0),
        ):  # fmt: skip
            if high_mv == 9000:
                connector.authorize("TAG", now_ms)
            for turn in range(100):
                now_ms += 20
                if turn > 60:  # what changes at first may be noted down
                    micropython.heap_lock()
                try:
                    evse.tick(now_ms, high_mv, low_mv, meter_wh, connector.contactor.on)
                finally:
                    if turn > 60:
                        micropython.heap_unlock()


if __name__ == "__main__":
    unittest.main()
