"""What the charge point leaves behind: log lines, heap in use, files."""

import gc
import os


class Log:
    """Takes the lines of the log; ``on_full()`` is told of each that says the outbox is full."""

    def __init__(self, on_full):
        self._on_full = on_full

    def append(self, text):
        if "outbox full" in text:
            self._on_full()


def heap_and_files(path):
    """[bytes of heap in use, files, bytes of them] with those under ``path``."""
    gc.collect()
    used = gc.mem_alloc()
    return [used] + list(_count(path))


def _count(path):
    files = size = 0
    for name, kind, _, length in os.ilistdir(path):
        if kind & 0x4000:
            more = _count(path + "/" + name)
            files, size = files + more[0], size + more[1]
        else:
            files, size = files + 1, size + length
    return files, size
