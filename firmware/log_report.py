"""What GetDiagnostics uploads: the history of the versions, the last crash, the log of a time.

May import: ``firmware``. Loaded for an upload. Read piece by piece, twice: first for its length.
"""

from firmware.log import FILES, FOLDER, VERSIONS
from firmware.log_files import newest
from firmware.ocpp16.clock import format_iso
from micropython import const

SECURITY = FOLDER + "/security"  # as `firmware.ocpp16.security_events` has it
_CRASH = const("/state/crash.log")
_PIECE = const(512)  # longer than any line
_WRAP_S = const(1073741)  # milliseconds since the start begin again at 2^30


class Report:
    """``length`` bytes, to be had by ``readinto``. The files must not roll meanwhile.

    ``title``: bytes; ``start_s``, ``stop_s``: the log's range in Unix time, or None; ``what``:
    "-security" for that log alone. What was logged while the clock wasn't set is always in it.
    """

    def __init__(self, files, title, start_s, stop_s, what=""):
        self._files = files
        self._title = title
        self._start_s = 0 if start_s is None else start_s
        self._stop_s = 0x7FFFFFFFF if stop_s is None else stop_s
        self._is_security = what == "-security"
        new = newest(files)
        self._paths = [(path, files.size(path) or 0) for path in (
            VERSIONS, _CRASH, FILES[new ^ 1], FILES[new], SECURITY,
        )]  # fmt: skip
        self.length = sum(len(piece) for piece in self._pieces())
        self._source = self._pieces()
        self._rest = b""

    def readinto(self, view):
        """Fill ``view`` as far as the next piece goes; 0 at the end."""
        while not self._rest:
            try:
                self._rest = next(self._source)
            except StopIteration:
                return 0
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _pieces(self):
        versions, crash, old, new, security = self._paths
        yield self._title
        if self._is_security:
            yield b"\n-- security log\n"
            for line in self._lines(security, self._start_s, self._stop_s):
                yield line
            return
        yield b"\n-- versions\n"
        for line in self._lines(versions, 0, 0x7FFFFFFFF):
            yield line
        yield b"\n-- last crash\n"
        at = 0
        while at < crash[1]:
            piece = self._read(crash, at)
            if not piece:
                break
            at += len(piece)
            yield piece
        yield b"\n-- log\n"
        for path in (old, new):
            for line in self._lines(path, self._start_s, self._stop_s):
                yield line

    def _lines(self, path, start_s, stop_s):
        unix_s = at_s = at = 0
        while at < path[1]:
            data = self._read(path, at)
            end = data.rfind(b"\n") + 1
            if not end:  # no line is so long
                end = len(data) or _PIECE
            at += end
            for line in data[:end].split(b"\n"):
                if line[:1] == b"=":
                    unix_s, at_s = _numbers(line)
                elif line and line[:1] != b"#":
                    age_s = at_s - _seconds(line)
                    if age_s < 0:
                        age_s += _WRAP_S
                    if not unix_s:
                        yield b"- " + line + b"\n"
                    elif start_s <= unix_s - age_s <= stop_s:
                        yield format_iso(unix_s - age_s).encode() + b" " + line + b"\n"

    def _read(self, path, at):
        with self._files.open(path[0], "rb") as file:
            file.seek(at)
            return file.read(min(_PIECE, path[1] - at))


def _numbers(line):
    try:
        unix_s, at_s = line[1:].split(b" ")
        return int(unix_s.decode()), int(at_s.decode())
    except ValueError:
        return 0, 0


def _seconds(line):
    try:
        return int(line[: line.find(b".")].decode())
    except ValueError:
        return 0
