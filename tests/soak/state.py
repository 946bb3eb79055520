"""What the charge point leaves behind: its log's last lines, and its files."""

import os


class Log:
    """The last lines that the charge point logged; ``on_line(text)`` is told of each."""

    def __init__(self, on_line):
        self.lines = []
        self._on_line = on_line

    def append(self, text):
        self.lines.append(text)
        if len(self.lines) > 40:
            self.lines.pop(0)
        self._on_line(text)


def count_files(path):
    """(files, bytes) under ``path``."""
    files = size = 0
    for name, kind, _, length in os.ilistdir(path):
        if kind & 0x4000:
            more = count_files(path + "/" + name)
            files, size = files + more[0], size + more[1]
        else:
            files, size = files + 1, size + length
    return files, size
