"""The watchdog is fed by proof of life only; a task that ends ends the run."""

import asyncio
import unittest

import samples
from asynctest import run
from firmware.supervisor import Supervisor, TaskEnded
from loader import record, resets
from loader.record import CONFIRMED, TRIAL, Record
from ticks import sleep_ms, ticks_add, ticks_ms


class Chip:
    def __init__(self):
        self.word = 0

    def flags(self):
        return self.word

    def set_flags(self, flags):
        self.word = flags


class Context:
    def __init__(self, state=CONFIRMED, unhealthy=0):
        self.files = samples.folder()
        self.record = Record(state, "a", "b").copy(unhealthy=unhealthy)
        self.chip = Chip()
        self.wdt = self
        self.fed = 0

    @property
    def is_trial(self):
        return self.record.state == TRIAL

    def feed(self):
        self.fed += 1


class Outlet:
    ticks = 0


class TestSupervisor(unittest.TestCase):
    def supervise(self, context, lives_ms, for_ms, healthy_after_s=1000):
        """Steps over virtual time with an outlet that ticks for the first ``lives_ms``."""
        outlet, start_ms = Outlet(), 12345
        supervisor = Supervisor(context, outlet, healthy_after_s, start_ms)
        for age_ms in range(0, for_ms, 100):
            outlet.ticks += 1 if age_ms < lives_ms else 0
            supervisor.step(ticks_add(start_ms, age_ms))

    def end_by(self, task):
        """A run whose only task is ``task``."""

        async def main():
            supervisor = Supervisor(Context(), Outlet(), 1000, ticks_ms())
            await supervisor.run([asyncio.create_task(task)], lambda now_ms: False)

        run(main())

    def test_a_living_outlet_feeds(self):
        context = Context()
        self.supervise(context, 60000, 60000)
        self.assertGreaterEqual(context.fed, 100)

    def test_a_dead_outlet_starves_the_watchdog(self):
        context = Context()
        self.supervise(context, 10000, 60000)
        self.assertLess(context.fed, 25)

    def test_a_task_that_raises_ends_the_run_with_its_error(self):
        async def bad():
            await sleep_ms(10)
            raise ValueError("broken")

        with self.assertRaises(ValueError):
            self.end_by(bad())

    def test_a_task_that_returns_ends_the_run(self):
        async def short():
            await sleep_ms(10)

        with self.assertRaises(TaskEnded):
            self.end_by(short())

    def test_healthy_is_flagged_and_clears_the_count(self):
        context = Context(unhealthy=3)
        self.supervise(context, 5000, 1300, healthy_after_s=1)
        self.assertEqual(context.chip.word & resets.HEALTHY, resets.HEALTHY)
        self.assertEqual(record.read(context.files).unhealthy, 0)

    def test_not_healthy_before_its_time(self):
        context = Context(unhealthy=3)
        self.supervise(context, 5000, 300, healthy_after_s=1)
        self.assertEqual(context.chip.word, 0)
        self.assertIsNone(record.read(context.files))

    def test_a_healthy_boot_without_a_count_writes_nothing(self):
        context = Context()
        self.supervise(context, 5000, 1300, healthy_after_s=1)
        self.assertIsNone(record.read(context.files))


if __name__ == "__main__":
    unittest.main()
