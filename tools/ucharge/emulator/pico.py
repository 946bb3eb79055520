"""One emulated Pico W, a process of its own: ``python -m ucharge.emulator.pico PORT BOOT``.

Its settings come over the line of ucharge.sim.bus, the words of which it speaks, and beside them:
    console PORT    (from it) its USB console is served on this port of loopback
    time MS         (from it) ten times a second of its own time
    save / cut      (to it) write the file system into settings["flash"]; cut: and end at once
    saved           (from it)
What it prints on its console also goes to standard output.
May import: rp2040py, its siblings.
"""

import asyncio
import ctypes
import dataclasses
import json
import os
import signal
import sys
import time
from pathlib import Path

from rp2040py.boards import BOARDS
from rp2040py.device.base_device import BaseDevice
from rp2040py.external.bootsel_button import BootselButton

from ucharge.emulator.loopback import Loopback
from ucharge.emulator.patches import HeldReads, Radio
from ucharge.emulator.wiring import Wiring

# MICROPY_HW_FLASH_STORAGE_BASE of the Pico W: the last 848 KiB of 2 MiB.
FILES_AT = 0x12C000
FILES_BYTES = 848 * 1024
_TICK_NS = 1_000_000
_TICKS_PER_TELLING = 100
_REASON_TIMER = 1


class Pico(BaseDevice):
    """The chip with its radio, its pins, its console."""

    def __init__(self, settings, tell):
        self.radio = Radio(Loopback)
        extras = (BootselButton, lambda: self.radio)
        board = dataclasses.replace(BOARDS["pico_w"], image=settings["uf2"], extras=extras)
        super().__init__(board=board)
        self._tell = tell
        self._flash_path = Path(settings["flash"])
        if self._flash_path.exists():
            data = self._flash_path.read_bytes()
            self.mcu.flash[FILES_AT : FILES_AT + len(data)] = data
        self.wiring = Wiring(self.mcu, settings, tell)
        self._console = HeldReads(self.cdc)
        self.cdc.on_serial_data = self._printed
        self._typed = b""
        self._client = None
        self._ticks = 0
        self._alarm = self.mcu.clock.create_alarm(self._tick)
        # Virtual and wall time at which they were level.
        self._since_ns = 0.0
        self._since_s = time.monotonic()

    async def run(self):
        """Serve the console and execute, never faster than the clock on the wall."""
        self.simulator.bind_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._tell(f"console {server.sockets[0].getsockname()[1]}")
        self.cdc.on_device_connected = lambda: self._tell("ready 0 0")
        self.mcu.leave_reset()
        self._alarm.schedule(_TICK_NS)
        simulator = self.simulator
        while True:
            simulator.stopped = False
            simulator._execute_batch()
            ahead_s = self._ahead_s()
            if ahead_s < 0:
                self._since_ns, self._since_s = self.mcu.clock.nanos, time.monotonic()
            await asyncio.sleep(max(0.0, ahead_s))

    def save(self):
        """Write the file system's part of the flash to its file."""
        data = bytes(self.mcu.flash[FILES_AT : FILES_AT + FILES_BYTES])
        fresh = self._flash_path.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.replace(self._flash_path)

    def handle(self, text):
        """A line from the World."""
        word, *args = text.split()
        if word == "save":
            self.save()
            self._tell("saved")
        elif word == "cut":
            self.save()
            os._exit(0)
        elif word == "wifi":
            self.radio.set_line(args[0] == "up")
        else:
            self.wiring.handle(word, args)

    def _on_watchdog_trigger(self):
        by_timer = self.mcu.watchdog._reason == _REASON_TIMER
        self.radio.power_off()
        self.wiring.forget()
        self._typed = b""
        super()._on_watchdog_trigger()
        self._tell("watchdog" if by_timer else "reset")

    def _ahead_s(self):
        elapsed_s = time.monotonic() - self._since_s
        return (self.mcu.clock.nanos - self._since_ns) / 1e9 - elapsed_s

    def _tick(self):
        self._alarm.schedule(_TICK_NS)
        self.wiring.tick()
        if self._typed:
            self._typed = self._typed[self._console.send(self._typed) :]
        self._ticks += 1
        if self._ticks % _TICKS_PER_TELLING == 0:
            self._tell(f"time {self.mcu.clock.nanos / 1e6:.0f}")
        if self._ahead_s() > 0:
            self.simulator.stopped = True  # ends the batch: run() waits

    def _printed(self, data):
        data = bytes(data)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        if self._client is not None:
            self._client.write(data)

    async def _serve(self, reader, writer):
        if self._client is not None:
            self._client.close()
        self._client = writer
        try:
            while data := await reader.read(4096):
                self._typed += data
        except ConnectionError:
            pass  # as a cable that is pulled
        finally:
            if self._client is writer:
                self._client = None
            writer.close()


async def main(port, boot):
    """Until the line to the runner ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"hello {boot}\n".encode())
    settings = json.loads(await reader.readline())
    pico = Pico(settings, lambda text: writer.write(text.encode() + b"\n"))
    executing = asyncio.create_task(pico.run())
    listening = asyncio.create_task(_listen(reader, pico))
    done, _ = await asyncio.wait({executing, listening}, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _listen(reader, pico):
    while line := await reader.readline():
        pico.handle(line.decode().rstrip("\n"))


if __name__ == "__main__":
    try:
        # Where the kernel can, it ends with its parent.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (AttributeError, OSError):
        pass
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
