"""The end of a run: the contactor opens before anybody is said goodbye to."""

import unittest

from asynctest import run
from firmware.app import App
from ticks import sleep_ms


class Contactor:
    on = True

    def set(self, on):
        self.on = on


class Part:
    """Stands for each of the application's parts."""

    def __init__(self):
        self.contactor = Contactor()
        self.seen = []

    async def turn(self, _=None):
        while True:
            self.contactor.set(True)
            await sleep_ms(5)


class Outlet(Part):
    run = Part.turn


class Other(Part):
    async def run(self, *_):
        await sleep_ms(60000)


class Supervisor:
    async def run(self, tasks, turn):
        await sleep_ms(30)


class EndTest(unittest.TestCase):
    def test_the_contactor_opens_before_the_link_is_closed(self):
        seen = []
        outlet = Outlet()

        class Link(Other):
            async def close(self):
                for _ in range(4):
                    seen.append(outlet.contactor.on)
                    await sleep_ms(20)

        class Log:
            def __call__(self, line):
                pass

            def flush(self):
                seen.append("flushed")

        class Bare(App):
            def __init__(self):
                pass

        app = Bare()
        app.log = Log()
        app._outlet, app._link, app._updater = outlet, Link(), Other()
        app._supervisor = Supervisor()
        app._board = outlet

        async def test():
            await app.run()

        with Heap():
            run(test())
        self.assertEqual(seen, [False] * 4 + ["flushed"])


class Heap:
    """CPython's gc tells nothing of the heap."""

    def __enter__(self):
        import gc

        self.added = [name for name in ("mem_alloc", "mem_free") if not hasattr(gc, name)]
        for name in self.added:
            setattr(gc, name, lambda: 0)

    def __exit__(self, *_):
        import gc

        for name in self.added:
            delattr(gc, name)


if __name__ == "__main__":
    unittest.main()
