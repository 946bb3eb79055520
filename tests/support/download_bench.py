"""A charge point on the bench that is updated over a real link: CPython only.

Its updater asks a real HTTPS server by the real client, its slots lie in a folder, its roots
were installed by the central system, and the loader itself chooses at each reset. The bench's
time stands still while the network's own passes.
"""

import asyncio
import base64
import errno
import gc
import os
import shutil
import time
from typing import Any

import samples
from firmware.certificates import MANUFACTURER, roots
from firmware.update_trust import Trust
from firmware.updater import Updater
from httpc.client import get
from loader import verdict
from loader.choose import RUN, SWITCH, choose
from loader.files import Files
from loader.record import CONFIRMED, TRIAL, Record, other, write
from loader.resets import HARD
from loader.slots import FileSlot, Slot
from signers import GOOD, ROOT, pem
from update_bench import UpdateBench

SIGNED, PLAIN = "SignedFirmwareStatusNotification", "FirmwareStatusNotification"
EVENT = "SecurityEventNotification"
HOME = samples.payload(9000, 77)
FLOOR = (1, 0, 0)  # of what this charger has confirmed
_TIMEOUT_MS, _SLOW_MS = 400, 600  # 15 s and a minute on a charger
_PATIENCE_S = 20


class LimitedFiles(Files):
    """A file system in which all files together may take ``limit`` bytes; None: no limit."""

    limit: "int | None" = None
    left: "int | None" = None  # the limit once a slot's image grows: so many bytes more than then

    def held(self):
        """Bytes in the folders that a charger writes to."""
        total = 0
        for folder in ("/slots", "/state", "/certs"):
            for name in os.listdir(self._root + folder):
                total += self.size(folder + "/" + name) or 0
        return total

    def check(self, count):
        """Raises OSError where ``count`` bytes more are too many."""
        if self.limit is not None and self.held() + count > self.limit:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, path, data):
        self.check(len(data) - (self.size(path) or 0))
        super().write(path, data)

    def open(self, path, mode):
        file = super().open(path, mode)
        if mode == "ab" and self.left is not None:
            self.limit, self.left = self.held() + self.left, None
        return file if mode[:1] == "r" else _LimitedFile(self, file)


class _LimitedFile:
    def __init__(self, files, file):
        self._files = files
        self._file = file
        self.flush = file.flush
        self.close = file.close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        self._file.flush()
        self._files.check(len(data))
        return self._file.write(data)


