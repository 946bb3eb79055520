"""An emulated Pico W for a Bench: as ucharge.sim.runner's Chip, with the real firmware in it."""

import asyncio
import re
import sys
import time
from pathlib import Path

from ucharge.emulator import serial
from ucharge.sim.bus import ChipBus
from ucharge.sim.console import read_lines
from ucharge.sim.errors import ChipError
from ucharge.sim.provision import make_image
from ucharge.sim.resets import ResetState
from ucharge.sim.vehicle import Vehicle
from ucharge.sim.world import World

_START_S = 60.0
_LINE_BYTES = 1 << 20


class EmulatedChip:
    """One chip with ``uf2`` in it and its files in ``directory``.

    Provisioning copies the files over the console, as one does with a board, at the first start;
    the file system then lives in ``flash_path``, written when save() or kill() is called.
    over_console: False lays the files into the flash at once instead. on_console(Line) is called
    for every line, on_step(text) for what takes its time.
    """

    def __init__(
        self,
        directory,
        board,
        *,
        uf2,
        vehicle=None,
        on_console=None,
        on_step=None,
        over_console=True,
    ):
        self.directory = Path(directory)
        self.vehicle = vehicle or Vehicle()
        self.on_console = on_console
        self.console = []
        self.resets = []
        self.boots = 0
        self.time_s = 0.0  # the chip's own, since its power-on
        self._on_step = on_step or (lambda text: None)
        self._uf2 = uf2
        self._over_console = over_console
        self._files = None
        self._process = None
        self._tasks = []
        self._is_ready = False
        self._saved = asyncio.Event()
        self._console_port = None
        self._state = ResetState("rp2")
        self._bus = ChipBus(self._receive)
        self.world = World(board, self.vehicle, self._bus.send)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    @property
    def flash_path(self):
        """The file system, as it was when it was saved last."""
        return self.directory / "flash.bin"

    @property
    def address(self):
        """Where mpremote finds the chip."""
        return f"socket://127.0.0.1:{self._console_port}"

    def provision(self, files):
        """Have the next start() copy ``files`` (device path -> bytes) to a blank chip."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.flash_path.unlink(missing_ok=True)
        if self._over_console:
            self._files = files
        else:
            self.flash_path.write_bytes(make_image(files))

    async def start(self):
        """Switch the power on, and provision where that is due. Raises ChipError."""
        await self._bus.open()
        self._is_ready = False
        self.boots += 1
        self._state.power_on()
        self._bus.expect(self.boots, self._settings())
        command = ("-m", "ucharge.emulator.pico", str(self._bus.port), str(self.boots))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=_LINE_BYTES,
        )
        self._tasks = [
            asyncio.create_task(read_lines(self._process.stdout, self._note_line)),
            asyncio.create_task(self.vehicle.run()),
        ]
        try:
            await self.wait_until(lambda: self._is_ready, _START_S, "the chip's start")
            if self._files is not None:
                files, self._files = self._files, None
                await serial.install(self.address, files, self.directory, self._on_step)
                await self.save()
                await serial.reset(self.address)
        except BaseException:
            await self.stop()
            raise

    async def save(self):
        """Write the file system to ``flash_path``."""
        self._saved.clear()
        self._bus.send("save")
        await asyncio.wait_for(self._saved.wait(), _START_S)

    async def kill(self):
        """Cut the power between two instructions. The chip stays off until start()."""
        if self._process is not None:
            self._bus.send("cut")
            await asyncio.wait_for(self._process.wait(), _START_S)
            self.resets.append(self._state.after("cut"))
        await self.stop()

    async def stop(self):
        """End the process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None
        self._bus.close()
        self.world.float_outputs()

    async def wait_until(self, predicate, timeout_s=30.0, what="what was waited for"):
        """The first true value of ``predicate()``, within seconds of the chip's own time.

        Raises ChipError, with the console's end.
        """
        begun_s = self.time_s
        last_s, last_wall_s = begun_s, time.monotonic()
        while True:
            value = predicate()
            if value:
                return value
            if self._process is None or self._process.returncode is not None:
                raise ChipError(f"the emulator ended{self._tail()}")
            if self.time_s != last_s:
                last_s, last_wall_s = self.time_s, time.monotonic()
            if self.time_s - begun_s > timeout_s or time.monotonic() - last_wall_s > _START_S:
                raise ChipError(f"{what} did not come within {timeout_s} s{self._tail()}")
            await asyncio.sleep(0.05)

    async def wait_console(self, pattern, timeout_s=30.0, start=0):
        """The first console line from index ``start`` on in which the regex is found."""
        seen = re.compile(pattern).search
        return await self.wait_until(
            lambda: next((line for line in self.console[start:] if seen(line)), None),
            timeout_s,
            f"a console line with {pattern!r}",
        )

    def _settings(self):
        paths = {"uf2": str(self._uf2), "flash": str(self.flash_path.resolve())}
        return {**self.world.settings(), **paths}

    def _note_line(self, line):
        self.console.append(line)
        if self.on_console:
            self.on_console(line)

    def _receive(self, text):
        word, *args = text.split()
        if word == "time":
            self.time_s = int(args[0]) / 1000
        elif word == "pin":
            self.world.set_output(args[0], None if args[1] == "-" else int(args[1]))
        elif word == "pwm":
            self.world.set_pwm(*map(int, args))
        elif word == "console":
            self._console_port = int(args[0])
        elif word == "ready":
            self._is_ready = True
        elif word == "saved":
            self._saved.set()
        elif word in ("reset", "watchdog"):
            self.resets.append(self._state.after(word))
            self.world.float_outputs()

    def _tail(self):
        return "".join("\n  | " + line for line in self.console[-15:])
