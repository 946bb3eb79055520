"""Runs one simulated chip: starts its process, resets it, cuts its power, watches its watchdog."""

import asyncio
import re
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

from ucharge.errors import UserError
from ucharge.sim import process, provision
from ucharge.sim.bus import ChipBus
from ucharge.sim.vehicle import Vehicle
from ucharge.sim.watchdog import Watchdog

CAUSE_POWER_ON = 1
CAUSE_WATCHDOG = 3  # the RP2 says so of machine.reset() as well; REASON tells them apart
REASON_TIMER = 1
REASON_FORCED = 2

# what ended a run -> (reset cause, REASON register) of the next start
_NEXT_START = {
    "cut": (CAUSE_POWER_ON, 0),
    "reset": (CAUSE_WATCHDOG, REASON_FORCED),
    "watchdog": (CAUSE_WATCHDOG, REASON_TIMER),
    "crash": (CAUSE_WATCHDOG, REASON_TIMER),
}
_START_S = 20.0

# What the chip is wired to when the board's dict does not say.
_WIRING = {
    "contactor_pin": 15,
    "contactor_feedback_pin": 14,
    "pilot_pwm_pin": 16,
    "pilot_adc_pin": 26,
    "pilot_span_mv": 30000,
    "pilot_offset_mv": -15000,
    "meter_pin": 17,
    "meter_wh_per_pulse": 1,
}


class ChipError(UserError):
    """The chip can't start or restarts without end, or what was waited for did not come."""


class Reset(NamedTuple):
    """The end of a run. kind: "reset", "soft_reset", "watchdog", "crash" or "cut" (power)."""

    kind: str
    cause: int  # machine.reset_cause() of the start that follows
    at_s: float  # time.monotonic()


class Line(str):
    """A line of the console; ``at_s`` is its time.monotonic()."""

    at_s = 0.0


