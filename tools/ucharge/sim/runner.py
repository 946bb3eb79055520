"""Runs one simulated chip: starts its process, resets it, cuts its power, watches its watchdog."""

import asyncio
import re
import time

from ucharge.sim import process
from ucharge.sim.bus import ChipBus
from ucharge.sim.console import read_lines
from ucharge.sim.errors import ChipError
from ucharge.sim.flash_file import FlashFile
from ucharge.sim.resets import ResetState, RestartLimit
from ucharge.sim.terminal import Terminal
from ucharge.sim.vehicle import Vehicle
from ucharge.sim.watchdog import Watchdog
from ucharge.sim.world import World

_START_S = 20.0
# What the chip is told as it was given.
_TOLD = ("cut_at", "torn", "unique_id", "name_server", "tls_heap", "blocking")


class Chip(FlashFile):
    """One chip with its flash in ``directory``; as an async context manager it starts and stops.

    board: the board.json dict. heapsize: of MicroPython ("176K"). cut_at: the power is cut at that
    flash operation, counted from provisioning; torn: in its midst; it comes back at once unless
    ``restart_after_cut`` is False. blocking: dict of name -> ms, see chip/blocking.py.
    watchdog_scale: factor on the watchdog's time. name_server: loopback port, or pairs (53, port),
    (123, a time server's). tls_heap: TLS takes heap, as on a board. on_console(Line): each line.
    has_terminal: the console is a terminal too, at ``terminal.path``, for who would speak to a
    board on a serial port.
    """

    def __init__(
        self,
        directory,
        board=None,
        *,
        heapsize="4M",
        vehicle=None,
        cut_at=None,
        torn=False,
        restart_after_cut=True,
        blocking=None,
        watchdog_scale=1.0,
        unique_id="e66118604b123456",
        wifi="up",
        name_server=None,
        tls_heap=False,
        on_console=None,
        max_restarts_per_minute=60,
        sectors=None,
        has_terminal=False,
    ):
        super().__init__(directory, (board or {}).get("family", "rp2"), sectors)
        self.heapsize = heapsize
        self.vehicle = vehicle or Vehicle()
        self.cut_at = cut_at
        self.torn = torn
        self.restart_after_cut = restart_after_cut
        self.blocking = blocking
        self.unique_id = unique_id
        self.name_server = name_server
        self.tls_heap = tls_heap
        self.on_console = on_console
        self.max_restarts_per_minute = max_restarts_per_minute
        self.console = []
        self.resets = []
        self.boots = 0
        self.fakes_heap = None  # bytes of the chip's heap that the fakes take
        self.heap_free = None  # bytes free when boot.py starts
        self._is_ready = False
        self._ending = None
        self._process = None
        self._tasks = []
        self._state = ResetState(self.family)
        self._bus = ChipBus(self._receive)
        self._watchdog = Watchdog(self._bite, watchdog_scale)
        self.terminal = Terminal(self._note_line) if has_terminal else None
        self.world = World(board, self.vehicle, self._bus.send, wifi)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    # Power, reset, the world.

    @property
    def is_on(self) -> bool:
        """The chip has power: its process runs or is being started again."""
        return bool(self._tasks) and not self._tasks[0].done()

    async def start(self):
        """Switch the power on; returns when boot.py is about to run. Raises ChipError."""
        self._must_be_off()
        if not self.flash_path.exists():
            raise ChipError(f"no flash in {self.directory}", "call provision() first")
        await self.stop()  # of a chip that gave up, the car still lives
        await self._bus.open()
        if self.terminal:
            self.terminal.open()
        self._is_ready = False
        self._state.power_on()
        self._tasks = [
            asyncio.create_task(self._live(), name="chip"),
            asyncio.create_task(self.vehicle.run(), name="vehicle"),
        ]
        try:
            await self.wait_until(lambda: self._is_ready, _START_S, "the chip's start")
        except BaseException:
            await self.stop()
            raise

    async def kill(self):
        """Cut the power. The chip stays off until start()."""
        if self.is_on:
            self.resets.append(self._state.after("cut"))
        await self.stop()

    async def stop(self):
        """End the process; nothing is recorded. Harmless on a chip that is off."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._bus.close()
        if self.terminal:
            self.terminal.close()
        self._power_down()

    def interrupt(self):
        """Ctrl-C on the console: KeyboardInterrupt at the firmware's next use of the hardware."""
        if self.terminal:
            self.terminal.type(b"\x03")
        else:
            self._bus.send("interrupt")

    # What can be waited for.

    async def wait_until(self, predicate, timeout_s=30.0, what="what was waited for"):
        """The first true value of ``predicate()``. Raises ChipError, with the console's end."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = predicate()
            if value:
                return value
            for task in self._tasks:
                if task.done() and not task.cancelled():
                    task.result()  # raises what ended the chip or the car
            if time.monotonic() > deadline:
                raise ChipError(f"{what} did not come within {timeout_s} s{self._tail()}")
            await asyncio.sleep(0.01)

    async def wait_console(self, pattern, timeout_s=30.0, start=0):
        """The first console line from index ``start`` on in which the regex is found."""
        seen = re.compile(pattern).search
        return await self.wait_until(
            lambda: next((line for line in self.console[start:] if seen(line)), None),
            timeout_s,
            f"a console line with {pattern!r}",
        )

    async def wait_reset(self, kind=None, timeout_s=30.0, start=0):
        """The first Reset from index ``start`` on, of ``kind`` if given."""
        return await self.wait_until(
            lambda: next((r for r in self.resets[start:] if kind in (None, r.kind)), None),
            timeout_s,
            f"a reset of kind {kind}",
        )

    # One life after another.

    async def _live(self):
        limit = RestartLimit(self.max_restarts_per_minute)
        while True:
            if limit.is_over():
                raise self._no_end()
            kind = await self._run()
            self.resets.append(self._state.after(kind))
            if kind == "crash" and not self._is_ready:
                raise ChipError(f"the chip's process can't start{self._tail()}")
            if kind == "soft_reset":
                self.world.stop_pwm()
            else:
                self._power_down()
            if kind == "cut" and not self.restart_after_cut:
                return

    async def _run(self):
        """One process from start to end; returns what ended it."""
        self.boots += 1
        self._ending = None
        self._is_ready = False
        console = self._begin_console()
        self._bus.expect(self.boots, self._settings())
        self._process = await process.start(
            self._bus.port, self.boots, self.heapsize, self.directory, console
        )
        try:
            await read_lines(self._process.stdout, self._note_line)
            await self._process.wait()
            await self._bus.drained(5.0)
        finally:
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
        return self._ending or "crash"

    def _begin_console(self):
        if self.terminal is None:
            return None
        return self.terminal.begin(self.resets[-1].kind if self.resets else None)

    def _settings(self):
        return {
            **self.world.settings(),
            "flash": str(self.flash_path.resolve()),
            "counter": str(self.counter_path.resolve()),
            "sectors": self.sectors,
            "operations": self.operations,
            **self._state.settings(),
            **{name: getattr(self, name) for name in _TOLD},
            "watchdog_ms": self._watchdog.timeout_ms or 0,
            "terminal": self.terminal is not None,
            "raw_repl": self.terminal is not None and self.terminal.is_raw,
        }

    def _note_line(self, line):
        self.console.append(line)
        if self.on_console:
            self.on_console(line)

    def _receive(self, text):
        """A line from the chip; see ucharge.sim.bus."""
        word, *args = text.split()
        if word == "feed":
            self._watchdog.feed()
        elif word == "wdt":
            self._watchdog.arm(int(args[0]))
        elif word == "pin":
            self.world.set_output(args[0], None if args[1] == "-" else int(args[1]))
        elif word == "pwm":
            self.world.set_pwm(*map(int, args))
        elif word in ("scratch", "rtc", "running"):
            self._state.note(word, args)
        elif word == "ready":
            self.fakes_heap, self.heap_free = int(args[0]), int(args[1])
            self._is_ready = True
            self.world.send_pilot()
        elif word in ("reset", "soft_reset", "abort", "cut"):
            self._ending = self._ending or word
            self._bus.send("bye")

    def _power_down(self):
        self._watchdog.disarm()
        self.world.float_outputs()

    def _bite(self):
        self._ending = "watchdog"
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _no_end(self):
        kinds = ", ".join(reset.kind for reset in self.resets[-5:])
        times = f"the chip was started {self.max_restarts_per_minute} times in a minute"
        return ChipError(
            f"{times} (last ended by: {kinds}){self._tail()}",
            "look at its console, or raise max_restarts_per_minute",
        )

    def _tail(self):
        return "".join("\n  | " + line for line in self.console[-15:])
