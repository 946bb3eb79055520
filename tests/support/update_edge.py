"""The updater's edge without a network: files from memory, a clock that stands, real slots."""

import samples
from asynctest import run  # pyright: ignore[reportMissingImports]
from firmware.ocpp16.update import Update
from firmware.update_trust import Trust
from firmware.updater import Updater
from httpc.errors import StatusError, Truncated
from loader.record import CONFIRMED, Record
from loader.slots import FileSlot

NOW_S = 1770000000


class Response:
    """As `httpc` gives one; ends as ``host`` says."""

    def __init__(self, host, data, offset):
        self.total = len(data)
        self.length = len(data) - offset
        self.etag = host.etag
        self.offset = offset
        self._host = host
        self._data = data
        self._at = offset

    async def readinto(self, view):
        host = self._host
        if host.on_read:
            host.on_read(self._at)
        if host.cut_at is not None and self._at >= host.cut_at:
            raise Truncated("connection ended early")
        count = min(len(view), len(self._data) - self._at)
        if host.cut_at is not None:
            count = min(count, host.cut_at - self._at)
        view[:count] = self._data[self._at : self._at + count]
        self._at += count
        host.sent += count
        return count

    async def close(self):
        self._host.open -= 1


class Host:
    """``data`` and ``etag`` of the file there is; ``asked``: (offset, etag) of each request.

    ``cut_at``: byte at which connections break; ``error``: raised instead of an answer;
    ``knows_parts``: whether Range is understood.
    """

    def __init__(self, data):
        self.data = data
        self.etag = '"one"'
        self.cut_at = None
        self.error = None
        self.knows_parts = True
        self.on_read = None
        self.asked = []
        self.sent = 0
        self.open = 0

    async def get(self, url, offset=0, etag=None):
        self.asked.append((offset, etag))
        if self.error:
            raise self.error
        if etag != self.etag or not self.knows_parts:
            offset = 0
        if offset > len(self.data):
            raise StatusError(416)
        self.open += 1
        return Response(self, self.data, offset)


class Link:
    """Notes when it is given up."""

    def __init__(self):
        self.held = []
        self.on_hold = None

    async def hold(self):
        if self.on_hold:
            self.on_hold()
        self.held.append(True)

    def release(self):
        self.held.append(False)


class Edge:
    """A charger with an empty slot b, a ``host``, and an update asked of it."""

    def __init__(self, data, files=None, trust=None, link=None):
        self.files = files or samples.folder()
        self.host = Host(data)
        self.lines = []
        self.events = []
        self.link = link
        self.is_up = True
        self.trust = trust or Trust(allow_unsigned=True)
        self.power_up()

    def power_up(self):
        """As after a reset."""
        record = Record(CONFIRMED, "a", "b")
        self.slots = {name: FileSlot(self.files, name) for name in "ab"}
        self.slots["a"].mounted = True
        self.update = Update(self.files, self.lines.append, self.lines.append, lambda: 5)
        self.updater = Updater(
            self.update, self.files, self.slots, lambda: record,
            lambda capacity, floor: samples.device(capacity, floor), self.host.get,
            lambda: NOW_S, None, self.lines.append,
            lambda: self.trust, lambda: self.is_up, self.link,
        )  # fmt: skip

    def ask(self, retries=0, **more):
        self.update.request("https://host/x", NOW_S, retries, 0, **more)

    def play(self, rounds=12):
        """Turns of job and edge, reports answered at once; the statuses."""
        told = []
        for _ in range(rounds):
            job = self.update.job
            if job is None:
                break
            if job.reports:
                told.append(job.next_status())
                job.status_answered(job.report_number)
            elif job.events:
                self.events.append(job.events[0])
                job.event_told()
            elif job.phase in ("staged", "installing"):
                break
            else:
                job.tick(NOW_S, False)
                if not job.reports:
                    run(self.updater.step())
        return told