class DownloadBench(UpdateBench):
    """``tls``: of make_tls, whom it trusts as a server; ``loop``: the servers' event loop."""

    def __init__(self, loop, tls):
        gc.freeze()  # the code under test collects often, and this process holds much
        self.loop = loop
        self.tls = tls
        self.clock_error_s = 0  # of the central system
        self.record = Record(CONFIRMED, "a", "b")
        self.record.floor = FLOOR
        self._tasks = []
        files = LimitedFiles(samples.folder()._root)
        files.mkdir("/certs")
        super().__init__({"AllowPlainUpdateFirmware": "true"}, files=files)
        slot = self.provision()
        slot.mark_proven(FLOOR)
        self.record.digest = slot.digest()
        write(files, self.record)
        self.cold_boot()
        ask = {"certificateType": MANUFACTURER, "certificate": pem(ROOT)}
        self.central.call("InstallCertificate", ask)
        self.run(0.1)
        if roots(files, MANUFACTURER) != [ROOT]:
            raise AssertionError("the root is not installed")
        self.run(2)
        self.central.forget()

    def provision(self) -> Slot:
        """Slot a, with the image that runs."""
        slot = self.updater.slots["a"]
        self.files.write("/slots/a.rom", HOME)
        slot.publish(samples.header(HOME, version=[1, 0, 0]))
        return slot

    def slots(self) -> "dict[str, Any]":
        """As after a reset."""
        return {name: FileSlot(self.files, name) for name in "ab"}

    def device(self, capacity, floor):
        """What an update is held against."""
        return samples.device(capacity, floor)

    def restart(self):
        """What is below the loader: nothing here."""

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        super().power_up(stop_reason, inhibited)
        self.is_due = False  # a reset
        self.update.has_roots = lambda: bool(self._roots())  # pyright: ignore
        self.updater = Updater(
            self.update, self.files, self.slots(), lambda: self.record, self.device, self._get,
            self._now_s, self._reset, self.lines.append, lambda: Trust(self._roots()),
        )  # fmt: skip

    def wire_time(self):
        before, self.elapsed_ms = self.elapsed_ms, self.elapsed_ms + 1000 * self.clock_error_s
        try:
            return super().wire_time()
        finally:
            self.elapsed_ms = before

    def _roots(self):
        return roots(self.files, MANUFACTURER)

    async def _get(self, url, offset=0, etag=None):
        return await get(url, self.tls, offset, etag, timeout_ms=_TIMEOUT_MS, slow_ms=_SLOW_MS)

    def _now_s(self):
        return self.charge_point.clock.now_s(self.now_ms)

    def _reset(self):
        self.is_due = True

    # -- the world ----------------------------------------------------------------------

    def request(self, location, sign=None, der=GOOD, retries=0, **more):
        """UpdateFirmware, or with a signature ``sign`` SignedUpdateFirmware; the answer."""
        if sign is None:
            answer = self.ask(location=location, retries=retries, retryInterval=1)
            return {"status": "Accepted"} if answer == {} else answer
        firmware = {
            "location": location,
            "retrieveDateTime": "2020-01-01T00:00:00Z",
            "signingCertificate": pem(der),
            "signature": base64.b64encode(sign).decode(),
            **more,
        }
        payload = {"requestId": 7, "retries": retries, "retryInterval": 1, "firmware": firmware}
        before = len(self.central.replies)
        answer = self.central.call("SignedUpdateFirmware", payload)
        if answer is None:
            self.wait(lambda: len(self.central.replies) > before)
            answer = self.central.replies[-1][2]
        return answer

    def wait(self, condition):
        """Let time pass until ``condition()``: the bench's and, slower, the network's."""
        deadline = time.monotonic() + _PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen; {self.lines[-5:]}")
            self.step()
            self.loop.run_until_complete(self._turn())

    async def _turn(self):
        if not self._tasks:
            self._tasks.append(asyncio.create_task(self._work()))
        if self.update.offer is not None and len(self._tasks) == 1:
            self._tasks.append(asyncio.create_task(self.updater.judge()))
        await asyncio.sleep(0.001)
        for task in list(self._tasks):
            if task.done():
                self._tasks.remove(task)
                task.result()  # raises what ended it

    async def _work(self):
        while not self.is_due:
            await self.updater.step()
            await asyncio.sleep(0.001)

    def outcome(self):
        """See the update through, with its resets, to its last report."""
        self.wait(lambda: self.update.job is None or self.is_due)
        if self.is_due:
            self.reboot()
            self.wait(lambda: self.update.job is None)
        self.run(2)

    def reboot(self):
        """A reset: the loader chooses; an image on trial is confirmed once it was let in."""
        self._stop()
        while True:
            self.restart()
            slots = self.slots()
            held, decision = choose(self.files, slots, HARD, 0, _feed)
            if decision.action != SWITCH:
                break
        if held is None or decision.action != RUN:
            raise AssertionError("nothing runs")
        self.record = held
        self.power_up("Reboot", held.state == TRIAL)
        self.update.settle(held, slots[other(held.home)])
        self.connect()
        self.run(1)
        if held.state == TRIAL:
            floor = slots[held.active].version("floor")
            self.record = verdict.confirm(self.files, held, slots, floor)
            self.update.settle(self.record, slots[other(self.record.home)])
            self.evse.inhibited = False

    def _stop(self):
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks))

    def close(self):
        """Stop, and leave nothing behind."""
        self._stop()
        gc.unfreeze()
        shutil.rmtree(self.files._root)  # pyright: ignore[reportAttributeAccessIssue]

    # -- what came of it ----------------------------------------------------------------

    def told(self):
        """The statuses that the central system was told, of either kind."""
        plain, signed = self.central.payloads(PLAIN), self.central.payloads(SIGNED)
        if (plain and signed) or any(payload.get("requestId") != 7 for payload in signed):
            raise AssertionError("told of two updates")
        return [payload["status"] for payload in plain + signed]

    def events(self):
        """The types of the security events that the central system was told."""
        return [payload["type"] for payload in self.central.payloads(EVENT)]

    def runs(self):
        """The digest of the image that runs."""
        return self.slots()[self.record.home].digest()

    def charges(self):
        """Whether a car gets energy."""
        self.charge()
        is_on = self.evse.contactor_on
        self.vehicle.plugged = False
        self.run_until(lambda: self.evse.connectors[0].status == "Available")
        self.run(2)
        return is_on


def _feed():
    pass