class Chip:
    """One chip with its flash in ``directory``; as an async context manager it starts and stops.

    board: the board.json dict. heapsize: of MicroPython ("176K"). cut_at: the power is cut at that
    flash operation, counted from provisioning; torn: in its midst; it comes back at once unless
    ``restart_after_cut`` is False. blocking: dict of name -> ms, see chip/blocking.py.
    watchdog_scale: factor on the watchdog's time. on_console(Line) is called for every line.
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
        on_console=None,
        max_restarts_per_minute=60,
        sectors=provision.SECTORS,
    ):
        self.directory = Path(directory)
        self.board = {**_WIRING, **(board or {})}
        self.heapsize = heapsize
        self.vehicle = vehicle or Vehicle()
        self.cut_at = cut_at
        self.torn = torn
        self.restart_after_cut = restart_after_cut
        self.blocking = blocking
        self.unique_id = unique_id
        self.wifi = wifi
        self.on_console = on_console
        self.max_restarts_per_minute = max_restarts_per_minute
        self.sectors = sectors
        self.console = []
        self.resets = []
        self.boots = 0
        self.outputs = {}  # pin -> level driven
        self.fakes_heap = None  # bytes of the chip's heap that the fakes take
        self.heap_free = None  # bytes free when boot.py starts
        self._weld = None
        self._is_ready = False
        self._ending = None
        self._scratch = [0, 0, 0, 0]
        self._starts = deque()
        self._process = None
        self._tasks = []
        self._bus = ChipBus(self._receive)
        self._watchdog = Watchdog(self._bite, watchdog_scale)
        self.vehicle.wh_per_pulse = self.board["meter_wh_per_pulse"]
        self.vehicle.on_pilot = self._send_pilot
        self.vehicle.on_pulses = self._send_pulses

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    # The flash, while the chip is off.

    @property
    def flash_path(self):
        """The file that is the flash."""
        return self.directory / "flash.bin"

    @property
    def operations(self):
        """Erases and programmed pages since provisioning."""
        return int.from_bytes(self._counter_path.read_bytes(), "little")

    def provision(self, files):
        """Make the flash anew from a dict of device path -> bytes. Raises FlashFull."""
        self._must_be_off()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.flash_path.write_bytes(provision.make_image(files, self.sectors))
        self._counter_path.write_bytes(bytes(4))

    def read_file(self, path):
        """The bytes of a file in the flash, None where it is missing."""
        self._must_be_off()
        return provision.read_file(self.flash_path.read_bytes(), path)

    def list_files(self):
        """Dict of device path -> size."""
        self._must_be_off()
        return provision.list_files(self.flash_path.read_bytes())

    # Power, reset, the world.

    @property
    def is_on(self):
        """The chip has power: its process runs or is being started again."""
        return bool(self._tasks) and not self._tasks[0].done()

    async def start(self):
        """Switch the power on; returns when boot.py is about to run. Raises ChipError."""
        self._must_be_off()
        if not self.flash_path.exists():
            raise ChipError(f"no flash in {self.directory}", "call provision() first")
        await self._bus.open()
        self._is_ready = False
        self._starts.clear()
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
            self._record("cut")
        await self.stop()

    async def stop(self):
        """End the process; nothing is recorded. Harmless on a chip that is off."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._bus.close()
        self._float_outputs()

    def interrupt(self):
        """Ctrl-C on the console: KeyboardInterrupt at the firmware's next use of the hardware."""
        self._bus.send("interrupt")

    def set_wifi(self, state):
        """The network the chip may join: "up", "down", "wrong" (password)."""
        self.wifi = state
        self._bus.send(f"wifi {state}")

    def set_weld(self, level):
        """Stick the contactor's feedback at 0 or 1; None frees it."""
        self._weld = level
        self._bus.send(f"weld {'-' if level is None else level}")

    def set_level(self, pin, level):
        """Put a level on an input pin; lost when the chip is reset."""
        self._bus.send(f"level {pin} {level}")

    async def wait_until(self, predicate, timeout_s=30.0, what="what was waited for"):
        """The first true value of ``predicate()``. Raises ChipError, with the console's end."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = predicate()
            if value:
                return value
            if self._tasks and self._tasks[0].done() and not self._tasks[0].cancelled():
                self._tasks[0].result()  # raises what ended the chip
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
        cause, reason = CAUSE_POWER_ON, 0
        self._scratch = [0, 0, 0, 0]
        while True:
            self._bound_restarts()
            kind = await self._run(cause, reason)
            if kind == "soft_reset":
                cause_after = cause
            else:
                cause_after, reason = _NEXT_START[kind]
            self._record(kind, cause_after)
            if kind == "crash" and not self._is_ready:
                raise ChipError(f"the chip's process can't start{self._tail()}")
            cause = cause_after
            if kind != "soft_reset":
                self._float_outputs()
            if kind == "cut":
                self._scratch = [0, 0, 0, 0]
                if not self.restart_after_cut:
                    return

    async def _run(self, cause, reason):
        """One process from start to end; returns what ended it."""
        self.boots += 1
        self._ending = None
        self._is_ready = False
        self._bus.expect(self.boots, self._settings(cause, reason))
        self._process = await process.start(
            self._bus.port, self.boots, self.heapsize, self.directory
        )
        try:
            await self._read_console(self._process.stdout)
            await self._process.wait()
            await self._bus.drained(5.0)
        finally:
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
        return self._ending or "crash"

    def _settings(self, cause, reason):
        high_mv, low_mv = self.vehicle.plateaus_mv
        return {
            **{key: self.board[key] for key in _WIRING},
            "flash": str(self.flash_path.resolve()),
            "counter": str(self._counter_path.resolve()),
            "sectors": self.sectors,
            "operations": self.operations,
            "cut_at": self.cut_at,
            "torn": self.torn,
            "cause": cause,
            "reason": reason,
            "scratch": self._scratch,
            "unique_id": self.unique_id,
            "outputs": list(self.outputs.items()),
            "watchdog_ms": self._watchdog.timeout_ms or 0,
            "high_mv": high_mv,
            "low_mv": low_mv,
            "wifi": self.wifi,
            "weld": self._weld,
            "blocking": self.blocking,
        }

    async def _read_console(self, stream):
        while True:
            try:
                data = await stream.readline()
            except ValueError:  # a line without end: what was read of it is dropped
                continue
            if not data:
                return
            line = Line(data.decode(errors="replace").rstrip("\r\n"))
            line.at_s = time.monotonic()
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
            self._set_output(args[0], None if args[1] == "-" else int(args[1]))
        elif word == "pwm":
            self._set_output(args[0], None)
            if int(args[0]) == self.board["pilot_pwm_pin"]:
                self._set_pilot(int(args[1]), int(args[2]))
        elif word == "scratch":
            self._scratch[int(args[0])] = int(args[1])
        elif word == "ready":
            self.fakes_heap, self.heap_free = int(args[0]), int(args[1])
            self._is_ready = True
            self._send_pilot()
        elif word in ("reset", "soft_reset", "cut"):
            self._ending = self._ending or word
            self._bus.send("bye")

    def _set_output(self, name, level):
        pin = int(name) if name.isdigit() else name
        if level is None:
            self.outputs.pop(pin, None)
        else:
            self.outputs[pin] = level
        if pin == self.board["contactor_pin"]:
            self.vehicle.set_contactor(level == 1)
        elif pin == self.board["pilot_pwm_pin"]:
            self.vehicle.set_pilot_duty(None)

    def _set_pilot(self, freq, duty):
        is_steady = duty in (0, 65535) or not 980 <= freq <= 1020
        self.vehicle.set_pilot_duty(None if is_steady else round(duty * 1000 / 65535))

    def _float_outputs(self):
        self._watchdog.disarm()
        for pin in list(self.outputs):
            self._set_output(str(pin), None)
        self.vehicle.set_pilot_duty(None)

    def _send_pilot(self):
        self._bus.send("pilot {} {}".format(*self.vehicle.plateaus_mv))

    def _send_pulses(self, count):
        self._bus.send(f"pulse {self.board['meter_pin']} {count}")

    def _bite(self):
        self._ending = "watchdog"
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _record(self, kind, cause=CAUSE_POWER_ON):
        self.resets.append(Reset(kind, cause, time.monotonic()))

    def _bound_restarts(self):
        now = time.monotonic()
        self._starts.append(now)
        while self._starts[0] < now - 60:
            self._starts.popleft()
        if len(self._starts) > self.max_restarts_per_minute:
            kinds = ", ".join(reset.kind for reset in self.resets[-5:])
            raise ChipError(
                f"the chip started {len(self._starts)} times in a minute (last: {kinds})"
                + self._tail(),
                "look at its console, or raise max_restarts_per_minute",
            )

    def _tail(self):
        return "".join("\n  | " + line for line in self.console[-15:])

    def _must_be_off(self):
        if self.is_on:
            raise ChipError("the chip is on", "stop() or kill() it first")

    @property
    def _counter_path(self):
        return self.directory / "flash.operations"
